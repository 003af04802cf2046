/* SPDX-License-Identifier: GPL-2.0-only */
/* How far repetitions differ, and how well they tell what they are repetitions of. */
#ifndef BARBENCH_NOISE_H
#define BARBENCH_NOISE_H

#include <stddef.h>

#include "user/analyze/statistics.h"
#include "user/run/run.h"

#define NOISE_LEVEL 0.95 /* of intervals */

/* Of the time of an operation, ns, over the repetitions. */
struct noise {
	double median, min, max;
	double deviation; /* standard deviation, as a share of the mean */
	double margin; /* half the interval of the median, as a share of it; INFINITY: too few repetitions */
};

/* 0; -ENOENT: there are no samples; -ENOMEM. */
int noise__of(const struct run_sample *samples, size_t nr, struct noise *noise);

/* Of the time of an operation from A to B: 0.02 if B takes 2 % longer. */
struct noise_shift {
	double shift;
	struct interval interval; /* infinite: too few repetitions */
	double margin; /* half of it */
};

int noise__shift(const struct run_case *a, const struct run_case *b, struct noise_shift *shift);

/*
 * Whether the last @nr times, in their order, get no larger or smaller any more: the halves do not differ more
 * than chance lets them in one of twenty (Mann-Whitney). 0 or -ENOMEM.
 */
int noise__steady(const double *times, size_t nr, bool *steady);

#endif
