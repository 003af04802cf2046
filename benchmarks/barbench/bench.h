/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A benchmark: one device, or two in turn (A and B), and groups of cases. A group is one range of one region and
 * a case for each combination of its options.
 */
#ifndef BARBENCH_BENCH_H
#define BARBENCH_BENCH_H

#include "benchmarks/barbench/device.h"
#include "benchmarks/barbench/left.h"
#include "benchmarks/barbench/options.h"
#include "benchmarks/barbench/progress.h"
#include "benchmarks/barbench/suite.h"

#define BENCH_DEFAULT_LENGTH 4096

enum { BENCH_A, BENCH_B, BENCH_SIDES };

struct bench_listed {
	char *id;
	double until_ci; /* 0: not given */
};

struct bench_side {
	struct run *run; /* the caller's */
	struct bench_device device;
	uint64_t offset, length; /* the range of the group at hand, within its region */
	bool default_length;
};

struct bench {
	const struct bench_suite *suite; /* the caller's */
	const struct bench_options *options; /* of the group at hand */
	struct bench_side sides[BENCH_SIDES];
	size_t nr_sides; /* 2: --ab */
	uint64_t timer_ns; /* see run_case.timer_ns */
	struct bench_progress progress;
	double pace[LEFT_UNITS]; /* see left__ns(); of the latest case that had it */
	size_t nr_cases, nr_begun;
	struct bench_listed *cases; /* what was asked for of each */
	uint64_t started_ns;
	struct trouble refused; /* the first case whose accesses all failed; empty: none */
};

/*
 * Open the devices, check every case, then run them, adding to @runs, one for each side, which must outlive
 * @bench. An interrupt ends it early, without an error. 0, or a negative errno and @trouble: then the runs hold
 * the cases that were run until then. Either way the caller calls bench__free().
 */
int bench__run(struct bench *bench, const struct bench_suite *suite, struct run *const runs[],
	       struct trouble *trouble);
void bench__free(struct bench *bench);
/* What was asked for of the case; NULL: there is none of this name. */
const struct bench_listed *bench__find(const struct bench *bench, const char *id);

#endif
