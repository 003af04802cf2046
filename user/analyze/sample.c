// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "user/analyze/statistics.h"

double sample__mean(struct sample sample)
{
	double sum = 0;

	for (size_t i = 0; i < sample.nr; i++)
		sum += sample.values[i];
	return sample.nr ? sum / (double)sample.nr : 0;
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
