// SPDX-License-Identifier: GPL-2.0-only
/* The arithmetic of audits: what breaks, what was refused, what cannot be told. */
#include "tests/unit/sample_run.h"

#include <errno.h>
#include <math.h>

#include "user/analyze/audit.h"

static struct policy *parse(const char *rule)
{
	char error[512] = "";
	struct policy *policy;
	char *text = NULL;

	assert_true(asprintf(&text,
			     "{\"schema\": \"vfioscope.policy/1\", \"name\": \"a\", \"rules\": "
			     "[{\"id\": \"a\", %s}]}",
			     rule) > 0);
	if (policy__parse(text, strlen(text), "policy", &policy, error, sizeof(error)))
		fail_msg("%s", error);
	free(text);
	return policy;
}

static const struct run_cell read_8 = { .dir = VS_READ, .wclass = 8, .count = 10, .bytes = 80 };

static struct run *run_of(const struct run_cell *from)
{
	struct run *run = sample__new(RUN_TRACE, "vfioscope");
	struct run_cell *cell;

	sample__add_device(run, "0001:00:00.0");
	cell = run__add_cell(run);
	assert_non_null(cell);
	*cell = *from;
	cell->process = RUN_NO_PROCESS;
	return run;
}

/* Audits one cell by one rule; the counts are the rule's. */
static enum audit_result judge(const char *rule, const struct run_cell *cell,
			       struct audit_counts *counts)
{
	struct policy *policy = parse(rule);
	struct run *run = run_of(cell);
	enum audit_result result;
	struct audit audit;

	assert_int_equal(audit__init(&audit, policy, &run, 1), 0);
	result = audit.rules[0].result;
	*counts = audit.rules[0].counts;
	audit__free(&audit);
	run->cells[0].errnos = NULL; /* the caller's */
	run->cells[0].nr_errnos = 0;
	run__free(run);
	policy__free(policy);
	return result;
}

#define IS(range, from, to) assert_true((range).min == (from) && (range).max == (to))

static void test_widths(void **state)
{
	struct run_cell cell = read_8;
	struct audit_counts counts;

	(void)state;
	assert_int_equal(judge("\"widths\": [8]", &cell, &counts), AUDIT_HELD);
	assert_int_equal(judge("\"widths\": [8], \"dir\": \"write\"", &cell, &counts),
			 AUDIT_NOT_EXERCISED);
	assert_int_equal(judge("\"widths\": [4, 16]", &cell, &counts), AUDIT_VIOLATED);
	IS(counts.would_break, 10, 10);
}

static void test_refusals(void **state)
{
	struct run_errno errnos[] = { { EINVAL, 6 }, { EIO, 4 } };
	struct run_cell cell = {
		.wclass = 1, .count = 10, .errors = 10, .errnos = errnos, .nr_errnos = 2
	};
	struct audit_counts counts;

	(void)state;
	assert_int_equal(judge("\"widths\": [8]", &cell, &counts), AUDIT_VIOLATED);
	IS(counts.would_break, 0, 0);
	IS(counts.refused, 10, 10);
	assert_int_equal(judge("\"widths\": [8], \"expect\": [\"EINVAL\"]", &cell, &counts),
			 AUDIT_VIOLATED);
	IS(counts.expected, 6, 6);
	assert_int_equal(judge("\"widths\": [8], \"expect\": [\"EINVAL\", \"EIO\"]", &cell,
			       &counts),
			 AUDIT_HELD);
	/* Errnos that did not fit the list may be any. */
	errnos[1].err = 0;
	assert_int_equal(judge("\"widths\": [8], \"expect\": [\"EINVAL\"]", &cell, &counts),
			 AUDIT_UNDECIDED);
	IS(counts.expected, 6, 10);
}

/* Which of the calls were the unaligned ones is not counted. */
static void test_aligned(void **state)
{
	struct run_errno errnos[] = { { EINVAL, 4 } };
	struct run_cell cell = read_8;
	struct audit_counts counts;

	(void)state;
	assert_int_equal(judge("\"aligned\": true", &cell, &counts), AUDIT_HELD);
	cell.unaligned = 3;
	assert_int_equal(judge("\"aligned\": true", &cell, &counts), AUDIT_VIOLATED);
	IS(counts.would_break, 3, 3);
	cell.errnos = errnos;
	cell.nr_errnos = 1;
	cell.errors = 4;
	cell.bytes = 48;
	assert_int_equal(judge("\"aligned\": true", &cell, &counts), AUDIT_VIOLATED);
	IS(counts.all, 3, 3);
	IS(counts.would_break, 0, 3);
	IS(counts.refused, 0, 3);
	assert_int_equal(judge("\"aligned\": true, \"expect\": [\"EINVAL\"]", &cell, &counts),
			 AUDIT_UNDECIDED);
	cell.unaligned = 5; /* one at least went through */
	assert_int_equal(judge("\"aligned\": true, \"expect\": [\"EINVAL\"]", &cell, &counts),
			 AUDIT_VIOLATED);
	IS(counts.would_break, 1, 5);
}

