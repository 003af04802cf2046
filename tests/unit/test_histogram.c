// SPDX-License-Identifier: GPL-2.0-only
/* The bucket arithmetic and the quantiles that are made of it. */
#include "tests/unit/sample_run.h"

#include <errno.h>
#include <math.h>

#define LIMIT_NS (1ULL << VS_HIST_MAX_BITS)

static void buckets_are_960(void **state)
{
	(void)state;
	assert_int_equal(VS_HIST_BUCKETS, 960);
	assert_int_equal(vs_hist_bucket(LIMIT_NS - 1), 959);
	assert_int_equal(vs_hist_bucket(LIMIT_NS), 959);
	assert_int_equal(vs_hist_bucket(UINT64_MAX), 959);
}

static void low_and_bucket_are_inverse(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < VS_HIST_BUCKETS; i++) {
		assert_int_equal(vs_hist_bucket(vs_hist_low(i)), i);
		if (i)
			assert_int_equal(vs_hist_bucket(vs_hist_low(i) - 1), i - 1);
	}
}

static void widths_bound_the_error(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < VS_HIST_BUCKETS; i++) {
		uint64_t low = vs_hist_low(i);
		uint64_t next = i + 1 < VS_HIST_BUCKETS ? vs_hist_low(i + 1) : LIMIT_NS;

		assert_true(next > low);
		if (i < VS_HIST_LINEAR)
			assert_int_equal(next - low, 1);
		else
			assert_true((next - low) * VS_HIST_SUB <= low);
	}
}

static void every_small_value_has_its_bucket(void **state)
{
	unsigned int bucket = 0;
	uint64_t ns;

	(void)state;
	for (ns = 0; ns < 1 << 21; ns++) {
		while (bucket + 1 < VS_HIST_BUCKETS && vs_hist_low(bucket + 1) <= ns)
			bucket++;
		assert_int_equal(vs_hist_bucket(ns), bucket);
	}
}

static void shift_leaves_32_to_63(void **state)
{
	unsigned int at;

	(void)state;
	assert_int_equal(vs_hist_shift[0], 0);
	for (at = 1; at < 256; at++)
		assert_in_range((at * 64) >> vs_hist_shift[at], 32, 63);
}

/* --- quantiles -------------------------------------------------------------------------------- */

static uint64_t seed;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* In (0, 1). */
static double uniform(void)
{
	return ((double)(next_random() >> 11) + 0.5) / (double)(1ULL << 53);
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

static double draw_uniform(void)
{
	return uniform() * 100000;
}

static double draw_all(void)
{
	return uniform() * (double)LIMIT_NS;
}

static double draw_exponential(void)
{
	return -2000 * log(uniform());
}

static double draw_lognormal(void)
{
	return exp(7 + 1.5 * normal());
}

static double draw_pareto(void)
{
	return 300 / pow(uniform(), 1 / 0.6);
}

static double draw_bimodal(void)
{
	return uniform() < 0.93 ? 700 + 20 * normal() : 150000 + 9000 * normal();
}

static double draw_constant(void)
{
	return 1234567;
}

static double draw_small(void)
{
	return uniform() * 70;
}

static double draw_edges(void)
{
	unsigned int bucket = next_random() % VS_HIST_BUCKETS;

	return (double)vs_hist_low(bucket) - (double)(bucket && next_random() % 2);
}

static const struct {
	const char *name;
	double (*draw)(void);
} distributions[] = {
	{ "uniform", draw_uniform },
	{ "all", draw_all },
	{ "exponential", draw_exponential },
	{ "lognormal", draw_lognormal },
	{ "pareto", draw_pareto },
	{ "bimodal", draw_bimodal },
	{ "constant", draw_constant },
	{ "small", draw_small },
	{ "edges", draw_edges },
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* @permille of the sorted values, by nearest rank, in integers. */
static void check_quantile(const char *name, const struct run_latency *latency,
			   const uint64_t *sorted, uint64_t n, unsigned int permille)
{
	uint64_t want = sorted[(permille * n + 999) / 1000 - 1];
	uint64_t got = run_latency__quantile(latency, permille / 1000.0);
	double off = fabs((double)got - (double)want);

	if (want < VS_HIST_LINEAR ? got != want : off > 0.016 * (double)want)
		fail_msg("%s, n = %llu, p%.1f: %llu, not %llu", name, (unsigned long long)n,
			 permille / 10.0, (unsigned long long)got, (unsigned long long)want);
}

static void check_values(const char *name, uint64_t *values, uint64_t n)
{
	static const unsigned int permilles[] = { 1, 70, 500, 900, 990, 999, 1000 };
	struct run_latency latency = {};
	uint64_t sum = 0, i;

	for (i = 0; i < n; i++) {
		assert_int_equal(run_latency__add(&latency, values[i]), 0);
		sum += values[i];
	}
	qsort(values, n, sizeof(*values), compare);
	for (i = 0; i < sizeof(permilles) / sizeof(permilles[0]); i++)
		check_quantile(name, &latency, values, n, permilles[i]);
	assert_int_equal(run_latency__count(&latency), n);
	assert_int_equal(latency.min_ns, values[0]);
	assert_int_equal(latency.max_ns, values[n - 1]);
	assert_int_equal(latency.sum_ns, sum);
	assert_true(fabs(run_latency__mean(&latency) - (double)sum / (double)n) < 0.5);
	free(latency.buckets);
}

static void quantiles_are_the_nearest_rank(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 3, 7, 10, 100, 101, 999, 1000, 1001, 50000 };
	static uint64_t values[50000];
	size_t d, s, i;

	(void)state;
	seed = 0x9e3779b97f4a7c15;
	for (d = 0; d < sizeof(distributions) / sizeof(distributions[0]); d++) {
		for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			for (i = 0; i < sizes[s]; i++) {
				double ns = distributions[d].draw();

				values[i] = ns < 0 ? 0 : ns > (double)LIMIT_NS ? LIMIT_NS : ns;
			}
			check_values(distributions[d].name, values, sizes[s]);
		}
	}
}

