// SPDX-License-Identifier: GPL-2.0-only
/* The statistics, against enumeration by other means, tables, and examples of the literature. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "user/analyze/statistics.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SAMPLE(array) ((struct sample){ array, COUNT(array) })

static void assert_near(double value, double expected, double error)
{
	if (fabs(value - expected) > error)
		fail_msg("%.12g is not %.12g", value, expected);
}

static double p_of(struct sample a, struct sample b)
{
	double p = -1;

	assert_int_equal(rank_test(a, b, &p), 0);
	return p;
}

static void test_rank_test_of_tables(void **state)
{
	static const double low[] = { 1, 2, 3, 4, 5 }, high[] = { 6, 7, 8, 9, 10 };
	static const double mixed[] = { 3, 4, 6, 8, 10 }, other[] = { 1, 2, 5, 7, 9 };

	(void)state;
	assert_near(p_of(SAMPLE(low), SAMPLE(high)), 2.0 / 252, 1e-12);
	assert_near(p_of(SAMPLE(high), SAMPLE(low)), 2.0 / 252, 1e-12);
	/* U = 9: P(U <= 9) = 0.274, D. B. Owen, Handbook of Statistical Tables */
	assert_near(p_of(SAMPLE(mixed), SAMPLE(other)), 2 * 0.274, 5e-4);
	assert_near(p_of(SAMPLE(low), SAMPLE(low)), 1, 1e-12);
}

static double pairs_won(const double *all, unsigned int of_a, int nr)
{
	double won = 0;

	for (int i = 0; i < nr; i++)
		for (int j = 0; j < nr; j++)
			if ((of_a >> i & 1) && !(of_a >> j & 1))
				won += all[i] > all[j] ? 1 : all[i] == all[j] ? 0.5 : 0;
	return won;
}

/* Of all ways to deal the values, the share with as few, and with as many, pairs won. */
static double enumerate_p(const double *all, unsigned int of_a, int nr)
{
	double seen = pairs_won(all, of_a, nr), low = 0, high = 0, ways = 0;

	for (unsigned int deal = 0; deal < 1u << nr; deal++) {
		double won;

		if (__builtin_popcount(deal) != __builtin_popcount(of_a))
			continue;
		won = pairs_won(all, deal, nr);
		low += won <= seen;
		high += won >= seen;
		ways++;
	}
	return fmin(1, 2 * fmin(low, high) / ways);
}

static void test_rank_test_with_ties(void **state)
{
	unsigned short seed[3] = { 1, 2, 3 };

	(void)state;
	for (int round = 0; round < 200; round++) {
		int nr = 4 + (int)(erand48(seed) * 6), nr_a = 0, nr_b = 0;
		double all[10], a[10], b[10];
		unsigned int of_a = 0;

		for (int i = 0; i < nr; i++) {
			all[i] = (int)(erand48(seed) * 4);
			if (i == 0 || (i > 1 && erand48(seed) < 0.5)) {
				of_a |= 1u << i;
				a[nr_a++] = all[i];
			} else {
				b[nr_b++] = all[i];
			}
		}
		assert_near(p_of((struct sample){ a, nr_a }, (struct sample){ b, nr_b }),
			    enumerate_p(all, of_a, nr), 1e-9);
	}
}

/* Where the exact test ends, the approximation goes on: by hand z is 2.150 and 2.113. */
static void test_rank_test_of_many(void **state)
{
	double a[21], b[21];

	(void)state;
	for (int i = 0; i < 21; i++) {
		a[i] = i;
		b[i] = i + 4.5;
	}
	assert_near(p_of((struct sample){ a, 20 }, (struct sample){ b, 20 }), 0.0315, 0.0015);
	assert_near(p_of((struct sample){ a, 21 }, (struct sample){ b, 21 }), 0.0346, 0.0001);
}