static void test_size_in_class(void **state)
{
	struct run_cell cell = { .dir = VS_WRITE, .wclass = 10, .count = 6, .bytes = 6 * 24 };
	const char *rule = "\"multiple_of\": 8, \"min\": 16, \"max\": \"maxstbl\"";
	struct audit_counts counts;

	(void)state;
	assert_int_equal(judge(rule, &cell, &counts), AUDIT_UNDECIDED);
	cell.bytes = 6 * 32;
	assert_int_equal(judge(rule, &cell, &counts), AUDIT_HELD);
	cell.bytes = 6 * 24 + 1;
	assert_int_equal(judge(rule, &cell, &counts), AUDIT_VIOLATED);
	/* Store blocks and accesses of 8 bytes tell that all are multiples of 8. */
	cell.bytes = 6 * 24;
	cell.accesses = (struct run_accesses){ .source = RUN_ACCESSES_OBSERVED, .blocks = 6 };
	assert_int_equal(judge(rule, &cell, &counts), AUDIT_HELD);
	cell.shorts = 1;
	assert_int_equal(judge(rule, &cell, &counts), AUDIT_UNDECIDED);
}

static void test_access(void **state)
{
	struct audit_counts counts;

	(void)state;
	assert_int_equal(judge("\"access\": \"read-only\"", &read_8, &counts), AUDIT_HELD);
	assert_int_equal(judge("\"access\": \"write-only\"", &read_8, &counts), AUDIT_VIOLATED);
	assert_int_equal(judge("\"access\": \"none\"", &read_8, &counts), AUDIT_VIOLATED);
}

static void test_device_accesses(void **state)
{
	const char *dword = "\"level\": \"device-access\", \"max\": 4";
	const char *single = "\"single_access\": true";
	struct run_cell cell = read_8;
	struct audit_counts counts;

	(void)state;
	assert_int_equal(judge(dword, &cell, &counts), AUDIT_UNDECIDED);
	assert_int_equal(judge(single, &cell, &counts), AUDIT_UNDECIDED);
	cell.accesses.source = RUN_ACCESSES_DERIVED;
	cell.accesses.by_width[2] = 20;
	assert_int_equal(judge(dword, &cell, &counts), AUDIT_HELD);
	assert_int_equal(judge(single, &cell, &counts), AUDIT_VIOLATED);
	IS(counts.would_break, 2, 10);
	cell.accesses.by_width[2] = 0;
	cell.accesses.by_width[3] = 10;
	assert_int_equal(judge(dword, &cell, &counts), AUDIT_VIOLATED);
	IS(counts.all, 10, 10);
	assert_int_equal(judge(single, &cell, &counts), AUDIT_HELD);
	cell.accesses.source = RUN_ACCESSES_OBSERVED;
	cell.accesses.by_width[3] = 0;
	cell.accesses.by_width[2] = 8;
	cell.accesses.refused = 2;
	assert_int_equal(judge(dword, &cell, &counts), AUDIT_UNDECIDED);
	IS(counts.refused, 0, 2);
}

/* A call that is against two clauses is one. */
static void test_clauses_overlap(void **state)
{
	struct run_cell cell = read_8;
	struct audit_counts counts;

	(void)state;
	cell.unaligned = 4;
	assert_int_equal(judge("\"aligned\": true, \"widths\": [1]", &cell, &counts),
			 AUDIT_VIOLATED);
	IS(counts.all, 10, 10);
	cell.crossing = 3;
	assert_int_equal(judge("\"aligned\": true, \"no_crossing\": 4096", &cell, &counts),
			 AUDIT_VIOLATED);
	IS(counts.all, 4, 7);
}

static void test_bound(void **state)
{
	(void)state;
	for (size_t n = 0; n < 4; n++)
		assert_true(audit__bound(n) >= 1 && audit__bound(n) <= 1);
	assert_true(fabs(audit__bound(60) - 0.05) < 1e-12);
	/* It is the bound: with that share of violations 60 clean runs are as rare as 1 in 20. */
	assert_true(fabs(pow(1 - audit__bound(60), 60) - 0.05) < 0.005);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_aligned),		cmocka_unit_test(test_size_in_class),
		cmocka_unit_test(test_access),		cmocka_unit_test(test_device_accesses),
		cmocka_unit_test(test_clauses_overlap), cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
