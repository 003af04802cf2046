/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The groups of cases to run: one, of the command line, or one for each line of a suite file, which has the
 * options of a case as the command line has them. What a line does not say is as on the command line; but its
 * modes, widths and patterns are its own, or the defaults. Empty lines, and what follows a '#', say nothing.
 */
#ifndef BARBENCH_SUITE_H
#define BARBENCH_SUITE_H

#include "benchmarks/barbench/options.h"

struct bench_suite {
	struct bench_options
		*groups; /* there is one at least; what concerns no case is the same in all */
	size_t nr;
	char *text; /* of the file: options point into it */
};

/*
 * Make it of what the command line says. 0, or a negative errno and @trouble, which names the line. Either way
 * to be freed; @options must outlive it.
 */
int bench_suite__init(struct bench_suite *suite, const struct bench_options *options,
		      struct trouble *trouble);
void bench_suite__free(struct bench_suite *suite);

#endif
