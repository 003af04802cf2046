// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "benchmarks/barbench/noise.h"

/* The time of an operation in each repetition; malloc'ed. */
static double *times_of(const struct run_sample *samples, size_t nr)
{
	double *times = calloc(nr ?: 1, sizeof(*times));

	for (size_t i = 0; times && i < nr; i++)
		times[i] = (double)samples[i].elapsed_ns / (double)samples[i].ops;
	return times;
}

int noise__of(const struct run_sample *samples, size_t nr, struct noise *noise)
{
	double *times = times_of(samples, nr);
	struct sample sample = { times, nr };
	struct interval interval;
	int err = !times ? -ENOMEM : !nr ? -ENOENT : 0;

	err = err ?: sample__median_interval(sample, NOISE_LEVEL, &noise->median, &interval);
	if (!err) {
		sort_values(times, nr);
		noise->min = times[0];
		noise->max = times[nr - 1];
		noise->deviation = sample__deviation(sample) / sample__mean(sample);
		noise->margin = (interval.high - interval.low) / 2 / noise->median;
	}
	free(times);
	return err;
}

static void take_logarithms(double *times, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		times[i] = log(times[i]);
}

int noise__shift(const struct run_case *a, const struct run_case *b, struct noise_shift *shift)
{
	double *times_a = times_of(a->samples, a->nr_samples);
	double *times_b = times_of(b->samples, b->nr_samples);
	struct shift_plan plan;
	int err = times_a && times_b ? 0 : -ENOMEM;

	if (!err && (!a->nr_samples || !b->nr_samples))
		err = -ENOENT;
	err = err ?: shift_plan__init(&plan, a->nr_samples, b->nr_samples, NOISE_LEVEL);
	if (!err) {
		take_logarithms(times_a, a->nr_samples);
		take_logarithms(times_b, b->nr_samples);
		err = shift_plan__estimate(&plan, (struct sample){ times_a, a->nr_samples },
					   (struct sample){ times_b, b->nr_samples }, &shift->shift,
					   &shift->interval);
	}
	if (!err) {
		shift->shift = expm1(shift->shift);
		shift->interval.low = expm1(shift->interval.low);
		shift->interval.high = expm1(shift->interval.high);
		shift->margin = (shift->interval.high - shift->interval.low) / 2;
	}
	free(times_a);
	free(times_b);
	return err;
}

int noise__steady(const double *times, size_t nr, bool *steady)
{
	struct sample first = { times, nr / 2 }, last = { times + nr / 2, nr - nr / 2 };
	double p;
	int err = rank_test(first, last, &p);

	*steady = !err && p > 0.05;
	return err;
}
