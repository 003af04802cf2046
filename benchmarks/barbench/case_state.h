/* SPDX-License-Identifier: GPL-2.0-only */
/* A case while it runs: what case.c sets up, case_passes.c measures and case_record.c records. */
#ifndef BARBENCH_CASE_STATE_H
#define BARBENCH_CASE_STATE_H

#include "benchmarks/barbench/case.h"
#include "benchmarks/barbench/preserve.h"

struct bench_case {
	struct bench *bench;
	struct bench_side *side;
	const struct case_spec *spec;
	struct access_shape shape;
	const struct access_loops *loops;
	char id[128];
	char name[160]; /* for messages: with two sides the device is in it */
	struct target target;
	struct pattern pattern;
	struct preserve preserve;
	struct lane *lanes;
	uint32_t nr_lanes;
	struct crew *crew;
	struct run_sample *samples;
	size_t nr_samples;
	const char *warmup; /* see run_case.warmup */
	uint64_t warmup_operations;
	struct run_range cpu_khz;
};

/* Whether an access said that the device is gone. */
bool case__is_gone(const struct bench_case *c);

/*
 * All passes, of one case or of the same on both sides, repetition by repetition in turn. 0 or -ENOMEM; what
 * went wrong with a device is left to be asked for.
 */
int case__measure(struct bench_case *cases, size_t nr);

/*
 * Add the case to the run of its side, unless nothing was accessed; takes c->samples. 0 or -ENOMEM.
 */
int case__record(struct bench_case *c);

#endif
