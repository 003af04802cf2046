// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "user/analyze/ranks.h"

/*
 * How many of the cuts of @nr values count: those so near to an end that they cannot be significant at @alpha over the
 * others do not.
 */
static double nr_cuts(size_t nr, double alpha)
{
	size_t shortest = 1;

	while (2 * shortest + 1 < nr &&
	       rank_test__least_p(shortest, nr - shortest) * (double)(nr - 2 * shortest - 1) >
		       alpha)
		shortest++;
	return (double)(nr - 2 * shortest + 1);
}

static bool is_significant(double p, size_t nr, double alpha)
{
	return p * nr_cuts(nr, alpha) <= alpha;
}

/* Places to cut a series; 0: there is none. */
struct cuts {
	size_t strongest; /* of the greatest |z|, the first of several */
	size_t apart; /* of those that are significant since their sides do not overlap the one with the widest gap */
};

struct search {
	struct cuts cuts;
	double most, widest; /* of these */
	double alpha;
	const struct ranked *all; /* in order */
	size_t nr;
};

/*
 * z is the sum of ranks before the cut, less what is expected (@away, doubled), over its deviation: of
 * that, all but k (n - k) is the same for each cut. Sides that do not overlap are as far away as can be, and dealt in
 * one way of all and its mirror, whatever the ties and however many.
 */
static void consider(struct search *search, size_t k, double away)
{
	size_t nr = search->nr, lower = away < 0 ? k : nr - k;
	double pairs = (double)k * (double)(nr - k), z2 = away * away / pairs, gap;

	if (z2 > search->most) {
		search->most = z2;
		search->cuts.strongest = k;
	}
	gap = search->all[lower].value - search->all[lower - 1].value;
	if (fabs(away) == pairs && gap > search->widest &&
	    is_significant(rank_test__least_p(k, nr - k), nr, search->alpha)) {
		search->widest = gap;
		search->cuts.apart = k;
	}
}

static int find_cuts(struct sample series, double alpha, struct cuts *cuts)
{
	struct ranked *all = ranks__of(series, (struct sample){});
	struct search search = { .alpha = alpha, .all = all, .nr = series.nr };
	double away = 0;

	if (!all)
		return -ENOMEM;
	for (size_t k = 1; k < series.nr; k++) {
		const struct ranked key = { .value = series.values[k - 1] };
		const struct ranked *found =
			bsearch(&key, all, series.nr, sizeof(key), ranked__by_value);

		away += (double)found->rank2 - (double)(series.nr + 1);
		consider(&search, k, away);
	}
	*cuts = search.cuts;
	free(all);
	return 0;
}

static struct sample before(struct sample series, size_t cut)
{
	return (struct sample){ series.values, cut };
}

static struct sample behind(struct sample series, size_t cut)
{
	return (struct sample){ series.values + cut, series.nr - cut };
}

/*
 * @cut is 0 if nothing changed. Sides that do not overlap come first: near an end, one value more on the small side can
 * make |z| larger.
 */
static int find_change(struct sample series, double alpha, size_t *cut)
{
	struct cuts cuts = {};
	int err = find_cuts(series, alpha, &cuts);
	double p = 1;

	*cut = cuts.apart;
	if (err || cuts.apart)
		return err;
	err = rank_test(before(series, cuts.strongest), behind(series, cuts.strongest), &p);
	*cut = is_significant(p, series.nr, alpha) ? cuts.strongest : 0;
	return err;
}

/* Each value is there again, next to it; the newest may be yet to come. */
static bool is_deterministic(struct sample series)
{
	const double *x = series.values;

	for (size_t i = 0; i + 1 < series.nr; i++)
		if (x[i] != x[i + 1] && (!i || x[i] != x[i - 1]))
			return false;
	return true;
}

static void find_stretches(struct sample series, size_t first, size_t *starts, size_t *nr)
{
	for (size_t i = 1; i + 1 < series.nr; i++)
		if (series.values[i] != series.values[i - 1])
			starts[(*nr)++] = first + i;
}

static int find(struct sample series, size_t first, double alpha, size_t *starts, size_t *nr)
{
	size_t cut;
	int err;

	if (is_deterministic(series)) {
		find_stretches(series, first, starts, nr);
		return 0;
	}
	err = find_change(series, alpha, &cut);
	if (err || !cut)
		return err;
	err = find(before(series, cut), first, alpha, starts, nr);
	starts[(*nr)++] = first + cut;
	return err ?: find(behind(series, cut), first + cut, alpha, starts, nr);
}

int change_points(struct sample series, double alpha, size_t *starts, size_t *nr)
{
	*nr = 0;
	return find(series, 0, alpha, starts, nr);
}

static bool is_enough(size_t nr, double alpha)
{
	return is_significant(rank_test__least_p(nr / 2, nr - nr / 2), nr, alpha);
}

/* An odd number has two cuts in the middle, so that one more than enough can be too few. */
size_t change_points__least_nr(double alpha)
{
	size_t nr = 2;

	while (!is_enough(nr, alpha) || !is_enough(nr + 1, alpha))
		nr++;
	return nr;
}
