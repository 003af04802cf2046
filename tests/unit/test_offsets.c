// SPDX-License-Identifier: GPL-2.0-only
/* Offsets are complete for a cell if entries with detail hold all of its calls. */
#include "tests/unit/sample_run.h"

static void all_calls_with_detail_are_complete(void **state)
{
	struct run *run = sample__trace();

	(void)state;
	assert_true(run__offsets_complete(run, 0));
	run__free(run);
}

static void a_dropped_call_is_missed(void **state)
{
	struct run *run = sample__trace();

	(void)state;
	run->hot_offsets[0].count--;
	assert_false(run__offsets_complete(run, 0));
	run__free(run);
}

static void entries_without_detail_do_not_count(void **state)
{
	struct run *run = sample__trace();

	(void)state;
	run->hot_offsets[2].count = 4;
	assert_int_equal(run->cells[1].count,
			 run->hot_offsets[1].count + run->hot_offsets[2].count);
	assert_false(run__offsets_complete(run, 1));
	run->hot_offsets[2].last_ns = 1;
	assert_true(run__offsets_complete(run, 1));
	run__free(run);
}

static void no_offsets_are_not_complete(void **state)
{
	struct run *run = sample__trace();

	(void)state;
	run->nr_hot_offsets = 0;
	assert_false(run__offsets_complete(run, 0));
	run__free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_calls_with_detail_are_complete),
		cmocka_unit_test(a_dropped_call_is_missed),
		cmocka_unit_test(entries_without_detail_do_not_count),
		cmocka_unit_test(no_offsets_are_not_complete),
	};

	return cmocka_run_group_tests_name("offsets", tests, NULL, NULL);
}
