// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/barbench/access_loop.h"
#include "benchmarks/barbench/bench.h"

#define COUNT 1009
#define WARMUP 101
#define REPS 3

/* A small run over memory, to be changed by each test. */
static struct bench_options options;
static const struct bench_suite suite = { &options, 1, NULL };

static int set_up(void **state)
{
	(void)state;
	options = (struct bench_options){
		.device = { .name = DEVICE_MEMORY },
		.modes = { &access_pread },
		.nr_modes = 1,
		.widths = { 4 },
		.nr_widths = 1,
		.patterns = { { PATTERN_SEQ, 0 } },
		.nr_patterns = 1,
		.length = 256,
		.threads = 1,
		.count = COUNT,
		.duration_ns = UINT64_MAX,
		.warmup = WARMUP,
		.reps = REPS,
		.seed = 1,
		.throughput = true,
		.latency = true,
		.restore = true,
		.quiet = true,
	};
	return 0;
}

static struct run *run_bench(struct bench *bench)
{
	struct run *run = run__new(RUN_BENCH, "test", 0, NULL);
	struct trouble trouble = { "" };
	char reason[256];

	assert_non_null(run);
	if (bench__run(bench, &suite, &run, &trouble))
		fail_msg("%s", trouble.text);
	run->duration_ns = 1;
	if (run__validate(run, reason, sizeof(reason)))
		fail_msg("%s", reason);
	return run;
}

static void check_case(const struct run_case *c, uint64_t extra)
{
	uint64_t ops = 0;
	size_t i;

	assert_int_equal(c->operations, WARMUP + 2 * REPS * COUNT + extra);
	assert_int_equal(c->nr_samples, REPS);
	for (i = 0; i < c->nr_samples; i++)
		ops += c->samples[i].ops;
	assert_int_equal(ops, REPS * COUNT);
	assert_int_equal(run_latency__count(&c->latency), REPS * COUNT);
	assert_true(c->latency.min_ns <= c->latency.max_ns);
	assert_int_equal(c->errors, 0);
	assert_int_equal(c->shorts, 0);
}

static void system_calls_are_issued(void **state)
{
	struct bench bench;
	struct run *run;

	(void)state;
	run = run_bench(&bench);
	assert_int_equal(run->nr_cases, 1);
	assert_string_equal(run->cases[0].id, "BAR0/pread/4/seq/1");
	check_case(&run->cases[0], 0);
	assert_int_equal(run->cases[0].issued, run->cases[0].operations);
	bench__free(&bench);
	run__free(run);
}

static void loads_and_stores_are_not(void **state)
{
	struct bench bench;
	struct run *run;

	(void)state;
	options.modes[0] = &access_load;
	options.modes[1] = &access_store;
	options.nr_modes = 2;
	run = run_bench(&bench);
	check_case(&run->cases[0], 0);
	check_case(&run->cases[1], 2 * 256 / 4); /* saved and put back */
	assert_int_equal(run->cases[0].issued, 0);
	assert_int_equal(run->cases[1].issued, 0);
	bench__free(&bench);
	run__free(run);
}

/* One access touches the region before the threads do. */
static void threads_share_the_count(void **state)
{
	struct bench bench;
	struct run *run;

	(void)state;
	options.threads = 7;
	options.widths[1] = 16;
	options.nr_widths = 2;
	options.patterns[1].kind = PATTERN_RAND;
	options.nr_patterns = 2;
	run = run_bench(&bench);
	assert_int_equal(run->nr_cases, 4);
	assert_string_equal(run->cases[3].id, "BAR0/pread/16/rand/7");
	check_case(&run->cases[0], 1);
	check_case(&run->cases[3], 1);
	bench__free(&bench);
	run__free(run);
}

static void no_pass_is_made_that_is_not_wanted(void **state)
{
	struct bench bench;
	struct run *run;

	(void)state;
	options.latency = false;
	options.warmup = 0;
	options.reps = 1;
	run = run_bench(&bench);
	assert_int_equal(run->cases[0].issued, COUNT);
	assert_int_equal(run->cases[0].timer_ns, 0);
	bench__free(&bench);
	run__free(run);
}

static void a_duration_ends_a_repetition(void **state)
{
	struct bench bench;
	struct run *run;

	(void)state;
	options.count = UINT64_MAX;
	options.duration_ns = 20000000;
	options.reps = 1;
	options.latency = false;
	run = run_bench(&bench);
	assert_true(run->cases[0].samples[0].elapsed_ns >= 20000000);
	assert_true(run->cases[0].samples[0].ops > 10);
	bench__free(&bench);
	run__free(run);
}