static void test_least_p(void **state)
{
	(void)state;
	assert_near(rank_test__least_p(3, 3), 0.1, 1e-12);
	assert_near(rank_test__least_p(10, 10), 2.0 / 184756, 1e-15);
	assert_near(rank_test__least_p(1, 4), 0.4, 1e-12);
	assert_near(rank_test__least_p(1, 1), 1, 1e-12);
}

/* Critical values of U at 0.05, two-sided, are 23 for 10 and 10, 2 for 5 and 5, 0 for 4 and 4. */
static void test_plan_of_tables(void **state)
{
	struct shift_plan plan;

	(void)state;
	assert_int_equal(shift_plan__init(&plan, 10, 10, 0.95), 0);
	assert_int_equal(plan.rank, 24);
	assert_near(plan.level, 0.9567, 1e-4);
	assert_int_equal(shift_plan__init(&plan, 5, 5, 0.95), 0);
	assert_int_equal(plan.rank, 3);
	assert_int_equal(shift_plan__init(&plan, 4, 4, 0.95), 0);
	assert_int_equal(plan.rank, 1);
	assert_int_equal(shift_plan__init(&plan, 3, 3, 0.95), 0);
	assert_int_equal(plan.rank, 0);
	/* The approximation, W. J. Conover, Practical Nonparametric Statistics, 5.4 */
	assert_int_equal(shift_plan__init(&plan, 100, 100, 0.95), 0);
	assert_in_range(plan.rank, 4195, 4200);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of @values each of the order, and the median, against sorting. */
static void assert_selected(const double *values, size_t nr)
{
	double sorted[32], work[32];

	memcpy(sorted, values, nr * sizeof(*values));
	qsort(sorted, nr, sizeof(*sorted), by_size);
	for (size_t k = 0; k < nr; k++) {
		memcpy(work, values, nr * sizeof(*values));
		assert_near(select_value(work, nr, k), sorted[k], 0);
		assert_near(work[k], sorted[k], 0);
		for (size_t i = 0; i < nr; i++)
			assert_true(i < k ? work[i] <= work[k] : work[i] >= work[k]);
		qsort(work, nr, sizeof(*work), by_size);
		assert_memory_equal(work, sorted, nr * sizeof(*work));
	}
	memcpy(work, values, nr * sizeof(*values));
	assert_near(select_median(work, nr), (sorted[(nr - 1) / 2] + sorted[nr / 2]) / 2, 0);
	for (size_t i = 0; i < nr; i++)
		assert_true(i < nr / 2 ? work[i] <= sorted[nr / 2] : work[i] >= sorted[nr / 2]);
}

static void test_select(void **state)
{
	unsigned short seed[3] = { 11 };
	double values[32];

	(void)state;
	for (size_t nr = 1; nr <= COUNT(values); nr++) {
		for (int most = 1; most < 40; most += 3) {
			for (size_t i = 0; i < nr; i++)
				values[i] = (int)(erand48(seed) * most);
			assert_selected(values, nr);
		}
		for (size_t i = 0; i < nr; i++) /* falls, then rises: each pivot is the least */
			values[i] = fabs((double)i - (double)nr / 2);
		assert_selected(values, nr);
	}
}

static void test_shift_is_of_all_differences(void **state)
{
	unsigned short seed[3] = { 7 };

	(void)state;
	for (size_t nr = 4; nr < 25; nr++) {
		double a[25], b[25], all[25 * 25], shift;
		struct interval interval;
		struct shift_plan plan;
		size_t nr_b = 29 - nr, pairs = 0;

		for (size_t i = 0; i < nr; i++)
			a[i] = (int)(erand48(seed) * 30);
		for (size_t i = 0; i < nr_b; i++)
			b[i] = (int)(erand48(seed) * 30) + 5;
		for (size_t i = 0; i < nr; i++)
			for (size_t j = 0; j < nr_b; j++)
				all[pairs++] = b[j] - a[i];
		qsort(all, pairs, sizeof(*all), by_size);
		assert_int_equal(shift_plan__init(&plan, nr, nr_b, 0.9), 0);
		assert_int_equal(shift_plan__estimate(&plan, (struct sample){ a, nr },
						      (struct sample){ b, nr_b }, &shift,
						      &interval),
				 0);
		assert_near(shift, (all[(pairs - 1) / 2] + all[pairs / 2]) / 2, 0);
		assert_true(plan.rank > 0);
		assert_near(interval.low, all[plan.rank - 1], 0);
		assert_near(interval.high, all[pairs - plan.rank], 0);
		assert_true(interval.level >= 0.9);
	}
}

static void test_too_small_for_an_interval(void **state)
{
	static const double a[] = { 1, 2 }, b[] = { 3, 4 };
	struct interval interval;
	struct shift_plan plan;
	double shift;

	(void)state;
	assert_int_equal(shift_plan__init(&plan, 2, 2, 0.95), 0);
	assert_int_equal(shift_plan__estimate(&plan, SAMPLE(a), SAMPLE(b), &shift, &interval), 0);
	assert_near(shift, 2, 0);
	assert_true(isinf(interval.low) && isinf(interval.high));
}

static void interval_of(uint64_t seed, struct sample a, struct sample b, struct interval *interval)
{
	struct bootstrap *bootstrap;
	double shift;

	assert_int_equal(bootstrap__new(&bootstrap, a.nr, b.nr, seed), 0);
	bootstrap__estimate(bootstrap, a, b, 0.95, &shift, interval);
	assert_near(shift, sample__mean(b) - sample__mean(a), 1e-12);
	bootstrap__free(bootstrap);
}

static void test_bootstrap(void **state)
{
	static const double a[] = { 10, 12, 11, 13, 9, 10.5 }, b[] = { 20, 22, 21.5, 19, 20.5 };
	static const double moved[] = { 120, 122, 121.5, 119, 120.5 }, same[] = { 4, 4, 4 };
	struct interval one, again, other, far, none;

	(void)state;
	interval_of(1, SAMPLE(a), SAMPLE(b), &one);
	interval_of(1, SAMPLE(a), SAMPLE(b), &again);
	interval_of(2, SAMPLE(a), SAMPLE(b), &other);
	interval_of(1, SAMPLE(a), SAMPLE(moved), &far);
	interval_of(1, SAMPLE(same), SAMPLE(same), &none);
	assert_memory_equal(&one, &again, sizeof(one));
	assert_true(one.low != other.low);
	assert_true(one.low < 9.68 && 9.68 < one.high && one.low > 6 && one.high < 13);
	assert_near(far.low, one.low + 100, 1e-9);
	assert_near(far.high, one.high + 100, 1e-9);
	assert_true(none.low == 0 && none.high == 0);
}

static void test_holm(void **state)
{
	static const double p[] = { 0.04, 0.01, 0.5, 0.03 };
	double adjusted[4];

	(void)state;
	assert_int_equal(holm__adjust(p, 4, adjusted), 0);
	assert_near(adjusted[1], 0.04, 1e-12);
	assert_near(adjusted[3], 0.09, 1e-12);
	assert_near(adjusted[0], 0.09, 1e-12); /* not below the one before */
	assert_near(adjusted[2], 0.5, 1e-12);
	assert_int_equal(holm__adjust(p, 0, adjusted), 0);
}

#define MOST_CHANGES 8

/* Changes of @values begin at @expected, which a 0 ends. */
static void assert_changes(const double *values, size_t nr, double alpha, const size_t *expected)
{
	size_t starts[64], found, wanted = 0;

	assert_true(nr <= COUNT(starts));
	assert_int_equal(change_points((struct sample){ values, nr }, alpha, starts, &found), 0);
	while (expected[wanted])
		wanted++;
	assert_int_equal(found, wanted);
	assert_memory_equal(starts, expected, wanted * sizeof(*starts));
}

#define assert_changes_at(values, nr, alpha, ...) \
	assert_changes(values, nr, alpha, (const size_t[MOST_CHANGES]){ __VA_ARGS__ })

static double drawn(unsigned short *seed)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += erand48(seed);
	return sum;
}

