// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "user/analyze/statistics.h"

struct ordered {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

int holm__adjust(const double *p, size_t nr, double *adjusted)
{
	struct ordered *all = calloc(nr ?: 1, sizeof(*all));
	double least = 0;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		all[i] = (struct ordered){ p[i], i };
	qsort(all, nr, sizeof(*all), by_p);
	for (size_t i = 0; i < nr; i++) {
		least = fmax(least, fmin(1, all[i].p * (double)(nr - i)));
		adjusted[all[i].at] = least;
	}
	free(all);
	return 0;
}
