// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/statistics.h"

#define MOST_VISITS 16 /* to each value, on average; beyond, sorting them is quicker */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void sort_values(double *values, size_t nr)
{
	qsort(values, nr, sizeof(*values), by_size);
}

/*
 * Move those below the pivot, or with @equal those not above it, to the front; returns how many they are. The
 * loop has no branch that depends on the values: a CPU would mispredict every other one.
 */
static size_t partition(double *values, size_t nr, double pivot, bool equal)
{
	size_t front = 0;

	for (size_t i = 0; i < nr; i++) {
		double value = values[i];

		values[i] = values[front];
		values[front] = value;
		front += (value < pivot) | (equal & (value == pivot));
	}
	return front;
}

double select_value(double *values, size_t nr, size_t k)
{
	size_t visits = MOST_VISITS * nr;

	while (visits >= nr) {
		double pivot = values[nr / 2];
		size_t below = partition(values, nr, pivot, false), not_above;

		visits -= nr;
		if (k < below) {
			nr = below;
			continue;
		}
		not_above = below + partition(values + below, nr - below, pivot, true);
		if (k < not_above)
			return pivot;
		values += not_above;
		nr -= not_above;
		k -= not_above;
	}
	sort_values(values, nr);
	return values[k];
}

double select_median(double *values, size_t nr)
{
	size_t middle = nr / 2;
	double high = select_value(values, nr, middle);

	return nr % 2 ? high : (select_value(values, middle, middle - 1) + high) / 2;
}

double sample__mean(struct sample sample)
{
	double sum = 0;

	for (size_t i = 0; i < sample.nr; i++)
		sum += sample.values[i];
	return sample.nr ? sum / (double)sample.nr : 0;
}

int sample__median(struct sample sample, double *median)
{
	double *values;

	*median = 0;
	if (!sample.nr)
		return 0;
	values = malloc(sample.nr * sizeof(*values));
	if (!values)
		return -ENOMEM;
	memcpy(values, sample.values, sample.nr * sizeof(*values));
	*median = select_median(values, sample.nr);
	free(values);
	return 0;
}

double sample__deviation(struct sample sample)
{
	double mean = sample__mean(sample), squares = 0;

	if (sample.nr < 2)
		return 0;
	for (size_t i = 0; i < sample.nr; i++)
		squares += (sample.values[i] - mean) * (sample.values[i] - mean);
	return sqrt(squares / (double)(sample.nr - 1));
}

/* P(a fair coin shows heads @k times in @nr). */
static double coin(size_t nr, size_t k)
{
	double n = (double)nr, heads = (double)k;

	return exp(lgamma(n + 1) - lgamma(heads + 1) - lgamma(n - heads + 1) - n * M_LN2);
}

int sample__median_interval(struct sample sample, double level, double *median,
			    struct interval *interval)
{
	double *ordered = calloc(sample.nr ?: 1, sizeof(*ordered));
	int err = ordered ? sample__median(sample, median) : -ENOMEM;
	double missed = 0;

	*interval = (struct interval){ -INFINITY, INFINITY, 1 };
	if (!err && sample.nr)
		memcpy(ordered, sample.values, sample.nr * sizeof(*ordered));
	if (!err)
		sort_values(ordered, sample.nr);
	for (size_t k = 0; !err && 2 * k + 1 < sample.nr; k++) {
		missed += 2 * coin(sample.nr, k);
		if (missed > 1 - level)
			break;
		*interval = (struct interval){ ordered[k], ordered[sample.nr - 1 - k], 1 - missed };
	}
	free(ordered);
	return err;
}

bool sample__is_constant(struct sample sample)
{
	for (size_t i = 1; i < sample.nr; i++)
		if (sample.values[i] != sample.values[0])
			return false;
	return true;
}

double normal_quantile(double alpha)
{
	double low = 0, high = 40;

	for (int i = 0; i < 60; i++) {
		double mid = (low + high) / 2;

		*(erfc(mid / M_SQRT2) > alpha ? &low : &high) = mid;
	}
	return high;
}
