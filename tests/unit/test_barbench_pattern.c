// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/pattern.h"

#define LENGTH 1024

static const struct pattern_spec seq = { PATTERN_SEQ, 0 }, rand_ = { PATTERN_RAND, 0 },
				 fixed = { PATTERN_FIXED, 0 };

/* Each slot of the range is visited once a lap, at a place aligned as the width asks. */
static void check_cover(const struct pattern_spec *spec, uint64_t width, uint64_t offset,
			uint64_t length)
{
	const uint64_t stride = spec->stride ? spec->stride : pattern__stride(width);
	unsigned char seen[LENGTH] = { 0 };
	struct pattern pattern;
	uint64_t i, at;

	assert_int_equal(pattern__init(&pattern, spec, width, offset, length, 1), 0);
	if (pattern.slots == 1) {
		assert_int_equal(pattern.kind, PATTERN_FIXED);
		assert_int_equal(pattern.first, offset);
		return;
	}
	assert_int_equal(pattern.lap, pattern.slots);
	for (i = 0; i < pattern.lap; i++) {
		at = pattern__place(&pattern, i);
		assert_true(at >= offset && at + width <= offset + length);
		assert_int_equal((at - offset) % stride, 0);
		assert_int_equal(seen[(at - offset) / stride]++, 0);
	}
	/* One more slot would not fit. */
	assert_true(pattern.slots * stride + (width ? width : 1) > length);
	pattern__free(&pattern);
}

static void patterns_cover_the_range(void **state)
{
	static const uint64_t widths[] = { 0, 1, 2, 3, 4, 5, 7, 8, 16, 48, 64, 1000, 1024 };
	static const uint64_t lengths[] = { 1, 2, 7, 8, 9, 63, 64, 65, 1000, 1024 };
	size_t width, length;

	(void)state;
	for (width = 0; width < sizeof(widths) / sizeof(widths[0]); width++) {
		for (length = 0; length < sizeof(lengths) / sizeof(lengths[0]); length++) {
			if (widths[width] > lengths[length])
				continue;
			check_cover(&seq, widths[width], 0x40, lengths[length]);
			check_cover(&rand_, widths[width], 0x40, lengths[length]);
		}
	}
}

static void what_does_not_fit_is_refused(void **state)
{
	struct pattern pattern;

	(void)state;
	assert_int_equal(pattern__init(&pattern, &seq, 8, 0, 7, 1), -EINVAL);
	assert_int_equal(pattern__init(&pattern, &rand_, 0, 0, 0, 1), -EINVAL);
}

static void random_is_random_and_repeatable(void **state)
{
	struct pattern first, again, other;
	uint64_t i, in_order = 0;

	(void)state;
	assert_int_equal(pattern__init(&first, &rand_, 4, 0, 4096, 1), 0);
	assert_int_equal(pattern__init(&again, &rand_, 4, 0, 4096, 1), 0);
	assert_int_equal(pattern__init(&other, &rand_, 4, 0, 4096, 2), 0);
	assert_memory_equal(first.order, again.order, first.lap * sizeof(*first.order));
	assert_memory_not_equal(first.order, other.order, first.lap * sizeof(*first.order));
	for (i = 1; i < first.lap; i++)
		in_order += first.order[i] == first.order[i - 1] + 4;
	assert_true(in_order < 20);
	pattern__free(&first);
	pattern__free(&again);
	pattern__free(&other);
}

/* 256 TiB, as the ISM device's BAR0. */
static void a_huge_range_is_sampled(void **state)
{
	const uint64_t length = 1ULL << 48;
	struct pattern pattern;
	uint64_t i, high = 0;

	(void)state;
	assert_int_equal(pattern__init(&pattern, &rand_, 8, 4096, length, 1), 0);
	assert_int_equal(pattern.lap, PATTERN_MAX_ORDER);
	for (i = 0; i < pattern.lap; i++) {
		assert_true(pattern.order[i] >= 4096 && pattern.order[i] + 8 <= 4096 + length);
		assert_int_equal(pattern.order[i] % 8, 0);
		high += pattern.order[i] > length / 2;
	}
	assert_in_range(high, PATTERN_MAX_ORDER * 2 / 5, PATTERN_MAX_ORDER * 3 / 5);
	pattern__free(&pattern);
}

