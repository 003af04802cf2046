// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls made at random, and runs made of them: what audit says of each rule is what counting the calls one
 * by one gives, exactly where all offsets were recorded, and within the range where they were not.
 */
#include "tests/unit/sample_run.h"

#include <errno.h>
#include <stdio.h>

#include "user/analyze/audit.h"

#define CALLS 60
#define ROUNDS 300

struct call {
	uint64_t offset, width;
	bool failed;
};

enum detail { ALL_OFFSETS, SOME_OFFSETS, NO_OFFSETS };

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void make_calls(struct call *calls)
{
	static const uint64_t widths[] = { 1, 2, 3, 4, 8, 12, 16, 24 };

	for (int i = 0; i < CALLS; i++)
		calls[i] = (struct call){ 4080 + draw(32), widths[draw(8)], !draw(4) };
}

/* --- as a run --------------------------------------------------------------------------------- */

static uint64_t natural(uint64_t width)
{
	return width >= 8 ? 8 : width >= 4 ? 4 : width >= 2 ? 2 : 1;
}

static struct run_cell *cell_of(struct run *run, const struct call *call)
{
	unsigned int wclass = run_width__class(call->width);
	struct run_cell *cell;

	for (size_t i = 0; i < run->nr_cells; i++)
		if (run->cells[i].wclass == wclass)
			return &run->cells[i];
	cell = run__add_cell(run);
	assert_non_null(cell);
	cell->wclass = wclass;
	cell->dir = VS_READ;
	cell->process = RUN_NO_PROCESS;
	return cell;
}

static void add_offset(struct run *run, uint32_t cell, const struct call *call)
{
	struct run_hot_offset *hot = NULL;

	for (size_t i = 0; i < run->nr_hot_offsets; i++)
		if (run->hot_offsets[i].cell == cell &&
		    run->hot_offsets[i].offset == call->offset &&
		    run->hot_offsets[i].width == call->width)
			hot = &run->hot_offsets[i];
	if (!hot) {
		hot = run__add_hot_offset(run);
		assert_non_null(hot);
		*hot = (struct run_hot_offset){ .cell = cell,
						.offset = call->offset,
						.width = call->width,
						.first_ns = 1,
						.last_ns = 2 };
	}
	hot->count++;
	hot->errors += call->failed;
}

static struct run *make_run(const struct call *calls, enum detail detail)
{
	struct run *run = sample__new(RUN_TRACE, "vfioscope");

	sample__add_device(run, "0001:00:00.0");
	for (int i = 0; i < CALLS; i++) {
		const struct call *call = &calls[i];
		struct run_cell *cell = cell_of(run, call);

		cell->count++;
		cell->bytes += call->failed ? 0 : call->width;
		cell->errors += call->failed;
		cell->unaligned += call->offset % natural(call->width) != 0;
		cell->crossing += call->offset / 4096 != (call->offset + call->width - 1) / 4096;
		if (call->failed)
			assert_int_equal(
				run_errnos__add(&cell->errnos, &cell->nr_errnos, EINVAL, 1), 0);
		if (detail == ALL_OFFSETS || (detail == SOME_OFFSETS && draw(2)))
			add_offset(run, cell - run->cells, call);
	}
	return run;
}

/* --- one by one ------------------------------------------------------------------------------- */

static bool touches(const struct call *call, uint64_t from, uint64_t to)
{
	return call->offset < to && call->offset + call->width > from;
}

static bool crosses(const struct call *call, uint64_t boundary)
{
	return call->offset / boundary != (call->offset + call->width - 1) / boundary;
}

static bool not_4_or_8(const struct call *c)
{
	return c->width != 4 && c->width != 8;
}

static bool not_multiple_of_8(const struct call *c)
{
	return c->width % 8;
}

static bool not_9_to_12(const struct call *c)
{
	return c->width < 9 || c->width > 12;
}

static bool not_natural(const struct call *c)
{
	return c->offset % natural(c->width);
}

static bool not_at_4(const struct call *c)
{
	return c->offset % 4;
}

static bool not_at_16(const struct call *c)
{
	return c->offset % 16;
}

static bool crosses_8(const struct call *c)
{
	return crosses(c, 8);
}

static bool crosses_4096(const struct call *c)
{
	return crosses(c, 4096);
}

static bool crosses_8192(const struct call *c)
{
	return crosses(c, 8192);
}

static bool register_by_8(const struct call *c)
{
	return touches(c, 4096, 4104) && c->width != 8;
}

static bool ranges_aligned_or_short(const struct call *c)
{
	return (touches(c, 4082, 4083) || touches(c, 4100, 4102)) &&
	       (c->offset % natural(c->width) || c->width > 12);
}

static const struct {
	const char *rule;
	bool (*against)(const struct call *call);
} rules[] = {
	{ "\"widths\": [4, 8]", not_4_or_8 },
	{ "\"multiple_of\": 8", not_multiple_of_8 },
	{ "\"min\": 9, \"max\": 12", not_9_to_12 },
	{ "\"aligned\": true", not_natural },
	{ "\"aligned\": 4", not_at_4 },
	{ "\"aligned\": 16", not_at_16 },
	{ "\"no_crossing\": 8", crosses_8 },
	{ "\"no_crossing\": 4096", crosses_4096 },
	{ "\"no_crossing\": \"page\"", crosses_4096 },
	{ "\"no_crossing\": 8192", crosses_8192 },
	{ "\"registers\": [\"R\"], \"widths\": [8]", register_by_8 },
	{ "\"regions\": [\"BAR0\"], \"aligned\": true, \"max\": 12, \"ranges\": [{\"offset\": "
	  "\"0xff2\", \"length\": \"0x1\"}, {\"offset\": \"0x1004\", \"length\": \"0x2\"}]",
	  ranges_aligned_or_short },
};

