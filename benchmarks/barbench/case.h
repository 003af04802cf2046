/* SPDX-License-Identifier: GPL-2.0-only */
/* One case: one mode, width and pattern, through all its passes. */
#ifndef BARBENCH_CASE_H
#define BARBENCH_CASE_H

#include "benchmarks/barbench/bench.h"

struct case_spec {
	const struct access_mode *mode;
	uint64_t width;
	struct pattern_spec pattern;
};

/*
 * "BAR0/pread/4/seq/1": region, mode, width, pattern, threads; and "/access:16", "/flush:each" where
 * these were asked for and apply to the case; of a suite's line "/offset:0x1000", if it is not 0.
 */
void case__id(const struct bench *bench, const struct case_spec *spec, char *id, size_t len);

/* 0, or -EINVAL and @trouble: the case cannot be run on the region and range of @side. */
int case__check(const struct bench *bench, const struct bench_side *side,
		const struct case_spec *spec, struct trouble *trouble);

/*
 * Run it on all sides and add it to their runs, unless it was interrupted before its first access. 0, or a
 * negative errno and @trouble: the benchmark cannot go on.
 *
 * run_case.operations counts every access made: to save and put back, to touch the region before
 * threads do, to warm up, in both passes, and to read back. run_case.issued is the same where accesses are system
 * calls, and 0 where they are not. So the sum of issued over a run is the number of read and write
 * calls made on the device.
 */
int case__run(struct bench *bench, const struct case_spec *spec, struct trouble *trouble);

#endif
