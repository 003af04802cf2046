// SPDX-License-Identifier: GPL-2.0-only
/* The run in memory: building it, its account, and what makes it not add up. */
#include "tests/unit/sample_run.h"

#include <errno.h>

static void assert_valid(const struct run *run)
{
	char reason[256] = "";

	if (run__validate(run, reason, sizeof(reason)))
		fail_msg("%s", reason);
}

static void samples_are_valid(void **state)
{
	struct run *trace = sample__trace(), *bench = sample__bench();

	(void)state;
	assert_valid(trace);
	assert_valid(bench);
	run__free(trace);
	run__free(bench);
	run__free(NULL);
}

static void arrays_grow(void **state)
{
	struct run *run = sample__new(RUN_TRACE, "vfioscope");
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		struct run_process *process = run__add_process(run);

		assert_non_null(process);
		assert_int_equal(process->pid, 0);
		assert_null(process->comm);
		process->pid = i;
	}
	assert_int_equal(run->nr_processes, 1000);
	for (i = 0; i < 1000; i++)
		assert_int_equal(run->processes[i].pid, i);
	run__free(run);
}

static void new_elements_know_nothing(void **state)
{
	struct run *run = sample__new(RUN_TRACE, "vfioscope");

	(void)state;
	assert_int_equal(run__add_cell(run)->process, RUN_NO_PROCESS);
	assert_int_equal(run__add_blind_spot(run)->region, -1);
	assert_int_equal(run__add_device(run)->iommu_group, -1);
	assert_int_equal(run->devices[0].vendor_id, -1);
	assert_int_equal(run->devices[0].class_id, -1);
	assert_int_equal(run->command.exit_status, -1);
	run__free(run);
}

static void arguments_are_copied(void **state)
{
	struct run *run = sample__new(RUN_TRACE, "vfioscope");

	(void)state;
	assert_string_equal(run->argv[0], "vfioscope");
	assert_string_equal(run->argv[2], "run.json");
	assert_null(run->argv[3]);
	run__free(run);
}

static void errnos_add_up(void **state)
{
	struct run_errno *errnos = NULL;
	size_t nr = 0;

	(void)state;
	assert_int_equal(run_errnos__add(&errnos, &nr, EIO, 2), 0);
	assert_int_equal(run_errnos__add(&errnos, &nr, 0, 1), 0);
	assert_int_equal(run_errnos__add(&errnos, &nr, EIO, 3), 0);
	assert_int_equal(nr, 2);
	assert_int_equal(errnos[0].count, 5);
	assert_int_equal(errnos[1].err, 0);
	free(errnos);
}

static void the_account_is_over_all_segments(void **state)
{
	struct run *run = sample__trace();
	struct run_account account;
	struct run_handler *handler;

	(void)state;
	handler = run_segment__add_handler(run__add_segment(run));
	assert_non_null(handler);
	handler->counted = 10;
	handler->lost = 5;
	handler->no_device = 3;
	run__account(run, &account);
	assert_int_equal(account.counted, 21);
	assert_int_equal(account.lost, 7);
	assert_int_equal(account.overflow, 1);
	assert_int_equal(account.no_device, 3);
	assert_int_equal(account.lost_kind, RUN_LOST_UPPER_BOUND);
	run__free(run);
}

static void an_empty_account_is_exact(void **state)
{
	struct run *run = sample__new(RUN_TRACE, "vfioscope");
	struct run_account account;

	(void)state;
	run__account(run, &account);
	assert_int_equal(account.counted + account.lost, 0);
	assert_int_equal(account.lost_kind, RUN_LOST_EXACT);
	run__free(run);
}

/* --- what a file cannot say, but memory can --------------------------------------------------- */

static void no_errno_list(struct run *run)
{
	run->cells[0].nr_errnos = 0;
}

static void errno_twice(struct run *run)
{
	run->cells[1].errnos[0].err = run->cells[1].errnos[1].err;
}

static void errno_negative(struct run *run)
{
	run->cells[0].errnos[0].err = -EINVAL;
}

static void no_direction(struct run *run)
{
	run->cells[0].dir = VS_DIRS;
}

static void no_width(struct run *run)
{
	run->cells[0].wclass = VS_WIDTH_CLASSES;
}

static void no_process(struct run *run)
{
	run->cells[0].process = -2;
}

static void no_bucket(struct run *run)
{
	run->cells[0].latency.buckets[2].index = VS_HIST_BUCKETS;
}

static void guessed_accesses(struct run *run)
{
	run->cells[0].accesses.source = RUN_ACCESSES_UNKNOWN;
}