/* Wherever the step is; where it is late p is 29 * 2 / C(30, 5) = 0.00041 at most. */
static void test_one_change(void **state)
{
	static const size_t places[] = { 4, 5, 15, 25, 26 };
	unsigned short seed[3] = { 3 };
	double series[60];

	(void)state;
	for (size_t place = 0; place < COUNT(places); place++) {
		for (size_t i = 0; i < 30; i++)
			series[i] = (i < places[place] ? 100 : 150) + drawn(seed);
		assert_changes_at(series, 30, 0.05, places[place]);
		for (size_t i = 0; i < 30; i++) /* down */
			series[i] = -series[i];
		assert_changes_at(series, 30, 0.05, places[place]);
	}
	for (size_t i = 0; i < 60; i++)
		series[i] = (i < 54 ? 100 : 200) + drawn(seed);
	assert_changes_at(series, 60, 0.05 / 20, 54);
	/* The last of the old ones is the largest of them: a cut before it has no overlap either. */
	for (size_t i = 0; i < 13; i++)
		series[i] = i < 12 ? 40 + (double)(i * 7 % 12) : 88;
	for (size_t i = 13; i < 16; i++)
		series[i] = 1000 + (double)(i * 5 % 4);
	assert_changes_at(series, 16, 0.05, 13);
}

