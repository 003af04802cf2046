/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of `barbench verify'. */
#ifndef BARBENCH_VERIFY_OPTIONS_H
#define BARBENCH_VERIFY_OPTIONS_H

#include <limits.h>

#include "benchmarks/barbench/options.h"

#define VERIFY_MAX_SPANS 32
#define VERIFY_MAX_LENGTH (1U << 20) /* what is remembered of a byte is kept in memory */

/* What may be accessed. */
struct verify_span {
	uint32_t region;
	uint64_t offset, length;
};

struct verify_options {
	struct bench_options bench; /* what both have: device, widths, write, force, json, output */
	struct verify_span spans[VERIFY_MAX_SPANS];
	size_t nr_spans;
	bool sweep; /* every aligned place in between, too */
	bool dry_run;
	const char *expect; /* NULL: none */
	char log[PATH_MAX]; /* empty: none, and none is needed */
};

/* As bench_options__parse(). */
int verify_options__parse(struct verify_options *options, int argc, char **argv,
			  struct trouble *trouble);

/* The device is plain RAM. */
bool verify_options__is_memory(const struct verify_options *options);

#endif