#define NR_RULES (sizeof(rules) / sizeof(rules[0]))

static struct policy *make_policy(void)
{
	char text[4096], error[256];
	struct policy *policy;
	int n = snprintf(text, sizeof(text),
			 "{\"schema\": \"vfioscope.policy/1\", \"name\": \"a\", \"registers\": "
			 "[{\"name\": \"R\", \"region\": \"BAR0\", \"offset\": \"0x1000\", "
			 "\"length\": \"0x8\"}], \"rules\": [");

	for (size_t i = 0; i < NR_RULES; i++)
		n += snprintf(text + n, sizeof(text) - n, "%s{\"id\": \"%zu\", %s}", i ? ", " : "",
			      i, rules[i].rule);
	n += snprintf(text + n, sizeof(text) - n, "]}");
	if (policy__parse(text, n, "policy", &policy, error, sizeof(error)))
		fail_msg("%s", error);
	return policy;
}

static void hold(struct audit_range range, uint64_t truth, bool exact, size_t rule, uint32_t round)
{
	if (range.min > truth || range.max < truth || (exact && range.min != range.max))
		fail_msg("round %u, rule %s: %llu is not %llu..%llu", round, rules[rule].rule,
			 (unsigned long long)truth, (unsigned long long)range.min,
			 (unsigned long long)range.max);
}

static void check(const struct call *calls, enum detail detail, uint32_t round)
{
	struct policy *policy = make_policy();
	struct run *run = make_run(calls, detail);
	bool exact = detail == ALL_OFFSETS;
	struct audit audit;

	assert_int_equal(audit__init(&audit, policy, &run, 1), 0);
	for (size_t i = 0; i < NR_RULES; i++) {
		const struct audit_counts *counts = &audit.rules[i].counts;
		uint64_t all = 0, failed = 0;

		for (int j = 0; j < CALLS; j++) {
			bool is = rules[i].against(&calls[j]);

			all += is;
			failed += is && calls[j].failed;
		}
		hold(counts->all, all, exact, i, round);
		hold(counts->refused, failed, exact, i, round);
		hold(counts->would_break, all - failed, exact, i, round);
		if (exact && all)
			assert_int_equal(audit.rules[i].result, AUDIT_VIOLATED);
	}
	audit__free(&audit);
	run__free(run);
	policy__free(policy);
}

static void test_one_by_one(void **state)
{
	struct call calls[CALLS];

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		seed = round;
		make_calls(calls);
		for (unsigned int detail = ALL_OFFSETS; detail <= NO_OFFSETS; detail++)
			check(calls, detail, round);
	}
}

/* --- what the client did after a refusal ------------------------------------------------------ */

static enum audit_comeback comeback(int process, uint64_t width, uint64_t last_ns,
				    uint64_t unrecorded)
{
	struct run *run = sample__new(RUN_TRACE, "vfioscope");
	struct policy *policy = make_policy();
	struct run_cell *cell;
	struct audit audit;
	enum audit_comeback answer = AUDIT_NO_REFUSAL;

	sample__add_device(run, "0001:00:00.0");
	assert_non_null(run__add_process(run));
	assert_non_null(run__add_process(run));
	assert_non_null(run_segment__add_handler(run__add_segment(run)));
	cell = run__add_cell(run);
	*cell = (struct run_cell){ .wclass = 1, .count = 2, .errors = 2 };
	assert_int_equal(run_errnos__add(&cell->errnos, &cell->nr_errnos, EINVAL, 2), 0);
	cell = run__add_cell(run);
	*cell = (struct run_cell){ .wclass = run_width__class(width),
				   .process = process,
				   .count = 3 + unrecorded };
	*run__add_hot_offset(run) = (struct run_hot_offset){ .offset = 3,
							     .width = 1,
							     .count = 2,
							     .errors = 2,
							     .first_ns = 10,
							     .last_ns = 20,
							     .first_error_ns = 10,
							     .last_error_ns = 20 };
	*run__add_hot_offset(run) = (struct run_hot_offset){
		.cell = 1, .width = width, .count = 3, .first_ns = 5, .last_ns = last_ns
	};
	assert_int_equal(audit__init(&audit, policy, &run, 1), 0);
	for (size_t i = 0; i < audit.nr_findings; i++)
		if (audit.findings[i].cell == run->cells)
			answer = audit.findings[i].comeback;
	audit__free(&audit);
	run__free(run);
	policy__free(policy);
	return answer;
}

static void test_comeback(void **state)
{
	(void)state;
	assert_int_equal(comeback(0, 8, 30, 0), AUDIT_CAME_BACK);
	assert_int_equal(comeback(0, 8, 9, 0), AUDIT_STAYED_AWAY); /* before the refusal */
	assert_int_equal(comeback(0, 2, 30, 0), AUDIT_STAYED_AWAY); /* other bytes */
	assert_int_equal(comeback(1, 8, 30, 0), AUDIT_STAYED_AWAY); /* another client */
	assert_int_equal(comeback(RUN_NO_PROCESS, 8, 30, 0), AUDIT_COMEBACK_UNKNOWN);
	assert_int_equal(comeback(0, 8, 9, 1), AUDIT_COMEBACK_UNKNOWN); /* not all recorded */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_by_one),
		cmocka_unit_test(test_comeback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
