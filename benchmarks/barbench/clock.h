/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one clock of barbench. CLOCK_MONOTONIC is the clock that bpf_ktime_get_ns() reads too, so a
 * trace of the same benchmark speaks of the same nanoseconds, and no calibration is needed.
 */
#ifndef BARBENCH_CLOCK_H
#define BARBENCH_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_USEC 1000ULL

static inline uint64_t clock__now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

/* What timing nothing reports [ns], the median of many: part of every latency measured. */
uint64_t clock__overhead(void);

#endif
