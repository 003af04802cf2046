/* SPDX-License-Identifier: GPL-2.0-only */
/* Sums of ranks, and how often chance alone gives them. Of use to the statistics only. */
#ifndef VFIOSCOPE_ANALYZE_RANKS_H
#define VFIOSCOPE_ANALYZE_RANKS_H

#include <stddef.h>

#include "user/analyze/statistics.h"

/*
 * All values of both samples in order, each with twice its rank, so that the midrank of ties is
 * whole: the values 3 5 5 9 have 2 5 5 8.
 */
struct ranked {
	double value;
	bool of_a;
	unsigned int rank2;
};

/* By value, for qsort() and bsearch(). */
int ranked__by_value(const void *a, const void *b);

/* Malloc'ed, of a.nr + b.nr elements; NULL: no memory. */
struct ranked *ranks__of(struct sample a, struct sample b);

/*
 * Of the ways to deal the @nr doubled ranks @rank2 to a sample of @taken of them, the
 * share in which its sum is at most s, for s of 0 .. @most: @share[s].
 */
int ranks__distribution(const unsigned int *rank2, size_t nr, size_t taken, size_t most,
			double *share);

/*
 * The same without ties, in terms of the Mann-Whitney U of a sample of @nr_a against one of @nr_b (its sum of
 * ranks less the least that it can be): the share in which U is at most u, for u of 0 .. @most: @share[u].
 */
void ranks__untied(size_t nr_a, size_t nr_b, size_t most, double *share);

#endif
