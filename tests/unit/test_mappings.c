// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "user/trace/trace.h"

/* The mappings of a run, out of scans and of what was seen being made. The trace is from 1000 to 9000. */

enum { START = 1000, END = 9000 };

static struct fixture {
	struct vs_watch watch;
	struct mappings *mappings;
	struct run *run;
} * here;

static int set_up(void **state)
{
	(void)state;
	here = calloc(1, sizeof(*here));
	assert_non_null(here);
	here->mappings = mappings__new();
	here->run = calloc(1, sizeof(*here->run));
	assert_non_null(here->mappings);
	assert_non_null(here->run);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mappings__free(here->mappings);
	run__free(here->run);
	free(here);
	return 0;
}

static struct vs_mapping at(uint64_t mm, uint64_t start)
{
	return (struct vs_mapping){ .mm = mm,
				    .start = start,
				    .length = 0x1000,
				    .region = 2,
				    .prot = VS_PROT_READ,
				    .tgid = mm,
				    .comm = "client",
				    .name = "0000:00:04.0" };
}

static void make(uint64_t ns, struct vs_mapping mapping)
{
	if (here->watch.nr_mappings < VS_MAPPINGS) {
		mapping.time_ns = ns;
		here->watch.mappings[here->watch.nr_mappings] = mapping;
	}
	here->watch.nr_mappings++;
}

/* As blind_spots__look() does, from @ns on, for 10 ns. */
static void scan(uint64_t ns, struct vs_mapping *rows, size_t nr)
{
	const struct mapping_rows found = { rows, nr };

	mappings__take_made(here->mappings, &here->watch);
	mappings__take_scan(here->mappings, &found, ns, ns + 10);
}

static const struct run_mapping *fill(size_t nr)
{
	mappings__take_made(here->mappings, &here->watch);
	assert_int_equal(mappings__fill(here->mappings, START, END, here->run), 0);
	assert_int_equal(here->run->nr_mappings, nr);
	return here->run->mappings;
}

static void assert_range(struct run_range range, uint64_t min, uint64_t max)
{
	assert_int_equal(range.min, min);
	assert_int_equal(range.max, max);
}

static void test_before(void **state)
{
	struct vs_mapping rows[] = { at(1, 0x1000), at(1, 0x1000) };
	const struct run_mapping *mapping;

	(void)state;
	scan(900, rows, 2);
	assert_true(mappings__any(here->mappings));
	mapping = fill(1);
	assert_true(mapping->before_trace);
	assert_range(mapping->made, 0, 0);
	assert_range(mapping->dropped, 0, 0);
	assert_string_equal(mapping->device, "0000:00:04.0");
	assert_string_equal(mapping->prot, "r");
	assert_string_equal(here->run->processes[mapping->process].comm, "client");
	assert_int_equal(here->run->processes[mapping->process].pid, 1);
}

static void test_made_before_it_began(void **state)
{
	struct vs_mapping row = at(1, 0x2000);

	(void)state;
	make(800, at(1, 0x1000)); /* attached, and dropped before the first scan */
	make(850, row);
	scan(900, &row, 1);
	assert_true(fill(1)->before_trace);
}

static void test_dropped(void **state)
{
	struct vs_mapping row = at(1, 0x1000);
	const struct run_mapping *mapping;

	(void)state;
	scan(900, &row, 1);
	scan(2000, &row, 1);
	scan(3000, NULL, 0);
	assert_false(mappings__any(here->mappings));
	mapping = fill(1);
	assert_range(mapping->dropped, 1000, 2010);
}

static void test_made(void **state)
{
	struct vs_mapping row = at(1, 0x1000);
	const struct run_mapping *mapping;

	(void)state;
	scan(900, NULL, 0);
	make(1500, row);
	make(1600, at(1, 0x5000)); /* between two scans, and gone */
	scan(2000, &row, 1);
	make(2005, at(1, 0x9000)); /* while the scan went on: it may have been missed */
	scan(2006, &row, 1);
	mapping = fill(3);
	assert_false(mapping[0].before_trace);
	assert_range(mapping[0].made, 500, 500);
	assert_range(mapping[0].dropped, 0, 0);
	assert_range(mapping[1].made, 600, 600);
	assert_range(mapping[1].dropped, 600, 1010);
	assert_range(mapping[2].made, 1005, 1005);
}

static void test_made_while_scanned(void **state)
{
	const struct run_mapping *mapping;

	(void)state;
	scan(900, NULL, 0);
	make(2005, at(1, 0x1000));
	scan(2000, NULL, 0);
	mapping = fill(1);
	assert_range(mapping->dropped, 0, 0);
}

static void test_forked(void **state)
{
	struct vs_mapping rows[] = { at(1, 0x1000), at(2, 0x1000) };
	const struct run_mapping *mapping;

	(void)state;
	scan(900, rows, 1);
	scan(2000, rows, 1);
	rows[1].prot = VS_PROT_READ | VS_PROT_WRITE;
	scan(3000, rows, 2);
	scan(4000, rows, 1);
	mapping = fill(2);
	assert_range(mapping[1].made, 1000, 2010);
	assert_range(mapping[1].dropped, 2000, 3010);
	assert_string_equal(mapping[1].prot, "rw");
}

/* An address space that is gone may have its address used again. */
static void test_made_again(void **state)
{
	struct vs_mapping row = at(1, 0x1000);
	const struct run_mapping *mapping;

	(void)state;
	scan(900, &row, 1);
	make(2000, row);
	scan(3000, &row, 1);
	mapping = fill(2);
	assert_range(mapping[0].dropped, 0, 1000);
	assert_range(mapping[1].made, 1000, 1000);
	assert_range(mapping[1].dropped, 0, 0);
}

static void test_too_many_made(void **state)
{
	(void)state;
	scan(900, NULL, 0);
	for (int i = 0; i < VS_MAPPINGS + 3; i++)
		make(1500 + i, at(1, 0x1000 * (i + 1)));
	fill(VS_MAPPINGS);
	assert_int_equal(here->run->limits.mappings_dropped, 3);
}

static void test_too_many_found(void **state)
{
	static struct vs_mapping rows[MAPPINGS_MAX + 2];

	(void)state;
	for (int i = 0; i < MAPPINGS_MAX + 2; i++)
		rows[i] = at(1, 0x1000 * (i + 1));
	scan(900, rows, MAPPINGS_MAX + 2);
	fill(MAPPINGS_MAX);
	assert_int_equal(here->run->limits.mappings_dropped, 2);
}

static void test_unknown_region(void **state)
{
	struct vs_mapping row = at(1, 0x1000);

	(void)state;
	row.region = VS_REGION_UNKNOWN;
	row.offset = 0x1234;
	scan(900, &row, 1);
	assert_int_equal(fill(1)->region, -1);
	assert_int_equal(here->run->mappings->offset, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_before),
		TEST(test_made_before_it_began),
		TEST(test_dropped),
		TEST(test_made),
		TEST(test_made_while_scanned),
		TEST(test_forked),
		TEST(test_made_again),
		TEST(test_too_many_made),
		TEST(test_too_many_found),
		TEST(test_unknown_region),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
