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
#define VS_HIST_BUCKETS                                                                            \
	(VS_HIST_LINEAR + (VS_HIST_MAX_BITS - VS_HIST_SUB_BITS - 1) * VS_HIST_SUB)

/*
 * Floor of log2, for 1 <= v < 2^34. Four compares and no table: clang 14 cannot compile
 * __builtin_clzll for BPF, and a loop costs more.
 */
static inline __attribute__((always_inline)) unsigned int vs_log2(unsigned long long v)
{
	unsigned int log = 0;

	if (v >> 32) {
		v >>= 32;
		log = 32;
	}
	if (v >> 16) {
		v >>= 16;
		log += 16;
	}
	if (v >> 8) {
		v >>= 8;
		log += 8;
	}
	if (v >> 4) {
		v >>= 4;
		log += 4;
	}
	if (v >> 2) {
		v >>= 2;
		log += 2;
	}
	return log + (v >> 1 ? 1 : 0);
}

/* The bucket of a latency of @ns nanoseconds: 0 .. VS_HIST_BUCKETS - 1. */
static inline __attribute__((always_inline)) unsigned int vs_hist_bucket(unsigned long long ns)
{
	unsigned int log;

	if (ns < VS_HIST_LINEAR)
		return ns;
	if (ns >> VS_HIST_MAX_BITS)
		return VS_HIST_BUCKETS - 1;
	log = vs_log2(ns);
	/* ns >> (log - 5) is 32..63: its low 5 bits are the place in the octave. */
	return ((log - VS_HIST_SUB_BITS) << VS_HIST_SUB_BITS) +
	       (unsigned int)(ns >> (log - VS_HIST_SUB_BITS));
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
