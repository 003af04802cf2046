// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/statistics.h"

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void sort_values(double *values, size_t nr)
{
	qsort(values, nr, sizeof(*values), by_size);
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
	double *ordered = calloc(sample.nr ?: 1, sizeof(*ordered));

	if (!ordered)
		return -ENOMEM;
	if (sample.nr)
		memcpy(ordered, sample.values, sample.nr * sizeof(*ordered));
	sort_values(ordered, sample.nr);
	*median = (ordered[sample.nr ? (sample.nr - 1) / 2 : 0] + ordered[sample.nr / 2]) / 2;
	free(ordered);
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
