// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/statistics.h"

/* Room for the resamples of a run: a multiple of what vectors hold, so that loops over it are made of these. */
#define STRIDE 1000
_Static_assert(STRIDE >= BOOTSTRAP_RESAMPLES, "there is no room for all resamples");

/* times[i * STRIDE + r]: how often the resample r drew the run i; 0 behind the last. */
struct bootstrap {
	size_t nr[2];
	float *times[2];
};

static float *draw(size_t nr, unsigned short state[3])
{
	float *times = calloc(nr * STRIDE, sizeof(*times));

	for (size_t r = 0; times && r < BOOTSTRAP_RESAMPLES; r++)
		for (size_t i = 0; i < nr; i++)
			times[(size_t)(erand48(state) * (double)nr) * STRIDE + r]++;
	return times;
}

int bootstrap__new(struct bootstrap **bootstrap, size_t nr_a, size_t nr_b, uint64_t seed)
{
	unsigned short state[3] = { seed, seed >> 16, seed >> 32 };
	struct bootstrap *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	*new = (struct bootstrap){ .nr = { nr_a, nr_b } };
	for (int side = 0; side < 2; side++) {
		new->times[side] = draw(new->nr[side], state);
		if (new->times[side])
			continue;
		bootstrap__free(new);
		return -ENOMEM;
	}
	*bootstrap = new;
	return 0;
}

void bootstrap__free(struct bootstrap *bootstrap)
{
	if (!bootstrap)
		return;
	free(bootstrap->times[0]);
	free(bootstrap->times[1]);
	free(bootstrap);
}

/* Of each resample what its mean is off that of the sample, to @off: added, times @weight. */
static void resample(const struct bootstrap *bootstrap, int side, struct sample sample,
		     double weight, double *off)
{
	double mean = sample__mean(sample);

	for (size_t i = 0; i < sample.nr; i++) {
		const float *times = &bootstrap->times[side][i * STRIDE];
		double away = weight * (sample.values[i] - mean) / (double)sample.nr;

		for (size_t r = 0; r < STRIDE; r++)
			off[r] += times[r] * away;
	}
}

/*
 * The quantile of Student's t from that of the normal distribution, @x: M. Abramowitz, I. Stegun, Handbook of
 * Mathematical Functions, 26.7.5.
 */
static double student(double x, double freedom)
{
	double x2 = x * x;

	return x + x * (x2 + 1) / (4 * freedom) +
	       x * ((5 * x2 + 16) * x2 + 3) / (96 * freedom * freedom) +
	       x * (((3 * x2 + 19) * x2 + 17) * x2 - 15) / (384 * pow(freedom, 3));
}

/* How far from either end of the ordered resamples the interval ends, for samples of these sizes. */
static size_t tail_of(double level, size_t nr_a, size_t nr_b)
{
	double t = student(normal_quantile(1 - level), (double)(nr_a + nr_b - 2));
	double tail = erfc(t / M_SQRT2) / 2 * (BOOTSTRAP_RESAMPLES + 1) + 0.5;

	return tail < 1 ? 1 : (size_t)tail;
}

/* The resamples of a small sample vary too little, by this. */
static double expansion(size_t nr)
{
	return sqrt((double)nr / (double)(nr - 1));
}

void bootstrap__estimate(const struct bootstrap *bootstrap, struct sample a, struct sample b,
			 double level, double *shift, struct interval *interval)
{
	double off[STRIDE] = {};
	size_t tail;

	*shift = sample__mean(b) - sample__mean(a);
	*interval = (struct interval){ -INFINITY, INFINITY, 1 };
	if (a.nr < 2 || b.nr < 2)
		return;
	resample(bootstrap, 0, a, -expansion(a.nr), off);
	resample(bootstrap, 1, b, expansion(b.nr), off);
	tail = tail_of(level, a.nr, b.nr);
	interval->low = *shift + select_value(off, BOOTSTRAP_RESAMPLES, tail - 1);
	/* A tail is half of them at most: this one is among what was not smaller. */
	interval->high = *shift + select_value(off + tail - 1, BOOTSTRAP_RESAMPLES + 1 - tail,
					       BOOTSTRAP_RESAMPLES + 1 - 2 * tail);
	interval->level = level;
}