/* What a writing case did to memory can be seen only while the device is open. */
static void check_content(bool restored)
{
	unsigned char bytes[256];
	struct bench bench;
	struct run *run;
	size_t i, zeros = 0;

	options.restore = restored;
	run = run_bench(&bench);
	assert_int_equal(pread(bench.sides[0].device.fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i++)
		zeros += !bytes[i];
	assert_int_equal(zeros, restored ? sizeof(bytes) : 0);
	bench__free(&bench);
	run__free(run);
}

static void what_was_overwritten_is_put_back(void **state)
{
	(void)state;
	options.modes[0] = &access_pwrite;
	check_content(true);
	check_content(false);
	options.modes[0] = &access_store;
	options.widths[0] = 64;
	check_content(true);
	check_content(false);
}

/* With as many accesses as there are slots: each of them, and nothing beside the range. */
static void check_places(const struct access_mode *mode, uint64_t width, enum pattern_kind kind)
{
	unsigned char bytes[1024];
	struct bench bench;
	struct run *run;
	size_t i;

	options.modes[0] = mode;
	options.widths[0] = width;
	options.patterns[0].kind = kind;
	options.offset = 128;
	options.count = options.length / width;
	options.warmup = 0;
	options.reps = 1;
	options.latency = false;
	options.restore = false;
	run = run_bench(&bench);
	assert_int_equal(run->cases[0].operations, options.count);
	assert_int_equal(pread(bench.sides[0].device.fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i++)
		assert_int_equal(!!bytes[i], i >= 128 && i < 128 + options.length);
	bench__free(&bench);
	run__free(run);
}

static void accesses_go_where_they_should(void **state)
{
	static const uint64_t widths[] = { 1, 2, 4, 8, 16, 128 };
	static const enum pattern_kind kinds[] = { PATTERN_SEQ, PATTERN_RAND };
	size_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof(widths) / sizeof(widths[0]); i++) {
		check_places(&access_pwrite, widths[i / 2], kinds[i % 2]);
		check_places(&access_store, widths[i / 2], kinds[i % 2]);
	}
}

/* A mode that a device refuses: every second access, or each of them. */
static uint64_t refuse_every;

static inline void refuse_one(const struct target *target, struct lane *lane, uint64_t at)
{
	(void)target;
	errno = EINVAL;
	if (at / 4 % refuse_every == 0)
		lane__refused(lane, -1);
}

ACCESS_LOOPS(refuse_one);

static const struct access_loops *refusing_loops(const struct access_shape *shape)
{
	(void)shape;
	return &refuse_one_loops;
}

static const struct access_mode refusing = { .name = "pread", .loops = refusing_loops };

static void refusals_are_counted(void **state)
{
	struct bench bench;
	struct run *run;

	(void)state;
	options.modes[0] = &refusing;
	options.count = 64;
	options.warmup = 64;
	for (refuse_every = 1; refuse_every <= 2; refuse_every++) {
		run = run_bench(&bench);
		assert_int_equal(run->cases[0].operations, 64 * (1 + 2 * REPS));
		assert_int_equal(run->cases[0].errors, run->cases[0].operations / refuse_every);
		assert_int_equal(run->cases[0].nr_errnos, 1);
		assert_int_equal(run->cases[0].errnos[0].err, EINVAL);
		assert_int_equal(!!strstr(bench.refused.text, "EINVAL"), refuse_every == 1);
		bench__free(&bench);
		run__free(run);
	}
}

static void check_refused(const char *says)
{
	struct run *run = run__new(RUN_BENCH, "test", 0, NULL);
	struct trouble trouble = { "" };
	struct bench bench;

	assert_true(bench__run(&bench, &suite, &run, &trouble) < 0);
	if (!strstr(trouble.text, says))
		fail_msg("%s", trouble.text);
	assert_int_equal(run->nr_cases, 0);
	bench__free(&bench);
	run__free(run);
}

static void strides_must_fit(void **state)
{
	(void)state;
	options.patterns[0] = (struct pattern_spec){ PATTERN_STRIDE, 2 };
	check_refused("--width 4");
	options.patterns[0].stride = 256;
	check_refused("--length");
	options.modes[0] = &access_load;
	options.patterns[0].stride = 6;
	check_refused("multiple of 4");
	options.widths[0] = 24;
	options.unit = 8;
	options.patterns[0].stride = 28;
	check_refused("multiple of 8");
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	options.device.region = 3;
	check_refused("BAR3");
	options.device.region = 0;
	options.offset = 1ULL << 40;
	check_refused("--offset");
	options.offset = 16;
	options.length = 1ULL << 40;
	check_refused("--length");
	options.length = 2;
	check_refused("--width");
	options.length = 256;
	options.offset = 2;
	options.modes[0] = &access_load;
	check_refused("aligned");
}

/* Each read-back is a call, and an operation, but no part of the samples. */
static void check_flush(enum access_flush flush, const struct access_mode *mode,
			uint64_t read_backs)
{
	const uint64_t stores = WARMUP + 2 * REPS * COUNT + 1; /* 1: touched before the threads */
	const uint64_t preserved = 2 * options.length / 4;
	struct bench bench;
	struct run *run;

	options.flush = flush;
	options.modes[0] = mode;
	run = run_bench(&bench);
	assert_string_equal(run->cases[0].flush, access_flush__name(flush));
	assert_int_equal(run->cases[0].read_backs, read_backs ? read_backs : stores);
	assert_int_equal(run->cases[0].operations, stores + preserved + run->cases[0].read_backs);
	assert_int_equal(run->cases[0].issued, mode->mapped ? 0 : run->cases[0].operations);
	assert_int_equal(run->cases[0].samples[0].ops, COUNT);
	bench__free(&bench);
	run__free(run);
}

/* A batch is a thread's share: of the touch (1 thread has work), the warm-up and the passes. */
static void what_is_written_is_read_back(void **state)
{
	(void)state;
	options.threads = 2;
	check_flush(FLUSH_EACH, &access_pwrite, 0);
	check_flush(FLUSH_BATCH, &access_pwrite, 1 + 2 * (1 + 2 * REPS));
	check_flush(FLUSH_EACH, &access_store, 0);
	check_flush(FLUSH_BATCH, &access_store, 1 + 2 * (1 + 2 * REPS));
}

static void reads_are_not(void **state)
{
	struct bench bench;
	struct run *run;

	(void)state;
	options.flush = FLUSH_EACH;
	run = run_bench(&bench);
	check_case(&run->cases[0], 0);
	assert_null(run->cases[0].flush);
	assert_string_equal(run->cases[0].id, "BAR0/pread/4/seq/1");
	bench__free(&bench);
	run__free(run);
}

static void the_setting_is_recorded(void **state)
{
	struct bench bench;
	struct run *run;

	(void)state;
	run = run_bench(&bench);
	assert_null(run->setting.mapping);
	assert_null(run->setting.cpus);
	assert_int_equal(run->cases[0].access_width, 0);
	bench__free(&bench);
	run__free(run);
	options.modes[0] = &access_load;
	options.widths[0] = 48;
	options.unit = 8;
	options.patterns[0] = (struct pattern_spec){ PATTERN_STRIDE, 64 };
	options.cpus_text = "0";
	options.cpus.nr = 1;
	run = run_bench(&bench);
	assert_string_equal(run->setting.mapping, "cached");
	assert_string_equal(run->setting.cpus, "0");
	assert_int_equal(run->cases[0].access_width, 8);
	assert_string_equal(run->cases[0].pattern, "stride:64");
	assert_string_equal(run->cases[0].id, "BAR0/load/48/stride:64/1/access:8");
	bench__free(&bench);
	run__free(run);
}

/* As long as it takes, within limits: accesses of the warm-up are counted, and are in no sample. */
static void a_warm_up_is_detected(void **state)
{
	struct bench bench;
	struct run_case *c;
	struct run *run;

	(void)state;
	options.warmup = OPTIONS_WARMUP_AUTO;
	run = run_bench(&bench);
	c = &run->cases[0];
	assert_true(!strcmp(c->warmup, "steady") || !strcmp(c->warmup, "limit"));
	assert_in_range(c->warmup_operations, COUNT / 10 * 10, COUNT / 10 * 100);
	assert_int_equal(c->operations, c->warmup_operations + 2 * REPS * COUNT);
	bench__free(&bench);
	run__free(run);
}

/* Of a percentage that is always reached the fewest that have an interval; of none, all. */
static void repetitions_go_on_until_they_tell(void **state)
{
	static const struct {
		double until_ci;
		uint32_t reps;
	} expected[] = { { 1e6, 6 }, { 1e-12, 20 } };
	struct bench bench;
	struct run *run;

	(void)state;
	for (int i = 0; i < 2; i++) {
		options.until_ci = expected[i].until_ci;
		options.max_reps = 20;
		run = run_bench(&bench);
		assert_int_equal(run->cases[0].nr_samples, expected[i].reps);
		assert_int_equal(run->cases[0].operations,
				 WARMUP + (expected[i].reps + REPS) * COUNT);
		bench__free(&bench);
		run__free(run);
	}
}

/* Two devices in turn: each has all, and what it held is put back. */
static void both_sides_are_measured(void **state)
{
	struct run *runs[] = { run__new(RUN_BENCH, "test", 0, NULL),
			       run__new(RUN_BENCH, "test", 0, NULL) };
	struct trouble trouble = { "" };
	struct bench bench;
	uint64_t bytes;

	(void)state;
	options.ab = DEVICE_MEMORY;
	options.modes[1] = &access_store;
	options.nr_modes = 2;
	assert_int_equal(bench__run(&bench, &suite, runs, &trouble), 0);
	for (int side = 0; side < BENCH_SIDES; side++) {
		assert_int_equal(runs[side]->nr_cases, 2);
		assert_int_equal(runs[side]->nr_devices, 1);
		check_case(&runs[side]->cases[0], 0);
		check_case(&runs[side]->cases[1], 2 * 256 / 4);
		assert_int_equal(pread(bench.sides[side].device.fd, &bytes, sizeof(bytes), 0),
				 sizeof(bytes));
		assert_int_equal(bytes, 0);
	}
	assert_int_not_equal(bench.sides[BENCH_A].device.fd, bench.sides[BENCH_B].device.fd);
	bench__free(&bench);
	run__free(runs[0]);
	run__free(runs[1]);
}

static struct bench_options groups[2];

/* Each group has a range, a mapping and options of its own. */
static void groups_have_their_own(void **state)
{
	const struct bench_suite two = { groups, 2, NULL };
	struct run *run = run__new(RUN_BENCH, "test", 0, NULL);
	struct trouble trouble = { "" };
	struct bench bench;

	(void)state;
	groups[0] = groups[1] = options;
	groups[1].modes[0] = &access_load;
	groups[1].offset = 4096;
	groups[1].length = 512;
	groups[1].reps = REPS + 1;
	groups[1].latency = false;
	assert_int_equal(bench__run(&bench, &two, &run, &trouble), 0);
	assert_int_equal(run->nr_cases, 2);
	check_case(&run->cases[0], 0);
	assert_int_equal(run->cases[1].operations, WARMUP + (REPS + 1) * COUNT);
	assert_int_equal(run->cases[1].offset, 4096);
	assert_int_equal(run->cases[1].length, 512);
	assert_string_equal(run->setting.mapping, "cached");
	bench__free(&bench);
	run__free(run);
}

/* All are checked before any is run; the line is named. */
static void a_group_that_does_not_fit_is_refused(void **state)
{
	const struct bench_suite two = { groups, 2, NULL };
	struct run *run = run__new(RUN_BENCH, "test", 0, NULL);
	struct trouble trouble = { "" };
	struct bench bench;

	(void)state;
	options.suite = "nightly.suite";
	groups[0] = groups[1] = options;
	groups[0].line = 1;
	groups[1].line = 4;
	assert_true(bench__run(&bench, &two, &run, &trouble) < 0);
	assert_string_equal(trouble.text,
			    "nightly.suite:4: BAR0/pread/4/seq/1 is a case of a line before");
	bench__free(&bench);
	groups[1].offset = 4096;
	assert_int_equal(bench__run(&bench, &two, &run, &trouble), 0);
	assert_string_equal(run->cases[1].id, "BAR0/pread/4/seq/1/offset:0x1000");
	bench__free(&bench);
	run__free(run);
	run = run__new(RUN_BENCH, "test", 0, NULL);
	groups[1].offset = 1ULL << 40;
	assert_true(bench__run(&bench, &two, &run, &trouble) < 0);
	assert_non_null(strstr(trouble.text, "nightly.suite:4: --offset"));
	assert_int_equal(run->nr_cases, 0);
	bench__free(&bench);
	run__free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(system_calls_are_issued, set_up),
		cmocka_unit_test_setup(loads_and_stores_are_not, set_up),
		cmocka_unit_test_setup(threads_share_the_count, set_up),
		cmocka_unit_test_setup(no_pass_is_made_that_is_not_wanted, set_up),
		cmocka_unit_test_setup(a_duration_ends_a_repetition, set_up),
		cmocka_unit_test_setup(what_was_overwritten_is_put_back, set_up),
		cmocka_unit_test_setup(accesses_go_where_they_should, set_up),
		cmocka_unit_test_setup(refusals_are_counted, set_up),
		cmocka_unit_test_setup(what_does_not_fit_is_refused, set_up),
		cmocka_unit_test_setup(strides_must_fit, set_up),
		cmocka_unit_test_setup(what_is_written_is_read_back, set_up),
		cmocka_unit_test_setup(reads_are_not, set_up),
		cmocka_unit_test_setup(the_setting_is_recorded, set_up),
		cmocka_unit_test_setup(a_warm_up_is_detected, set_up),
		cmocka_unit_test_setup(repetitions_go_on_until_they_tell, set_up),
		cmocka_unit_test_setup(both_sides_are_measured, set_up),
		cmocka_unit_test_setup(groups_have_their_own, set_up),
		cmocka_unit_test_setup(a_group_that_does_not_fit_is_refused, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