/* One value is its own every quantile: the midpoint is clamped to min and max. */
static void a_single_value_is_exact(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < VS_HIST_BUCKETS; i++) {
		struct run_latency latency = {};

		assert_int_equal(run_latency__add(&latency, vs_hist_low(i)), 0);
		assert_int_equal(run_latency__quantile(&latency, 0.001), vs_hist_low(i));
		assert_int_equal(run_latency__quantile(&latency, 1), vs_hist_low(i));
		free(latency.buckets);
	}
}

static void empty_is_zero(void **state)
{
	struct run_latency latency = {};

	(void)state;
	assert_int_equal(run_latency__quantile(&latency, 0.5), 0);
	assert_int_equal(run_latency__count(&latency), 0);
	assert_true(run_latency__mean(&latency) == 0);
}

static void the_last_bucket_ends_at_max(void **state)
{
	struct run_latency latency = {};

	(void)state;
	assert_int_equal(run_latency__add(&latency, 5 * LIMIT_NS), 0);
	assert_int_equal(run_latency__quantile(&latency, 0.5), 5 * LIMIT_NS);
	assert_int_equal(run_latency__add(&latency, 7 * LIMIT_NS), 0);
	assert_in_range(run_latency__quantile(&latency, 0.5), 5 * LIMIT_NS, 7 * LIMIT_NS);
	free(latency.buckets);
}

static void assert_same(const struct run_latency *a, const struct run_latency *b)
{
	size_t i;

	assert_int_equal(a->min_ns, b->min_ns);
	assert_int_equal(a->max_ns, b->max_ns);
	assert_int_equal(a->sum_ns, b->sum_ns);
	assert_int_equal(a->nr_buckets, b->nr_buckets);
	for (i = 0; i < a->nr_buckets; i++) {
		assert_int_equal(a->buckets[i].index, b->buckets[i].index);
		assert_int_equal(a->buckets[i].count, b->buckets[i].count);
	}
}

static void merge_is_as_if_all_were_added(void **state)
{
	struct run_latency all = {}, odd = {}, even = {}, none = {};
	int i;

	(void)state;
	seed = 42;
	for (i = 0; i < 1000; i++) {
		uint64_t ns = next_random() % 100000;

		assert_int_equal(run_latency__add(&all, ns), 0);
		assert_int_equal(run_latency__add(i % 2 ? &odd : &even, ns), 0);
	}
	assert_int_equal(run_latency__merge(&odd, &even), 0);
	assert_same(&odd, &all);
	assert_int_equal(run_latency__merge(&odd, &none), 0);
	assert_same(&odd, &all);
	assert_int_equal(run_latency__merge(&none, &all), 0);
	assert_same(&none, &all);
	free(all.buckets);
	free(odd.buckets);
	free(even.buckets);
	free(none.buckets);
}

static void a_sum_that_overflows_changes_nothing(void **state)
{
	struct run_latency a = {}, b = {};

	(void)state;
	assert_int_equal(run_latency__add(&a, UINT64_MAX - 5), 0);
	assert_int_equal(run_latency__add(&a, 6), -EOVERFLOW);
	assert_int_equal(run_latency__count(&a), 1);
	assert_int_equal(run_latency__add(&b, 6), 0);
	assert_int_equal(run_latency__merge(&a, &b), -EOVERFLOW);
	assert_int_equal(run_latency__count(&a), 1);
	assert_int_equal(a.sum_ns, UINT64_MAX - 5);
	free(a.buckets);
	free(b.buckets);
}

static void from_dense_keeps_what_is_not_zero(void **state)
{
	uint64_t dense[VS_HIST_BUCKETS] = { [0] = 3, [77] = 1, [959] = 9 };
	struct run_latency latency = {};

	(void)state;
	assert_int_equal(run_latency__from_dense(&latency, dense), 0);
	assert_int_equal(latency.nr_buckets, 3);
	assert_int_equal(latency.buckets[1].index, 77);
	assert_int_equal(run_latency__count(&latency), 13);
	memset(dense, 0, sizeof(dense));
	assert_int_equal(run_latency__from_dense(&latency, dense), 0);
	assert_int_equal(latency.nr_buckets, 0);
	free(latency.buckets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_are_960),
		cmocka_unit_test(low_and_bucket_are_inverse),
		cmocka_unit_test(widths_bound_the_error),
		cmocka_unit_test(every_small_value_has_its_bucket),
		cmocka_unit_test(shift_leaves_32_to_63),
		cmocka_unit_test(quantiles_are_the_nearest_rank),
		cmocka_unit_test(a_single_value_is_exact),
		cmocka_unit_test(empty_is_zero),
		cmocka_unit_test(the_last_bucket_ends_at_max),
		cmocka_unit_test(merge_is_as_if_all_were_added),
		cmocka_unit_test(a_sum_that_overflows_changes_nothing),
		cmocka_unit_test(from_dense_keeps_what_is_not_zero),
	};

	return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