static void check_extent(const struct pattern *pattern, uint64_t width, uint64_t slots,
			 uint64_t length)
{
	struct pattern_extent extent;

	pattern__extent(pattern, width, &extent);
	assert_int_equal(extent.slots, slots);
	assert_int_equal(extent.length, length);
	assert_int_equal(extent.first, pattern->first);
	if (slots > 1)
		assert_int_equal(extent.stride, pattern->stride);
}

static void fixed_stays(void **state)
{
	struct pattern pattern;

	(void)state;
	assert_int_equal(pattern__init(&pattern, &fixed, 4, 0x20, 4096, 1), 0);
	assert_int_equal(pattern.slots, 1);
	assert_int_equal(pattern.first, 0x20);
	assert_int_equal(pattern__place(&pattern, 0), 0x20);
	assert_int_equal(pattern__place(&pattern, 12345), 0x20);
	check_extent(&pattern, 4, 1, 4);
}

static void the_extent_is_what_may_be_overwritten(void **state)
{
	const struct pattern_spec apart = { PATTERN_STRIDE, 16 },
				  side_by_side = { PATTERN_STRIDE, 4 };
	struct pattern pattern;

	(void)state;
	assert_int_equal(pattern__init(&pattern, &seq, 4, 0, 10, 1), 0);
	check_extent(&pattern, 4, 1, 8);
	assert_int_equal(pattern__init(&pattern, &seq, 3, 0, 11, 1), 0);
	check_extent(&pattern, 3, 1, 11);
	assert_int_equal(pattern__init(&pattern, &seq, 0, 0, 10, 1), 0);
	check_extent(&pattern, 0, 0, 0);
	assert_int_equal(pattern__init(&pattern, &apart, 4, 0, 40, 1), 0);
	check_extent(&pattern, 4, 3, 4);
	assert_int_equal(pattern__init(&pattern, &side_by_side, 4, 0, 40, 1), 0);
	check_extent(&pattern, 4, 1, 40);
}

/* 3 of 40 bytes, at 0x100, 0x110 and 0x120: a fourth would end behind the range. */
static void strides_leave_out_what_is_between(void **state)
{
	const struct pattern_spec spec = { PATTERN_STRIDE, 16 };
	struct pattern pattern;

	(void)state;
	assert_int_equal(pattern__init(&pattern, &spec, 8, 0x100, 40, 1), 0);
	assert_int_equal(pattern.lap, 3);
	assert_int_equal(pattern__place(&pattern, 0), 0x100);
	assert_int_equal(pattern__place(&pattern, 2), 0x120);
	check_cover(&spec, 8, 0x40, 1000);
	check_cover(&spec, 16, 0x40, 1000);
}

static void names_are_read_and_written(void **state)
{
	static const struct {
		const char *given, *name;
		int err;
	} words[] = {
		{ "seq", "seq", 0 },
		{ "rand", "rand", 0 },
		{ "fixed", "fixed", 0 },
		{ "stride:64", "stride:64", 0 },
		{ "stride:4k", "stride:4096", 0 },
		{ "stride:0x30", "stride:48", 0 },
		{ "stride", NULL, -EINVAL },
		{ "stride:", NULL, -ERANGE },
		{ "stride:0", NULL, -ERANGE },
		{ "stride:-8", NULL, -ERANGE },
		{ "stride:8x", NULL, -ERANGE },
		{ "strid:8", NULL, -EINVAL },
		{ "seq:8", NULL, -EINVAL },
		{ "", NULL, -EINVAL },
	};
	char name[PATTERN_NAME_LEN];
	struct pattern_spec spec;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (pattern__parse(words[i].given, &spec) != words[i].err)
			fail_msg("'%s'", words[i].given);
		if (words[i].name)
			assert_string_equal(pattern__name(&spec, name, sizeof(name)),
					    words[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_cover_the_range),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(random_is_random_and_repeatable),
		cmocka_unit_test(a_huge_range_is_sampled),
		cmocka_unit_test(fixed_stays),
		cmocka_unit_test(the_extent_is_what_may_be_overwritten),
		cmocka_unit_test(strides_leave_out_what_is_between),
		cmocka_unit_test(names_are_read_and_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
