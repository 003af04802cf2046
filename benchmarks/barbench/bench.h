/* SPDX-License-Identifier: GPL-2.0-only */
/* A benchmark: one device, one range of one region, and a case for each combination of options. */
#ifndef BARBENCH_BENCH_H
#define BARBENCH_BENCH_H

#include "benchmarks/barbench/device.h"
#include "benchmarks/barbench/options.h"
#include "benchmarks/barbench/progress.h"

#define BENCH_DEFAULT_LENGTH 4096

struct bench {
	const struct bench_options *options;
	struct run *run; /* the caller's */
	struct bench_device device;
	uint64_t offset, length; /* the range, within the region */
	bool default_length;
	uint64_t timer_ns; /* see run_case.timer_ns */
	struct bench_progress progress;
	size_t nr_cases, nr_begun;
	uint64_t started_ns;
	struct trouble refused; /* the first case whose accesses all failed; empty: none */
};

/*
 * Open the device, check every case, then run them, adding to @run, which must outlive @bench. An
 * interrupt ends it early, without an error. 0, or a negative errno and @trouble: then @run holds
 * the cases that were run until then. Either way the caller calls bench__free().
 */
int bench__run(struct bench *bench, const struct bench_options *options, struct run *run,
	       struct trouble *trouble);
void bench__free(struct bench *bench);

#endif
