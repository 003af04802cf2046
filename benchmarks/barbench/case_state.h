/* SPDX-License-Identifier: GPL-2.0-only */
/* A case while it runs: what case.c runs and case_record.c records. */
#ifndef BARBENCH_CASE_STATE_H
#define BARBENCH_CASE_STATE_H

#include "benchmarks/barbench/case.h"
#include "benchmarks/barbench/preserve.h"

struct bench_case {
	struct bench *bench;
	const struct case_spec *spec;
	struct access_shape shape;
	const struct access_loops *loops;
	char id[128];
	char doing[32]; /* for the progress line */
	struct target target;
	struct pattern pattern;
	struct preserve preserve;
	struct lane *lanes;
	uint32_t nr_lanes;
	struct crew *crew;
	struct run_sample *samples;
	size_t nr_samples;
};

/*
 * Add the case to its benchmark's run, unless nothing was accessed; takes c->samples. 0 or -ENOMEM.
 */
int case__record(struct bench_case *c);

#endif
