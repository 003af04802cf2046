/* SPDX-License-Identifier: GPL-2.0-only */
/* What the samples of a bench case come to. */
#ifndef VFIOSCOPE_RENDER_CASE_STATS_H
#define VFIOSCOPE_RENDER_CASE_STATS_H

#include "user/run/run.h"

/*
 * Per repetition, over all threads together: elapsed time / operations. With several threads that
 * is what one more operation costs the whole, not how long one takes: that is the latency pass.
 */
struct case_stats {
	uint64_t ops; /* in the throughput pass; 0: nothing was measured, and all below is 0 */
	double min_ns, median_ns, max_ns; /* per operation */
	double bytes_per_s; /* at the median */
};

int case_stats__init(struct case_stats *stats, const struct run_case *bench_case);

#endif