/*
 * Of ten: 2 / C(10, k) is 0.2, 0.0444, 0.0167, 0.0095, 0.0079 for k of 1 to 5, so at 0.04 and less only the cuts at
 * 4, 5 and 6 count: 3 * 2 / 252 = 0.02381. Of nine at 0.05 those at 3 to 6 do: 4 * 2 / 126 = 0.063; of ten
 * it is 0.04 at most.
 */
static void test_change_of_few(void **state)
{
	static const double ten[] = { 3, 1, 4, 2, 5, 9, 7, 10, 6, 8 };
	static const double one[] = { 3 };

	(void)state;
	assert_changes_at(ten, 10, 0.0239, 5);
	assert_changes_at(ten, 10, 0.0238, 0);
	assert_int_equal(change_points__least_nr(0.05), 10);
	assert_changes_at(one, 1, 0.05, 0);
	assert_changes_at(one, 0, 0.05, 0);
}

/* Then all that are longer are long enough. */
static void test_least_nr_for_a_change(void **state)
{
	double series[64];
	size_t starts[64], found;

	(void)state;
	for (size_t i = 0; i < COUNT(series); i++)
		series[i] = (double)i;
	for (int cases = 1; cases < 1000; cases++) {
		double alpha = 0.05 / cases;

		for (size_t nr = change_points__least_nr(alpha); nr <= COUNT(series); nr++) {
			assert_int_equal(change_points((struct sample){ series, nr }, alpha, starts,
						       &found),
					 0);
			assert_true(found > 0);
		}
	}
}

static void test_several_changes(void **state)
{
	unsigned short seed[3] = { 3 };
	double series[60];

	(void)state;
	for (int i = 0; i < 60; i++)
		series[i] = 100 + erand48(seed) + (i >= 20 ? 5 : 0) - (i >= 45 ? 3 : 0);
	assert_changes_at(series, 60, 0.01, 20, 45);
	for (int i = 0; i < 60; i++)
		series[i] = i % 2;
	assert_changes_at(series, 60, 0.01, 0);
}

/* Two of C(12, 6) ways to deal, of 924, ties or not; overlapping ones as in rank_test(). */
static void test_change_with_ties(void **state)
{
	static const double apart[] = { 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4 };
	static const double mixed[] = { 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2 };
	double touching[24];

	(void)state;
	assert_changes_at(apart, 12, 0.05, 6);
	assert_changes_at(mixed, 12, 0.05, 0);
	for (int i = 0; i < 24; i++)
		touching[i] = i % 2 ? (i < 12 ? 1 : 2) : (i < 12 ? 2 : 3);
	assert_changes_at(touching, 24, 0.05, 12);
}

