// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/ranks.h"

#include <errno.h>
#include <stdlib.h>

int ranked__by_value(const void *a, const void *b)
{
	double x = ((const struct ranked *)a)->value, y = ((const struct ranked *)b)->value;

	return (x > y) - (x < y);
}

struct ranked *ranks__of(struct sample a, struct sample b)
{
	size_t nr = a.nr + b.nr;
	struct ranked *all = calloc(nr, sizeof(*all));

	if (!all)
		return NULL;
	for (size_t i = 0; i < nr; i++)
		all[i] = i < a.nr ? (struct ranked){ .value = a.values[i], .of_a = true }
				  : (struct ranked){ .value = b.values[i - a.nr] };
	qsort(all, nr, sizeof(*all), ranked__by_value);
	for (size_t first = 0, end; first < nr; first = end) {
		for (end = first + 1; end < nr && all[end].value == all[first].value; end++)
			;
		for (size_t i = first; i < end; i++)
			all[i].rank2 = (unsigned int)(first + 1 + end);
	}
	return all;
}

/*
 * ways[k][s]: how many of the sets of k of the ranks seen so far have the sum s. One more rank r adds
 * ways[k - 1][s - r] to it. Numbers of sets are exact in a double up to C(53, 26).
 */
static void count_sets(double *ways, const unsigned int *rank2, size_t nr, size_t taken,
		       size_t most)
{
	size_t width = most + 1;

	ways[0] = 1;
	for (size_t i = 0; i < nr; i++) {
		for (size_t k = taken < i + 1 ? taken : i + 1; k; k--) {
			double *to = &ways[k * width];
			const double *from = &ways[(k - 1) * width];

			for (size_t s = rank2[i]; s <= most; s++)
				to[s] += from[s - rank2[i]];
		}
	}
}

static double number_of_sets(size_t nr, size_t taken)
{
	double sets = 1;

	for (size_t i = 1; i <= taken; i++)
		sets = sets * (double)(nr - taken + i) / (double)i;
	return sets;
}

int ranks__distribution(const unsigned int *rank2, size_t nr, size_t taken, size_t most,
			double *share)
{
	double *ways = calloc((taken + 1) * (most + 1), sizeof(*ways));
	double all = number_of_sets(nr, taken), sum = 0;

	if (!ways)
		return -ENOMEM;
	count_sets(ways, rank2, nr, taken, most);
	for (size_t s = 0; s <= most; s++) {
		sum += ways[taken * (most + 1) + s];
		share[s] = sum / all;
	}
	free(ways);
	return 0;
}

/*
 * The ways to reach each U are the coefficients of the Gaussian binomial, the product of
 * (1 - q^(nr_b + i)) / (1 - q^i) for i of 1 .. nr_a (G. E. Andrews, The Theory of Partitions (1976), 3.2), here
 * in @share until they are summed up.
 */
void ranks__untied(size_t nr_a, size_t nr_b, size_t most, double *share)
{
	double all = number_of_sets(nr_a + nr_b, nr_a), sum = 0;

	for (size_t u = 0; u <= most; u++)
		share[u] = u == 0;
	for (size_t i = 1; i <= nr_a; i++) {
		for (size_t u = most; u >= nr_b + i; u--)
			share[u] -= share[u - nr_b - i];
		for (size_t u = i; u <= most; u++)
			share[u] += share[u - i];
	}
	for (size_t u = 0; u <= most; u++) {
		sum += share[u];
		share[u] = sum / all;
	}
}
