// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "user/analyze/ranks.h"

static size_t sum_of_a(const struct ranked *all, size_t nr)
{
	size_t sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += all[i].of_a ? all[i].rank2 : 0;
	return sum;
}

/* P(sum of a's doubled ranks <= @sum), if @mirrored of the ranks counted from the other end. */
static int share_up_to(const struct ranked *all, size_t nr, size_t taken, bool mirrored, size_t sum,
		       double *share)
{
	unsigned int *rank2 = calloc(nr, sizeof(*rank2));
	double *shares = calloc(sum + 1, sizeof(*shares));
	int err = rank2 && shares ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < nr; i++)
		rank2[i] = mirrored ? 2 * (unsigned int)(nr + 1) - all[i].rank2 : all[i].rank2;
	err = err ?: ranks__distribution(rank2, nr, taken, sum, shares);
	if (!err)
		*share = shares[sum];
	free(shares);
	free(rank2);
	return err;
}

static int tied_p(const struct ranked *all, size_t nr, size_t taken, double *p)
{
	size_t sum = sum_of_a(all, nr), mirrored = 2 * (nr + 1) * taken - sum;
	double low = 0, high = 0;
	int err = share_up_to(all, nr, taken, false, sum, &low);

	err = err ?: share_up_to(all, nr, taken, true, mirrored, &high);
	*p = fmin(1, 2 * fmin(low, high));
	return err;
}

/* Sum over the groups of ties of t^3 - t, where t is how many values are the same. */
static double ties(const struct ranked *all, size_t nr)
{
	double sum = 0;

	for (size_t first = 0, end; first < nr; first = end) {
		double t;

		for (end = first + 1; end < nr && all[end].rank2 == all[first].rank2; end++)
			;
		t = (double)(end - first);
		sum += t * t * t - t;
	}
	return sum;
}

static int untied_p(const struct ranked *all, size_t nr, size_t taken, double *p)
{
	size_t range = taken * (nr - taken), u = (sum_of_a(all, nr) - taken * (taken + 1)) / 2;
	size_t tail = u < range - u ? u : range - u;
	double *share = calloc(tail + 1, sizeof(*share));

	if (!share)
		return -ENOMEM;
	ranks__untied(taken, nr - taken, tail, share);
	*p = fmin(1, 2 * share[tail]);
	free(share);
	return 0;
}

static double normal_p(const struct ranked *all, size_t nr, size_t taken)
{
	double n = (double)nr, a = (double)taken, b = n - a;
	double away = fabs((double)sum_of_a(all, nr) / 2 - a * (n + 1) / 2);
	double variance = a * b / 12 * (n + 1 - ties(all, nr) / (n * (n - 1)));

	if (variance <= 0 || away <= 0.5)
		return 1;
	return erfc((away - 0.5) / sqrt(2 * variance));
}

int rank_test(struct sample a, struct sample b, double *p)
{
	size_t nr = a.nr + b.nr;
	struct ranked *all;
	int err = 0;

	*p = 1;
	if (!a.nr || !b.nr)
		return 0;
	all = ranks__of(a, b);
	if (!all)
		return -ENOMEM;
	if (nr <= RANK_EXACT_NR)
		err = (ties(all, nr) > 0 ? tied_p : untied_p)(all, nr, a.nr, p);
	else
		*p = normal_p(all, nr, a.nr);
	free(all);
	return err;
}

/* Two of the C(a + b, a) ways to deal the ranks. */
double rank_test__least_p(size_t a, size_t b)
{
	double p = 2;

	for (size_t i = 1; i <= a; i++)
		p *= (double)i / (double)(b + i);
	return fmin(1, p);
}
