// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdlib.h>

#include "user/analyze/statistics.h"

/*
 * Pettitt's K: the largest |U| over all places to cut, where U(t) = sum of sgn(x_i - x_j) over i < t <= j;
 * U(t + 1) = U(t) + sum of sgn(x_t - x_j) over all j. P(K >= k) is about 2 exp(-6 k^2 / (n^3 + n^2)).
 */
static size_t best_cut(struct sample series, double *p)
{
	double n = (double)series.nr, sum = 0, most = 0;
	size_t cut = 0;

	for (size_t t = 0; t + 1 < series.nr; t++) {
		for (size_t j = 0; j < series.nr; j++)
			sum += (series.values[t] > series.values[j]) -
			       (series.values[t] < series.values[j]);
		if (fabs(sum) > most) {
			most = fabs(sum);
			cut = t + 1;
		}
	}
	*p = fmin(1, 2 * exp(-6 * most * most / (n * n * n + n * n)));
	return cut;
}

static void find(struct sample series, size_t first, double alpha, size_t *starts, size_t *nr)
{
	double p;
	size_t cut = best_cut(series, &p);

	if (!cut || p > alpha)
		return;
	find((struct sample){ series.values, cut }, first, alpha, starts, nr);
	starts[(*nr)++] = first + cut;
	find((struct sample){ series.values + cut, series.nr - cut }, first + cut, alpha, starts,
	     nr);
}

size_t change_points(struct sample series, double alpha, size_t *starts)
{
	size_t nr = 0;

	find(series, 0, alpha, starts, &nr);
	return nr;
}
