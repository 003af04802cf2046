// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/left.h"

/* What the progress line says is left. */

static const double pace[LEFT_UNITS] = { [LEFT_PLAIN] = 10, [LEFT_TIMED] = 50, [LEFT_NS] = 1 };

static struct bench_options by_count(void)
{
	return (struct bench_options){
		.nr_modes = 1,
		.nr_widths = 1,
		.nr_patterns = 1,
		.count = 1000,
		.duration_ns = UINT64_MAX,
		.warmup = 100,
		.reps = 5,
		.throughput = true,
		.latency = true,
	};
}

static struct bench_options by_time(void)
{
	struct bench_options options = by_count();

	options.count = UINT64_MAX;
	options.duration_ns = 250 * NSEC_PER_MSEC;
	options.warmup = 0;
	options.latency = false;
	return options;
}

static double of_case(const struct bench_options *options, size_t sides,
		      const struct left_done *done, bool *at_most)
{
	struct left left = { .at_most = false };

	left__add_case(&left, options, sides, done);
	*at_most = left.at_most;
	return left__ns(&left, pace);
}

static void counts_take_their_pace(void **state)
{
	const struct bench_options options = by_count();
	bool at_most;

	(void)state;
	assert_float_equal(of_case(&options, 1, &(struct left_done){ 0 }, &at_most),
			   100 * 10 + 5000 * 10 + 5000 * 50, 1);
	assert_float_equal(of_case(&options, 2, &(struct left_done){ 0 }, &at_most),
			   2 * (100 * 10 + 5000 * 10 + 5000 * 50), 1);
	assert_float_equal(of_case(&options, 1, &(struct left_done){ LEFT_WARMUP_MOST, 5, 4 },
				   &at_most),
			   1000 * 50, 1);
	assert_false(at_most);
}

/* As many as may still come, also beyond --reps; none once the interval is narrow. */
static void repetitions_that_may_come_are_a_bound(void **state)
{
	struct bench_options options = by_time();
	bool at_most;

	(void)state;
	options.until_ci = 1e-4;
	options.max_reps = 40;
	for (uint32_t rep = 0; rep < 40; rep++) {
		const struct left_done done = { LEFT_WARMUP_MOST, rep, 0 };

		assert_float_equal(of_case(&options, 1, &done, &at_most), (40 - rep) * 250e6, 1);
		assert_true(at_most);
	}
	assert_float_equal(of_case(&options, 1, &(struct left_done){ LEFT_WARMUP_MOST, 40, 0 },
				   &at_most),
			   0, 1);
	assert_false(at_most);
}

static void a_detected_warm_up_is_a_bound(void **state)
{
	struct bench_options options = by_time();
	bool at_most;

	(void)state;
	options.warmup = OPTIONS_WARMUP_AUTO;
	assert_float_equal(of_case(&options, 1, &(struct left_done){ 20, 0, 0 }, &at_most),
			   (80 / 10 + 5) * 250e6, 1);
	assert_true(at_most);
	assert_float_equal(of_case(&options, 1, &(struct left_done){ LEFT_WARMUP_MOST, 0, 0 },
				   &at_most),
			   5 * 250e6, 1);
	assert_false(at_most);
}

/* Of two groups of 6 and 2 cases, each with what its own options say. */
static void later_cases_are_added(void **state)
{
	struct bench_options groups[] = { by_count(), by_time() };
	const struct bench_suite suite = { groups, 2, NULL };
	const double first = 100 * 10 + 5000 * 10 + 5000 * 50, second = 5 * 250e6;

	(void)state;
	groups[0].nr_modes = 2;
	groups[0].nr_widths = 3;
	groups[1].nr_patterns = 2;
	for (size_t begun = 0; begun <= 8; begun++) {
		const double of_first = begun < 6 ? (double)(6 - begun) : 0;
		const double of_second = begun < 6 ? 2 : (double)(8 - begun);
		struct left left = { .at_most = false };

		left__add_later(&left, &suite, 1, begun);
		assert_float_equal(left__ns(&left, pace), of_first * first + of_second * second, 1);
	}
}

static void without_a_pace_nothing_is_said(void **state)
{
	const double unknown[LEFT_UNITS] = { [LEFT_NS] = 1 };
	struct left left = { .at_most = false };
	char text[64];

	(void)state;
	left__add(&left, LEFT_PLAIN, UINT64_MAX, NSEC_PER_SEC, 2);
	assert_float_equal(left__ns(&left, unknown), 2e9, 1);
	left__add(&left, LEFT_PLAIN, 1, UINT64_MAX, 1);
	assert_true(left__ns(&left, unknown) < 0);
	assert_string_equal(left__say(-1, true, text, sizeof(text)), "");
	assert_string_equal(left__say(8.2e9, true, text, sizeof(text)), ", at most 9 s left");
	assert_string_equal(left__say(8e9, false, text, sizeof(text)), ", about 8 s left");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_take_their_pace),
		cmocka_unit_test(repetitions_that_may_come_are_a_bound),
		cmocka_unit_test(a_detected_warm_up_is_a_bound),
		cmocka_unit_test(later_cases_are_added),
		cmocka_unit_test(without_a_pace_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
