// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "user/analyze/ranks.h"

/*
 * The k-th smallest and the k-th largest of the differences bound an interval that fails to cover if
 * U, the Mann-Whitney statistic, is below k or likewise at the other end: with 2 P(U <= k - 1).
 */
static int exact_rank(struct shift_plan *plan, double alpha)
{
	size_t most = plan->nr_a * plan->nr_b / 2; /* P(U <= half of its range) >= 1/2 */
	double *share = calloc(most + 1, sizeof(*share));

	if (!share)
		return -ENOMEM;
	ranks__untied(plan->nr_a, plan->nr_b, most, share);
	for (size_t u = 0; u <= most && 2 * share[u] <= alpha; u++) {
		plan->rank = u + 1;
		plan->level = 1 - 2 * share[u];
	}
	free(share);
	return 0;
}

static void normal_rank(struct shift_plan *plan, double alpha)
{
	double a = (double)plan->nr_a, b = (double)plan->nr_b;
	double rank =
		floor(a * b / 2 + 0.5 - normal_quantile(alpha) * sqrt(a * b * (a + b + 1) / 12));

	plan->rank = rank < 1 ? 0 : (size_t)rank;
	plan->level = 1 - alpha;
}

int shift_plan__init(struct shift_plan *plan, size_t nr_a, size_t nr_b, double level)
{
	*plan = (struct shift_plan){ .nr_a = nr_a, .nr_b = nr_b, .level = 1 };
	if (nr_a + nr_b <= RANK_EXACT_NR)
		return exact_rank(plan, 1 - level);
	normal_rank(plan, 1 - level);
	return 0;
}

static double *differences(struct sample a, struct sample b)
{
	double *all = calloc(a.nr * b.nr, sizeof(*all));

	for (size_t i = 0; all && i < a.nr; i++)
		for (size_t j = 0; j < b.nr; j++)
			all[i * b.nr + j] = b.values[j] - a.values[i];
	return all;
}

int shift_plan__estimate(const struct shift_plan *plan, struct sample a, struct sample b,
			 double *shift, struct interval *interval)
{
	size_t nr = a.nr * b.nr, middle = nr / 2;
	double *all = differences(a, b);

	if (!all)
		return -ENOMEM;
	*shift = select_median(all, nr);
	*interval = (struct interval){ -INFINITY, INFINITY, 1 };
	/* Neither rank is on the other side of the median, which parts them. */
	if (plan->rank)
		*interval = (struct interval){
			select_value(all, nr - middle, plan->rank - 1),
			select_value(all + middle, nr - middle, nr - middle - plan->rank),
			plan->level,
		};
	free(all);
	return 0;
}
