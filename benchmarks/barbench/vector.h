/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads and stores wider than 8 bytes: the one place that knows architectures.
 *
 * For each width W of 16, 32 and 64 bytes that this architecture has, VECTOR_W is defined, and
 *
 *	vectorW			a type of W bytes
 *	VECTORW_CODE		an attribute for functions that use the two below
 *	VECTORW_LOAD(to, from)	one instruction that loads the vectorW @to from @from, a vectorW *
 *	VECTORW_STORE(to, from)	one instruction that stores @from to @to
 *	vectorW__usable()	whether the CPU that runs this has them
 *
 * All want their memory aligned to W. They are volatile asm, so that the compiler neither splits,
 * merges, moves nor drops them. What a CPU makes of one instruction on its way to a device is its
 * own affair: some split 32 and 64 bytes in halves.
 *
 * An architecture without any falls back to rows of 8-byte accesses.
 */
#ifndef BARBENCH_VECTOR_H
#define BARBENCH_VECTOR_H

#include <stdbool.h>
#include <stdint.h>

#define VECTOR_MAX 64

#define VECTOR_TYPE(bytes) \
	typedef uint64_t vector##bytes __attribute__((vector_size(bytes), may_alias))
#define VECTOR_LOAD(code, class, to, from) __asm__ volatile(code : "=" class(to) : "m"(*(from)))
#define VECTOR_STORE(code, class, to, from) __asm__ volatile(code : "=m"(*(to)) : class(from))

#if defined(__x86_64__)

#define VECTOR_16 /* SSE2: every x86_64 */
#define VECTOR16_CODE
#define VECTOR16_LOAD(to, from) VECTOR_LOAD("movdqa %1, %0", "x", to, from)
#define VECTOR16_STORE(to, from) VECTOR_STORE("movdqa %1, %0", "x", to, from)
static inline bool vector16__usable(void)
{
	return true;
}

#define VECTOR_32
#define VECTOR32_CODE __attribute__((target("avx")))
#define VECTOR32_LOAD(to, from) VECTOR_LOAD("vmovdqa %1, %0", "x", to, from)
#define VECTOR32_STORE(to, from) VECTOR_STORE("vmovdqa %1, %0", "x", to, from)
static inline bool vector32__usable(void)
{
	return __builtin_cpu_supports("avx");
}

#define VECTOR_64
#define VECTOR64_CODE __attribute__((target("avx512f")))
#define VECTOR64_LOAD(to, from) VECTOR_LOAD("vmovdqa64 %1, %0", "v", to, from)
#define VECTOR64_STORE(to, from) VECTOR_STORE("vmovdqa64 %1, %0", "v", to, from)
static inline bool vector64__usable(void)
{
	return __builtin_cpu_supports("avx512f");
}

#elif defined(__aarch64__)

#define VECTOR_16 /* Advanced SIMD: every arm64 that runs Linux distributions */
#define VECTOR16_CODE
#define VECTOR16_LOAD(to, from) VECTOR_LOAD("ldr %q0, %1", "w", to, from)
#define VECTOR16_STORE(to, from) VECTOR_STORE("str %q1, %0", "w", to, from)
static inline bool vector16__usable(void)
{
	return true;
}

#elif defined(__s390x__) && defined(__VX__)

#define VECTOR_16 /* the vector facility, if compiled for it (-march=z13 and later) */
#define VECTOR16_CODE
#define VECTOR16_LOAD(to, from) __asm__ volatile("vl %v0, %1" : "=v"(to) : "R"(*(from)))
#define VECTOR16_STORE(to, from) __asm__ volatile("vst %v1, %0" : "=R"(*(to)) : "v"(from))
static inline bool vector16__usable(void)
{
	return true;
}

#endif

#ifdef VECTOR_16
VECTOR_TYPE(16);
#endif
#ifdef VECTOR_32
VECTOR_TYPE(32);
#endif
#ifdef VECTOR_64
VECTOR_TYPE(64);
#endif

#endif