static void no_device_name(struct run *run)
{
	free(run->devices[0].name);
	run->devices[0].name = NULL;
}

static void no_method(struct run *run)
{
	free(run->segments[0].handlers[1].method);
	run->segments[0].handlers[1].method = NULL;
}

static void no_kind(struct run *run)
{
	free(run->blind_spots[1].kind);
	run->blind_spots[1].kind = NULL;
}

static void no_tool(struct run *run)
{
	free(run->tool);
	run->tool = NULL;
}

static void before_1970(struct run *run)
{
	run->started_ns = -1;
}

static void cases_in_a_trace(struct run *run)
{
	assert_non_null(run__add_case(run));
}

static void account_overflows(struct run *run)
{
	run->segments[0].handlers[0].lost = UINT64_MAX - 3;
}

static void time_overflows(struct run *run)
{
	run->segments[0].duration_ns = UINT64_MAX;
}

static void cells_overflow(struct run *run)
{
	run->cells[0].untimed = UINT64_MAX - 8;
	run->cells[0].count = UINT64_MAX - 5;
}

static void wrapped_buckets(struct run *run)
{
	run->cells[0].latency.buckets[0].count = UINT64_MAX;
	run->cells[0].latency.buckets[1].count = 1;
}

static void one_latency_with_two_ends(struct run *run)
{
	struct run_latency *latency = &run->cells[0].latency;

	latency->nr_buckets = 1;
	latency->buckets[0].index = vs_hist_bucket(1500);
	latency->min_ns = 1500;
	latency->max_ns = 1502;
	latency->sum_ns = 1501;
	run->cells[0].untimed = 3;
}

/* 2 untimed of 1 call would leave 2^64 - 1 for the buckets. */
static void wrapped_count(struct run *run)
{
	struct run_latency *latency = &run->cells[0].latency;

	latency->nr_buckets = 1;
	latency->buckets[0] = (struct run_bucket){ .index = 0, .count = UINT64_MAX };
	latency->min_ns = latency->max_ns = latency->sum_ns = 0;
	run->cells[0].count = 1;
	run->cells[0].untimed = 2;
}

static const struct {
	void (*spoil)(struct run *run);
	const char *reason;
} spoils[] = {
	{ no_errno_list, "cells[0].errors: 1, but by errno they are 0" },
	{ errno_twice, "cells[1].errors: EFAULT twice" },
	{ errno_negative, "cells[0].errors: errno -22 is negative" },
	{ no_direction, "cells[0].dir: 2 is out of range" },
	{ no_width, "cells[0].width: class 19 is out of range" },
	{ no_process, "cells[0].process: -2, there are 1" },
	{ no_bucket, "cells[0].latency.buckets[2]: index is out of range" },
	{ guessed_accesses, "cells[0].device_accesses: unknown, but counted" },
	{ no_device_name, "devices[0].name: missing" },
	{ no_method, "segments[0].handlers[1].method: missing" },
	{ no_kind, "blind_spots[1].kind: missing" },
	{ no_tool, "tool: missing" },
	{ before_1970, "started: before 1970" },
	{ cases_in_a_trace, "bench: this is no bench run" },
	{ account_overflows, "segments[0].handlers[0]: the sum of counted and lost overflows" },
	{ time_overflows, "segments[0].duration_ns: the end overflows" },
	{ cells_overflow, "cells[1].count: the sum of all cells overflows" },
	{ wrapped_buckets, "cells[0].latency.buckets[1]: the sum overflows" },
	{ wrapped_count,
	  "cells[0]: count is 1, but the buckets hold 18446744073709551615 and untimed 2" },
	{ one_latency_with_two_ends,
	  "cells[0].latency.sum: less than these buckets, min and max allow" },
};

static void spoilt_runs_are_not_valid(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		struct run *run = sample__trace();
		char reason[256] = "valid";

		spoils[i].spoil(run);
		assert_int_equal(run__validate(run, reason, sizeof(reason)), -EINVAL);
		assert_string_equal(reason, spoils[i].reason);
		run__free(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_valid),
		cmocka_unit_test(arrays_grow),
		cmocka_unit_test(new_elements_know_nothing),
		cmocka_unit_test(arguments_are_copied),
		cmocka_unit_test(errnos_add_up),
		cmocka_unit_test(the_account_is_over_all_segments),
		cmocka_unit_test(an_empty_account_is_exact),
		cmocka_unit_test(spoilt_runs_are_not_valid),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
