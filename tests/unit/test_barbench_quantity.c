// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "benchmarks/barbench/quantity.h"

static void sizes_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "010", 10 },
		{ "0x1000", 4096 },
		{ "0X10k", 16384 },
		{ "4k", 4096 },
		{ "4K", 4096 },
		{ "1M", 1 << 20 },
		{ "2G", 2ULL << 30 },
		{ "18446744073709551615", UINT64_MAX },
		{ "0xffffffffffffffff", UINT64_MAX },
	};
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(quantity__parse_size(good[i].text, &value), 0);
		assert_int_equal(value, good[i].value);
	}
}

static void what_is_no_size_is_refused(void **state)
{
	static const char *const bad[] = { "",	  "-1",	 "+1", " 1", "1 ",  "0x",   "0xg",
					   "4kk", "4kB", "k",  "4T", "1.5", "four", "0x 1" };
	uint64_t value = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(quantity__parse_size(bad[i], &value), -EINVAL);
	assert_int_equal(quantity__parse_size("18446744073709551616", &value), -ERANGE);
	assert_int_equal(quantity__parse_size("17179869184G", &value), -ERANGE);
	assert_int_equal(value, 7);
}

static void counts_take_no_suffix(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_int_equal(quantity__parse_count("1009", &value), 0);
	assert_int_equal(value, 1009);
	assert_int_equal(quantity__parse_count("1k", &value), -EINVAL);
	assert_int_equal(quantity__parse_count("-1", &value), -EINVAL);
	assert_int_equal(quantity__parse_count("", &value), -EINVAL);
}

static void durations_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = {
		{ "1", 1000000000 },	{ "2s", 2000000000 }, { "250ms", 250000000 },
		{ "1.5s", 1500000000 }, { "50us", 50000 },    { "0.000000001s", 1 },
		{ "1.25ms", 1250000 },
	};
	uint64_t ns;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(quantity__parse_duration(good[i].text, &ns), 0);
		assert_int_equal(ns, good[i].ns);
	}
}

static void what_is_no_duration_is_refused(void **state)
{
	static const char *const bad[] = { "",	  "0",	"0s", "-1s",   "0x10", "1h",
					   "1 s", ".5", "s",  "1.5.2", "1e3",  "inf" };
	uint64_t ns;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(quantity__parse_duration(bad[i], &ns), -EINVAL);
	assert_int_equal(quantity__parse_duration("99999999999999s", &ns), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(what_is_no_size_is_refused),
		cmocka_unit_test(counts_take_no_suffix),
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(what_is_no_duration_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
