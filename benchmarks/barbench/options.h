/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef BARBENCH_OPTIONS_H
#define BARBENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "benchmarks/barbench/access.h"
#include "benchmarks/barbench/cpu_list.h"
#include "benchmarks/barbench/device.h"
#include "benchmarks/barbench/pattern.h"
#include "benchmarks/barbench/trouble.h"

#define OPTIONS_MAX_WIDTHS 64
#define OPTIONS_MAX_PATTERNS 16
#define OPTIONS_WARMUP_AUTO UINT64_MAX

struct bench_options {
	struct bench_request device;
	bool region_given;

	/* The cases are the product of these. */
	const struct access_mode *modes[ACCESS_MODES];
	size_t nr_modes;
	uint64_t widths[OPTIONS_MAX_WIDTHS];
	size_t nr_widths;
	struct pattern_spec patterns[OPTIONS_MAX_PATTERNS];
	size_t nr_patterns;

	uint64_t offset;
	uint64_t length; /* 0: the default, see bench.h */
	uint64_t unit; /* of mapped accesses above 8 bytes; 0: see access__unit() */
	enum access_flush flush;
	uint32_t threads;
	struct cpu_list cpus; /* empty: threads are not pinned */
	const char *cpus_text; /* as given; NULL: not */
	uint64_t count; /* accesses a repetition, of all threads together; UINT64_MAX: by time */
	uint64_t duration_ns; /* UINT64_MAX: by count */
	uint64_t warmup; /* accesses; OPTIONS_WARMUP_AUTO: until it is steady */
	uint32_t reps;
	double until_ci; /* repeat until the interval is as narrow, a share; 0: reps times */
	uint32_t max_reps; /* with until_ci */
	uint64_t seed;
	bool throughput, latency; /* the passes to make */

	const char *suite; /* file with the cases; NULL: none */
	unsigned int line; /* of it, that these are of; 0: of the command line */
	const char *ab; /* the name of the second device; NULL: none */
	const char *ab_output; /* NULL: none */

	bool write, force, restore;
	bool allow_errors;
	bool json, quiet;
	const char *output; /* NULL: none */
};

/*
 * Parse and check. 0, or -EINVAL and @trouble. --help and --version, and options that do not exist,
 * end the process, as argp does. Strings stay argv's.
 */
int bench_options__parse(struct bench_options *options, int argc, char **argv,
			 struct trouble *trouble);

/* What accesses of @mode and @width are made of under @options. */
struct access_shape bench_options__shape(const struct bench_options *options,
					 const struct access_mode *mode, uint64_t width);

/* How many repetitions the throughput pass may have. */
uint32_t bench_options__most_reps(const struct bench_options *options);

#endif
