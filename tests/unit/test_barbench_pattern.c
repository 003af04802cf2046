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

/* Each slot of the range is visited once a lap, at a place aligned as the width asks. */
static void check_cover(enum pattern_kind kind, uint64_t width, uint64_t offset, uint64_t length)
{
	const uint64_t stride = pattern__stride(width);
	unsigned char seen[LENGTH] = { 0 };
	struct pattern pattern;
	uint64_t i, at;

	assert_int_equal(pattern__init(&pattern, kind, width, offset, length, 1), 0);
	if (pattern.slots == 1) {
		assert_int_equal(pattern.kind, PATTERN_FIXED);
		assert_int_equal(pattern.first, offset);
		return;
	}
	assert_int_equal(pattern.lap, pattern.slots);
	for (i = 0; i < pattern.lap; i++) {
		at = kind == PATTERN_RAND ? pattern.order[i] : pattern.first + i * pattern.stride;
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
			check_cover(PATTERN_SEQ, widths[width], 0x40, lengths[length]);
			check_cover(PATTERN_RAND, widths[width], 0x40, lengths[length]);
		}
	}
}

static void what_does_not_fit_is_refused(void **state)
{
	struct pattern pattern;

	(void)state;
	assert_int_equal(pattern__init(&pattern, PATTERN_SEQ, 8, 0, 7, 1), -EINVAL);
	assert_int_equal(pattern__init(&pattern, PATTERN_RAND, 0, 0, 0, 1), -EINVAL);
}

static void random_is_random_and_repeatable(void **state)
{
	struct pattern first, again, other;
	uint64_t i, in_order = 0;

	(void)state;
	assert_int_equal(pattern__init(&first, PATTERN_RAND, 4, 0, 4096, 1), 0);
	assert_int_equal(pattern__init(&again, PATTERN_RAND, 4, 0, 4096, 1), 0);
	assert_int_equal(pattern__init(&other, PATTERN_RAND, 4, 0, 4096, 2), 0);
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
	assert_int_equal(pattern__init(&pattern, PATTERN_RAND, 8, 4096, length, 1), 0);
	assert_int_equal(pattern.lap, PATTERN_MAX_ORDER);
	for (i = 0; i < pattern.lap; i++) {
		assert_true(pattern.order[i] >= 4096 && pattern.order[i] + 8 <= 4096 + length);
		assert_int_equal(pattern.order[i] % 8, 0);
		high += pattern.order[i] > length / 2;
	}
	assert_in_range(high, PATTERN_MAX_ORDER * 2 / 5, PATTERN_MAX_ORDER * 3 / 5);
	pattern__free(&pattern);
}

static void fixed_stays(void **state)
{
	struct pattern pattern;

	(void)state;
	assert_int_equal(pattern__init(&pattern, PATTERN_FIXED, 4, 0x20, 4096, 1), 0);
	assert_int_equal(pattern.slots, 1);
	assert_int_equal(pattern.first, 0x20);
	assert_int_equal(pattern__span(&pattern, 4), 4);
}

static void the_span_is_what_may_be_overwritten(void **state)
{
	struct pattern pattern;

	(void)state;
	assert_int_equal(pattern__init(&pattern, PATTERN_SEQ, 4, 0, 10, 1), 0);
	assert_int_equal(pattern__span(&pattern, 4), 8);
	assert_int_equal(pattern__init(&pattern, PATTERN_SEQ, 3, 0, 11, 1), 0);
	assert_int_equal(pattern__span(&pattern, 3), 11);
	assert_int_equal(pattern__init(&pattern, PATTERN_SEQ, 0, 0, 10, 1), 0);
	assert_int_equal(pattern__span(&pattern, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_cover_the_range),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(random_is_random_and_repeatable),
		cmocka_unit_test(a_huge_range_is_sampled),
		cmocka_unit_test(fixed_stays),
		cmocka_unit_test(the_span_is_what_may_be_overwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
