/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bucket arithmetic of latency histograms, shared by the BPF programs and user space. Pure C.
 *
 * Log-linear, 32 buckets per octave ("log-linear-32"):
 *
 *   bucket      values [ns]
 *   0..63       one bucket per ns: exact
 *   64..95      64, 66, 68, ... 126     2 ns wide
 *   96..127     128, 132, ... 252       4 ns wide
 *   ...
 *   928..959    2^33 ...                2^28 ns wide; the last one also takes all above 2^34
 *
 * From 64 ns up a bucket that starts at L is at most L/32 wide, so its midpoint is off by at most
 * L/64, 1.6 % of any value in it. Below, the midpoint is the value.
 *
 * The scheme is the one of HdrHistogram (G. Tene) and of fio's stat.h with 5 bits of precision.
 */
#ifndef VFIOSCOPE_HISTOGRAM_H
#define VFIOSCOPE_HISTOGRAM_H

#define VS_HIST_SUB_BITS 5
#define VS_HIST_SUB (1 << VS_HIST_SUB_BITS)
#define VS_HIST_LINEAR (2 * VS_HIST_SUB) /* values below are their own bucket */
#define VS_HIST_MAX_BITS 34
#define VS_HIST_BUCKETS (VS_HIST_LINEAR + (VS_HIST_MAX_BITS - VS_HIST_SUB_BITS - 1) * VS_HIST_SUB)

/*
 * How far a latency is shifted so that 32..63 is left: floor(log2(ns)) - 5, or 0 below 64. Looked up
 * by eight bits of it; entry x is for ns in [64 x, 64 x + 64). A table, since clang 14 cannot compile
 * __builtin_clzll for BPF, and compares or a loop cost more (docs/decisions).
 */
#define VS_TIMES_4(x) x, x, x, x
#define VS_TIMES_16(x) VS_TIMES_4(x), VS_TIMES_4(x), VS_TIMES_4(x), VS_TIMES_4(x)
#define VS_TIMES_64(x) VS_TIMES_16(x), VS_TIMES_16(x), VS_TIMES_16(x), VS_TIMES_16(x)
static const unsigned char vs_hist_shift[256] = {
	0,
	1,
	2,
	2,
	VS_TIMES_4(3),
	VS_TIMES_4(4),
	VS_TIMES_4(4),
	VS_TIMES_16(5),
	VS_TIMES_16(6),
	VS_TIMES_16(6),
	VS_TIMES_64(7),
	VS_TIMES_64(8),
	VS_TIMES_64(8),
};

static inline __attribute__((always_inline)) unsigned int vs_hist_at(unsigned long long ns,
								     unsigned int shift)
{
	/* The low 5 bits of what is left are the place in the octave. */
	return (shift << VS_HIST_SUB_BITS) + (unsigned int)(ns >> shift);
}

/* The same as vs_hist_bucket(), for @ns below VS_HIST_FAST_NS only. */
#define VS_HIST_FAST_NS (1 << 14)
static inline __attribute__((always_inline)) unsigned int vs_hist_fast_bucket(unsigned long long ns)
{
	unsigned long long at = ns >> 6;

#ifdef __bpf__
	asm volatile(""
		     : "+r"(at)); /* the verifier wants to see the mask that clang knows is idle */
#endif
	return vs_hist_at(ns, vs_hist_shift[at & 255]);
}

/* The bucket of a latency of @ns nanoseconds: 0 .. VS_HIST_BUCKETS - 1. */
static inline __attribute__((always_inline)) unsigned int vs_hist_bucket(unsigned long long ns)
{
	if (ns < VS_HIST_FAST_NS)
		return vs_hist_fast_bucket(ns);
	if (ns < 1 << 22)
		return vs_hist_at(ns, vs_hist_shift[ns >> 14 & 255] + 8);
	if (ns < 1 << 30)
		return vs_hist_at(ns, vs_hist_shift[ns >> 22 & 255] + 16);
	if (ns < 1ULL << VS_HIST_MAX_BITS)
		return vs_hist_at(ns, vs_hist_shift[ns >> 30 & 255] + 24);
	return VS_HIST_BUCKETS - 1;
}

/* The smallest latency [ns] that falls into @bucket. */
static inline __attribute__((always_inline)) unsigned long long vs_hist_low(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < VS_HIST_LINEAR)
		return bucket;
	shift = (bucket >> VS_HIST_SUB_BITS) - 1;
	return (unsigned long long)(VS_HIST_SUB + (bucket & (VS_HIST_SUB - 1))) << shift;
}

#endif
