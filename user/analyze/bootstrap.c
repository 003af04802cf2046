// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/statistics.h"

/* times[i * BOOTSTRAP_RESAMPLES + r]: how often the resample r drew the run i. */
struct bootstrap {
	size_t nr[2];
	float *times[2];
};

static float *draw(size_t nr, unsigned short state[3])
{
	float *times = calloc(nr * BOOTSTRAP_RESAMPLES, sizeof(*times));

	for (size_t r = 0; times && r < BOOTSTRAP_RESAMPLES; r++)
		for (size_t i = 0; i < nr; i++)
			times[(size_t)(erand48(state) * (double)nr) * BOOTSTRAP_RESAMPLES + r]++;
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

/* Of each resample: its mean less that of the sample, and the square of the mean's standard error. */
struct resampled {
	double mean[BOOTSTRAP_RESAMPLES], square[BOOTSTRAP_RESAMPLES];
};

static void resample(const struct bootstrap *bootstrap, int side, struct sample sample,
		     struct resampled *of)
{
	double n = (double)sample.nr, mean = sample__mean(sample);

	memset(of, 0, sizeof(*of));
	for (size_t i = 0; i < sample.nr; i++) {
		const float *times = &bootstrap->times[side][i * BOOTSTRAP_RESAMPLES];
		double away = sample.values[i] - mean;

		for (size_t r = 0; r < BOOTSTRAP_RESAMPLES; r++) {
			of->mean[r] += times[r] * away;
			of->square[r] += times[r] * (away * away);
		}
	}
	for (size_t r = 0; r < BOOTSTRAP_RESAMPLES; r++) {
		of->mean[r] /= n;
		of->square[r] = (of->square[r] / n - of->mean[r] * of->mean[r]) / (n - 1);
	}
}

/* The t of each resample, ordered. One in which all runs are the same has none: it counts as the farthest. */
static void students(const struct resampled *a, const struct resampled *b, double *t)
{
	for (size_t r = 0; r < BOOTSTRAP_RESAMPLES; r++) {
		double shift = b->mean[r] - a->mean[r];
		double square = fmax(0, a->square[r] + b->square[r]);

		t[r] = shift == 0 ? 0 : shift / sqrt(square);
	}
	sort_values(t, BOOTSTRAP_RESAMPLES);
}

static double squared_error(struct sample sample)
{
	double deviation = sample__deviation(sample);

	return deviation * deviation / (double)sample.nr;
}

int bootstrap__estimate(const struct bootstrap *bootstrap, struct sample a, struct sample b,
			double level, double *shift, struct interval *interval)
{
	/* Of 999 the 25th from either end are those of 95 %. */
	size_t tail = (size_t)((1 - level) / 2 * (BOOTSTRAP_RESAMPLES + 1) + 0.5);
	double error = sqrt(squared_error(a) + squared_error(b));
	double t[BOOTSTRAP_RESAMPLES];
	struct resampled *of;

	*shift = sample__mean(b) - sample__mean(a);
	*interval = (struct interval){ -INFINITY, INFINITY, 1 };
	if (a.nr < 2 || b.nr < 2)
		return 0;
	*interval = (struct interval){ *shift, *shift, 1 };
	if (error == 0) /* 0 times an infinite t */
		return 0;
	of = calloc(2, sizeof(*of));
	if (!of)
		return -ENOMEM;
	resample(bootstrap, 0, a, &of[0]);
	resample(bootstrap, 1, b, &of[1]);
	students(&of[0], &of[1], t);
	*interval = (struct interval){ *shift - t[BOOTSTRAP_RESAMPLES - tail] * error,
				       *shift - t[tail - 1] * error, level };
	free(of);
	return 0;
}
