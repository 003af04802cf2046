// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/preserve.h"

#define SIZE 64

/* A region that takes writes only of some widths, and counts what is asked of it. */
static struct {
	unsigned char bytes[SIZE];
	uint64_t reads, writes;
	size_t read_min, write_min; /* narrower accesses are refused */
	size_t short_from; /* offsets that answer with one byte less */
} region;

static ssize_t peek(const struct target *target, uint64_t offset, void *data, size_t width)
{
	(void)target;
	region.reads++;
	if (width < region.read_min)
		return -ENXIO;
	assert_true(offset + width <= SIZE);
	assert_int_equal(offset % width, 0);
	memcpy(data, region.bytes + offset, width);
	return (ssize_t)(offset >= region.short_from ? width - 1 : width);
}

static ssize_t poke(const struct target *target, uint64_t offset, const void *data, size_t width)
{
	(void)target;
	region.writes++;
	if (width < region.write_min)
		return -ENXIO;
	assert_true(offset + width <= SIZE);
	memcpy(region.bytes + offset, data, width);
	return (ssize_t)width;
}

static const struct access_mode mode = { .name = "fake", .peek = peek, .poke = poke };

static int set_up(void **state)
{
	size_t i;

	(void)state;
	memset(&region, 0, sizeof(region));
	region.short_from = SIZE;
	for (i = 0; i < SIZE; i++)
		region.bytes[i] = (unsigned char)i;
	return 0;
}

static void check_restored(uint64_t offset, uint64_t length, uint64_t width, uint64_t reads,
			   uint64_t writes)
{
	const struct pattern_extent extent = { .first = offset, .length = length, .slots = 1 };
	struct target target = { .width = width };
	struct preserve preserve;
	unsigned char before[SIZE];

	memcpy(before, region.bytes, SIZE);
	assert_int_equal(preserve__save(&preserve, &mode, &target, &extent), 0);
	memset(region.bytes + offset, 0xee, length);
	assert_int_equal(preserve__restore(&preserve, &mode, &target), 0);
	assert_memory_equal(region.bytes, before, SIZE);
	assert_int_equal(region.reads, reads);
	assert_int_equal(region.writes, writes);
	assert_int_equal(preserve.accesses, reads + writes);
	preserve__free(&preserve);
}

static void by_4_bytes(void **state)
{
	(void)state;
	check_restored(0, SIZE, 1, 16, 16);
}

/* 1 + 4 + 4 + 2 + 1 from 3 on. */
static void unaligned_ends_by_less(void **state)
{
	(void)state;
	check_restored(3, 12, 1, 5, 5);
}

static void by_8_bytes_where_4_are_refused(void **state)
{
	(void)state;
	region.read_min = region.write_min = 8;
	check_restored(0, SIZE, 8, 1 + 8, 1 + 8);
}

/* As the ISM driver has it: reads of any width, stores of 16 and up. */
static void by_the_width_of_the_case_where_8_are_refused(void **state)
{
	(void)state;
	region.write_min = 16;
	check_restored(0, SIZE, 16, 16, 2 + 4);
}

static void what_cannot_be_put_back_is_said(void **state)
{
	const struct pattern_extent extent = { .first = 8, .length = 16, .slots = 1 };
	struct target target = { .width = 4 };
	struct preserve preserve;

	(void)state;
	assert_int_equal(preserve__save(&preserve, &mode, &target, &extent), 0);
	region.write_min = 16;
	assert_int_equal(preserve__restore(&preserve, &mode, &target), -ENXIO);
	assert_int_equal(preserve__offset(&preserve), 8);
	assert_int_equal(preserve.bytes, 16);
	assert_int_equal(preserve.tally.errors, 2);
	assert_int_equal(preserve.accesses, 4 + 2);
	preserve__free(&preserve);
}

static void a_short_read_saves_nothing(void **state)
{
	const struct pattern_extent extent = { .length = 16, .slots = 1 };
	struct target target = { .width = 4 };
	struct preserve preserve;

	(void)state;
	region.short_from = 8;
	assert_int_equal(preserve__save(&preserve, &mode, &target, &extent), -EIO);
	assert_int_equal(preserve.bytes, 0);
	assert_int_equal(preserve.tally.shorts, 2);
	preserve__free(&preserve);
}

/* 3 stretches of 8 bytes, 20 apart: by 4 bytes each, and nothing between them is touched. */
static void stretches_apart(void **state)
{
	const struct pattern_extent extent = { .first = 4, .length = 8, .stride = 20, .slots = 3 };
	struct target target = { .width = 8 };
	struct preserve preserve;
	unsigned char expected[SIZE];
	size_t i;

	(void)state;
	assert_int_equal(preserve__save(&preserve, &mode, &target, &extent), 0);
	assert_int_equal(region.reads, 6);
	memcpy(expected, region.bytes, SIZE);
	memset(region.bytes, 0xee, SIZE);
	for (i = 0; i < SIZE; i++) {
		if (i < 4 || (i - 4) % 20 >= 8 || (i - 4) / 20 >= 3)
			expected[i] = 0xee;
	}
	assert_int_equal(preserve__restore(&preserve, &mode, &target), 0);
	assert_memory_equal(region.bytes, expected, SIZE);
	assert_int_equal(preserve.accesses, 6 + 6);
	preserve__free(&preserve);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(by_4_bytes, set_up),
		cmocka_unit_test_setup(unaligned_ends_by_less, set_up),
		cmocka_unit_test_setup(by_8_bytes_where_4_are_refused, set_up),
		cmocka_unit_test_setup(by_the_width_of_the_case_where_8_are_refused, set_up),
		cmocka_unit_test_setup(what_cannot_be_put_back_is_said, set_up),
		cmocka_unit_test_setup(a_short_read_saves_nothing, set_up),
		cmocka_unit_test_setup(stretches_apart, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
