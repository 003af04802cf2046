// SPDX-License-Identifier: GPL-2.0-only
/* What is said of sizes known by class and sum only: held against all sizes that they can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "user/analyze/sizes.h"

/* The least and the most that break the rule, over all @count sizes of the class with this sum. */
static void try_all(const struct sizes *sizes, unsigned int count, uint64_t sum,
		    unsigned int broken, struct audit_range *truth)
{
	if (!count) {
		if (sum)
			return;
		truth->min = broken < truth->min ? broken : truth->min;
		truth->max = broken > truth->max ? broken : truth->max;
		return;
	}
	for (uint64_t size = sizes->lo; size <= sizes->hi && size <= sum; size++)
		try_all(sizes, count - 1, sum - size, broken + !sizes__allowed(sizes, size), truth);
}

static void hold(const struct sizes *sizes, unsigned int count, uint64_t sum)
{
	struct audit_range truth = { UINT64_MAX, 0 };
	struct audit_range known = sizes__breaking(sizes, count, &sum);
	struct audit_range unknown = sizes__breaking(sizes, count, NULL);

	try_all(sizes, count, sum, 0, &truth);
	if (truth.min > truth.max)
		return;
	assert_true(known.min <= truth.min && known.max >= truth.max);
	assert_true(unknown.min <= known.min && unknown.max >= known.max);
	if (count == 1)
		assert_true(known.min == known.max);
	/* Where nothing breaks, or all does, for sure, it is said. */
	if (sizes->hi - sizes->lo < 2 || sum == count * sizes->lo || sum == count * sizes->hi)
		assert_true(known.min == truth.min && known.max == truth.max);
}

static void test_truth_is_within(void **state)
{
	static const uint64_t classes[][2] = { { 0, 0 }, { 8, 8 }, { 9, 16 }, { 17, 24 } };
	static const uint64_t multiples[] = { 1, 2, 3, 8, 20 };

	(void)state;
	for (size_t c = 0; c < 4; c++) {
		for (size_t m = 0; m < 5; m++) {
			for (uint64_t min = 0; min < 26; min += 3) {
				for (uint64_t max = min; max < 27; max += 5) {
					struct sizes sizes = { classes[c][0], classes[c][1], min,
							       max, multiples[m] };

					for (unsigned int n = 1; n < 4; n++)
						for (uint64_t sum = n * sizes.lo;
						     sum <= n * sizes.hi; sum++)
							hold(&sizes, n, sum);
				}
			}
		}
	}
}

static void expect(const struct sizes *sizes, uint64_t count, uint64_t sum, uint64_t min,
		   uint64_t max)
{
	struct audit_range range = sizes__breaking(sizes, count, &sum);

	assert_int_equal(range.min, min);
	assert_int_equal(range.max, max);
}

static void test_multiples_of_8_in_16(void **state)
{
	const struct sizes sizes = { 9, 16, 0, UINT64_MAX, 8 };

	(void)state;
	expect(&sizes, 100, 1600, 0, 0);
	expect(&sizes, 100, 1599, 1, 1);
	expect(&sizes, 100, 1590, 2, 10);
	expect(&sizes, 100, 900, 100, 100);
}

static void test_no_multiple_beyond(void **state)
{
	const struct sizes sizes = { 4097, 0x7ffff000, 16, 4096, 8 };

	(void)state;
	assert_false(sizes__some_allowed(&sizes));
	expect(&sizes, 3, 0, 3, 3);
	expect(&sizes, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX);
}

/* A sum that no sizes of the class have tells nothing. */
static void test_impossible_sum(void **state)
{
	const struct sizes sizes = { 9, 16, 0, UINT64_MAX, 8 };

	(void)state;
	expect(&sizes, 10, 5, 0, 10);
	expect(&sizes, 10, 161, 0, 10);
	expect(&sizes, 0, 0, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truth_is_within),
		cmocka_unit_test(test_multiples_of_8_in_16),
		cmocka_unit_test(test_no_multiple_beyond),
		cmocka_unit_test(test_impossible_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
