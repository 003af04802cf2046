// SPDX-License-Identifier: GPL-2.0-only
#include "tests/unit/sample_run.h"

#include <errno.h>

static void small_widths_are_exact(void **state)
{
	uint64_t width;

	(void)state;
	for (width = 0; width <= 8; width++) {
		assert_int_equal(run_width__class(width), width);
		assert_int_equal(run_width__max(width), width);
	}
}

/* Class w holds (w/2, w]. */
static void larger_ones_are_octaves(void **state)
{
	unsigned int wclass = 9;
	uint64_t width;

	(void)state;
	for (width = 16; width <= 4096; width *= 2, wclass++) {
		assert_int_equal(run_width__max(wclass), width);
		assert_int_equal(run_width__class(width / 2 + 1), wclass);
		assert_int_equal(run_width__class(width), wclass);
		assert_int_equal(run_width__class(width + 1), wclass + 1);
	}
	assert_int_equal(wclass, VS_WIDTH_ABOVE);
	assert_int_equal(run_width__class(UINT64_MAX), VS_WIDTH_ABOVE);
	assert_true(run_width__max(VS_WIDTH_ABOVE) == UINT64_MAX);
}

static void names_can_be_parsed(void **state)
{
	int wclass;

	(void)state;
	for (wclass = 0; wclass < VS_WIDTH_CLASSES; wclass++)
		assert_int_equal(run_width__parse(run_width__name(wclass)), wclass);
	assert_string_equal(run_width__name(7), "7");
	assert_string_equal(run_width__name(9), "16");
	assert_string_equal(run_width__name(VS_WIDTH_ABOVE), ">4096");
	assert_null(run_width__name(VS_WIDTH_CLASSES));
}

static void other_names_cannot(void **state)
{
	static const char *const names[] = { "", "9", "-1", "08", "8 ", ">4095", "8192", "x" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(run_width__parse(names[i]), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_widths_are_exact),
		cmocka_unit_test(larger_ones_are_octaves),
		cmocka_unit_test(names_can_be_parsed),
		cmocka_unit_test(other_names_cannot),
	};

	return cmocka_run_group_tests_name("width", tests, NULL, NULL);
}