/* What never varies but where something changed needs no significance. */
static void test_change_of_deterministic(void **state)
{
	static const double late[] = { 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 11, 11 };
	static const double last[] = { 10, 10, 10, 10, 11 };
	static const double several[] = { 5, 5, 5, 6, 6, 4, 4, 7 };
	static const double varies[] = { 5, 5, 5, 6, 6, 4, 6, 6 };

	(void)state;
	assert_changes_at(late, COUNT(late), 1e-6, 13);
	assert_changes_at(late, 13, 0.05, 0);
	assert_changes_at(last, COUNT(last), 0.05, 0);
	assert_changes_at(several, COUNT(several), 1e-6, 3, 5);
	assert_changes_at(varies, COUNT(varies), 0.05, 0);
}

/* Three standard deviations above 0.05 of 200 are 19. */
static void test_no_change(void **state)
{
	unsigned short seed[3] = { 5 };
	size_t starts[30], nr, wrong = 0;
	double series[30];

	(void)state;
	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < COUNT(series); i++)
			series[i] = drawn(seed);
		assert_int_equal(change_points(SAMPLE(series), 0.05, starts, &nr), 0);
		wrong += nr > 0;
	}
	assert_in_range(wrong, 1, 19);
}

/* Of ten values the second and the ninth: 1 - 2 * 11 / 1024; of six the first and the last: 1 - 2 / 64. */
static void test_median_interval(void **state)
{
	static const double ten[] = { 9, 1, 8, 2, 7, 3, 6, 4, 5, 10 };
	struct interval interval;
	double median;

	(void)state;
	assert_int_equal(sample__median_interval(SAMPLE(ten), 0.95, &median, &interval), 0);
	assert_near(median, 5.5, 0);
	assert_near(interval.low, 2, 0);
	assert_near(interval.high, 9, 0);
	assert_near(interval.level, 1 - 22.0 / 1024, 1e-12);
	assert_int_equal(
		sample__median_interval((struct sample){ ten, 6 }, 0.95, &median, &interval), 0);
	assert_near(interval.low, 1, 0);
	assert_near(interval.high, 9, 0);
	assert_int_equal(
		sample__median_interval((struct sample){ ten, 5 }, 0.95, &median, &interval), 0);
	assert_true(isinf(interval.low) && isinf(interval.high));
	assert_int_equal(
		sample__median_interval((struct sample){ ten, 0 }, 0.95, &median, &interval), 0);
	assert_true(isinf(interval.high));
}

static void test_sample(void **state)
{
	static const double values[] = { 2, 4, 4, 4, 5, 5, 7, 9 }, one[] = { 3 };

	(void)state;
	assert_near(sample__mean(SAMPLE(values)), 5, 1e-12);
	assert_near(sample__deviation(SAMPLE(values)), sqrt(32.0 / 7), 1e-12);
	assert_near(sample__deviation(SAMPLE(one)), 0, 0);
	assert_true(sample__is_constant(SAMPLE(one)));
	assert_false(sample__is_constant(SAMPLE(values)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_median_interval),
		cmocka_unit_test(test_rank_test_of_tables),
		cmocka_unit_test(test_rank_test_with_ties),
		cmocka_unit_test(test_rank_test_of_many),
		cmocka_unit_test(test_least_p),
		cmocka_unit_test(test_plan_of_tables),
		cmocka_unit_test(test_select),
		cmocka_unit_test(test_shift_is_of_all_differences),
		cmocka_unit_test(test_too_small_for_an_interval),
		cmocka_unit_test(test_bootstrap),
		cmocka_unit_test(test_holm),
		cmocka_unit_test(test_one_change),
		cmocka_unit_test(test_change_of_few),
		cmocka_unit_test(test_least_nr_for_a_change),
		cmocka_unit_test(test_several_changes),
		cmocka_unit_test(test_change_with_ties),
		cmocka_unit_test(test_change_of_deterministic),
		cmocka_unit_test(test_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
