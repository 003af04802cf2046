/* SPDX-License-Identifier: GPL-2.0-only */
/* What loads and stores through a mapping are put together from. */
#ifndef BARBENCH_ACCESS_MAPPED_H
#define BARBENCH_ACCESS_MAPPED_H

#include "benchmarks/barbench/access_loop.h"
#include "benchmarks/barbench/vector.h"

/*
 * The loops of a direction for a shape whose unit is 1, 2, 4 or 8 (access_word.c), or 16, 32 or 64
 * (access_vector.c). NULL: not a shape of theirs, or this CPU has no such unit.
 */
const struct access_loops *access_word__loops(enum vs_dir dir, const struct access_shape *shape);
const struct access_loops *access_vector__loops(enum vs_dir dir, const struct access_shape *shape);

/*
 * Read back the end of an access of @width: volatile, and narrow enough for any device; aligned,
 * since the access was.
 */
access_inline void mapped__read_back(uint64_t at, uint64_t width)
{
	const void *end = (const void *)(uintptr_t)(at + width);

	if (width >= ACCESS_READ_BACK)
		(void)((const volatile uint32_t *)end)[-1];
	else if (width == sizeof(uint16_t))
		(void)((const volatile uint16_t *)end)[-1];
	else
		(void)((const volatile uint8_t *)end)[-1];
}

/* The loops of a store of @width, and those of one that is read back. */
#define MAPPED_STORE_LOOPS(one, code, width)                                                  \
	access_inline code void one##_flushed(const struct target *target, struct lane *lane, \
					      uint64_t at)                                    \
	{                                                                                     \
		one(target, lane, at);                                                        \
		mapped__read_back(at, width);                                                 \
	}                                                                                     \
	ACCESS_LOOPS_CODE(one, code);                                                         \
	ACCESS_LOOPS_CODE(one##_flushed, code)

#endif
