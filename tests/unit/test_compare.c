// SPDX-License-Identifier: GPL-2.0-only
/* Verdicts on runs whose truth is known. */
#include "tests/unit/sample_run.h"

#include <errno.h>
#include <math.h>

#include "user/analyze/compare.h"

/* A trace with one device and one cell of BAR0 reads per width 1, 2, 4, 8. */
struct made {
	const char *device, *kernel;
	uint64_t ns[4]; /* of each of the calls; 0: no such cell */
	uint64_t count;
	uint64_t failed; /* EINVAL, of the first cell */
};

static const struct made plain = { "0000:03:00.0", "6.1.0", { 1000, 1000, 2000, 4000 }, 100, 0 };

static struct run *make(const struct made *made)
{
	static const uint32_t classes[] = { 1, 2, 4, 8 };
	struct run *run = sample__new(RUN_TRACE, "vfioscope");

	sample__replace(&run->host.kernel, made->kernel);
	sample__add_device(run, made->device);
	for (int i = 0; i < 4; i++) {
		struct run_cell *cell;

		if (!made->ns[i])
			continue;
		cell = run__add_cell(run);
		assert_non_null(cell);
		cell->wclass = classes[i];
		cell->count = made->count;
		for (uint64_t n = 0; n < made->count; n++)
			assert_int_equal(run_latency__add(&cell->latency, made->ns[i]), 0);
		if (!i && made->failed) {
			cell->errors = made->failed;
			run_errnos__add(&cell->errnos, &cell->nr_errnos, 22, made->failed);
		}
	}
	return run;
}

static void add(struct compare *compare, enum compare_side side, const struct made *made)
{
	struct run *run = make(made);

	assert_int_equal(compare__add_run(compare, side, run), 0);
	run__free(run);
}

static const struct compare_cell *find(const struct compare *compare, const char *name)
{
	for (size_t i = 0; i < compare->nr_cells; i++)
		if (!strcmp(compare->cells[i].name, name))
			return &compare->cells[i];
	fail_msg("no cell %s", name);
	return NULL;
}

/* @nr runs a side; those of the new side have latencies of @percent in the cell of width 4. */
static void compare_shifted(struct compare *compare, int nr, int jitter, uint64_t percent)
{
	compare__init(compare, &COMPARE_DEFAULTS);
	for (int i = 0; i < nr; i++) {
		struct made made = plain;

		for (int cell = 0; cell < 4; cell++)
			made.ns[cell] += jitter * (7 * i % nr);
		add(compare, COMPARE_BASE, &made);
		made.ns[2] = made.ns[2] * percent / 100;
		add(compare, COMPARE_NEW, &made);
	}
	assert_int_equal(compare__finish(compare), 0);
}

static void test_exact(void **state)
{
	struct compare compare;

	(void)state;
	compare_shifted(&compare, 2, 0, 102);
	assert_int_equal(compare.tests, 0);
	assert_int_equal(compare__verdict(&compare), COMPARE_REGRESSION);
	assert_int_equal(compare.verdicts[COMPARE_REGRESSION], 1);
	assert_int_equal(compare.verdicts[COMPARE_EQUIVALENT], 3);
	assert_string_equal(compare.cells[0].name, "0000:03:00.0 BAR0 read 4");
	assert_true(compare.cells[0].results[COMPARE_MEAN].exact);
	assert_true(fabs(compare.cells[0].results[COMPARE_MEAN].shift - 0.02) < 1e-9);
	compare__free(&compare);

	compare_shifted(&compare, 2, 0, 98);
	assert_int_equal(compare__verdict(&compare), COMPARE_IMPROVEMENT);
	compare__free(&compare);

	compare_shifted(&compare, 2, 0, 100);
	assert_int_equal(compare__verdict(&compare), COMPARE_NOT_SIGNIFICANT);
	assert_int_equal(compare.verdicts[COMPARE_EQUIVALENT], 4);
	compare__free(&compare);
}

static void test_with_noise(void **state)
{
	struct compare compare;

	(void)state;
	compare_shifted(&compare, 10, 1, 104);
	assert_int_equal(compare.verdicts[COMPARE_REGRESSION], 1);
	assert_int_equal(find(&compare, "0000:03:00.0 BAR0 read 4")->verdict, COMPARE_REGRESSION);
	assert_int_equal(compare.tests, 4);
	assert_true(compare.tests_coarse > 0);
	compare__free(&compare);

	compare_shifted(&compare, 10, 1, 100);
	assert_int_equal(compare.verdicts[COMPARE_REGRESSION], 0);
	assert_int_equal(compare.verdicts[COMPARE_EQUIVALENT], 4);
	compare__free(&compare);
}

static void test_too_few(void **state)
{
	struct compare compare;
	const struct compare_result *mean;

	(void)state;
	compare_shifted(&compare, 2, 50, 150);
	assert_int_equal(compare__verdict(&compare), COMPARE_UNDECIDED);
	mean = &compare.cells[0].results[COMPARE_MEAN];
	assert_string_equal(mean->why, "too few units");
	assert_true(mean->needed > 2);
	assert_true(isinf(mean->interval.high));
	compare__free(&compare);

	compare_shifted(&compare, 1, 0, 150);
	assert_int_equal(compare__verdict(&compare), COMPARE_UNDECIDED);
	compare__free(&compare);

	compare__init(&compare, &COMPARE_DEFAULTS);
	assert_int_equal(compare__finish(&compare), 0);
	assert_int_equal(compare__verdict(&compare), COMPARE_UNDECIDED);
	compare__free(&compare);
}

/* Three a side could be significant, but have no interval. */
static void test_no_interval(void **state)
{
	struct compare compare;

	(void)state;
	compare__init(&compare, &COMPARE_DEFAULTS);
	for (uint64_t i = 0; i < 3; i++) {
		struct made made = { plain.device, plain.kernel, { 1000 + i }, 100, 0 };

		add(&compare, COMPARE_BASE, &made);
		made.ns[0] *= 2;
		add(&compare, COMPARE_NEW, &made);
	}
	assert_int_equal(compare__finish(&compare), 0);
	assert_int_equal(compare__verdict(&compare), COMPARE_UNDECIDED);
	assert_int_equal(compare.cells[0].results[COMPARE_MEAN].needed, 4);
	compare__free(&compare);
}

static bool has_change(const struct compare *compare, const char *text)
{
	for (size_t i = 0; i < compare->nr_changes; i++)
		if (strstr(compare->changes[i].text, text))
			return true;
	return false;
}

static void test_changes_in_kind(void **state)
{
	struct made new = plain;
	struct compare compare;

	(void)state;
	new.ns[1] = 0;
	new.failed = 3;
	compare__init(&compare, &COMPARE_DEFAULTS);
	for (int i = 0; i < 3; i++) {
		add(&compare, COMPARE_BASE, &plain);
		add(&compare, COMPARE_NEW, &new);
	}
	assert_int_equal(compare__finish(&compare), 0);
	assert_true(has_change(&compare, "0000:03:00.0 BAR0 read 2: gone, with a count of 300"));
	assert_true(
		has_change(&compare, "0000:03:00.0 BAR0 read 1: EINVAL is new, 9 of 300 calls"));
	assert_true(has_change(&compare, "read 8: 25.0 % of the calls"));
	assert_int_equal(find(&compare, "0000:03:00.0 BAR0 read 2")->verdict, COMPARE_NO_VERDICT);
	/* 3 calls in 100 fail, always: more than the threshold. */
	assert_int_equal(find(&compare, "0000:03:00.0 BAR0 read 1")->verdict, COMPARE_REGRESSION);
	compare__free(&compare);
}

static void compare_facts(struct compare *compare, const struct made *new, uint32_t across)
{
	struct compare_options options = COMPARE_DEFAULTS;

	options.across = across;
	compare__init(compare, &options);
	for (int i = 0; i < 3; i++) {
		add(compare, COMPARE_BASE, &plain);
		add(compare, COMPARE_NEW, new);
	}
	assert_int_equal(compare__finish(compare), 0);
}

static void test_other_kernel(void **state)
{
	struct made new = plain;
	struct compare compare;

	(void)state;
	new.kernel = "7.3.0";
	new.ns[0] = 2000;
	compare_facts(&compare, &new, 0);
	assert_true(compare.facts[COMPARE_KERNEL].refused);
	assert_int_equal(compare__verdict(&compare), COMPARE_UNDECIDED);
	assert_int_equal(compare.verdicts[COMPARE_REGRESSION], 1); /* it is shown, nevertheless */
	compare__free(&compare);

	compare_facts(&compare, &new, 1u << COMPARE_KERNEL);
	assert_true(compare.facts[COMPARE_KERNEL].differs);
	assert_false(compare.facts[COMPARE_KERNEL].refused);
	assert_int_equal(compare__verdict(&compare), COMPARE_REGRESSION);
	compare__free(&compare);
}

static void test_other_device(void **state)
{
	struct made new = plain;
	struct compare compare;

	(void)state;
	new.device = "0000:81:00.0";
	compare_facts(&compare, &new, 0);
	assert_true(compare.facts[COMPARE_DEVICE].differs);
	assert_false(compare.refused);
	assert_int_equal(compare.nr_cells, 4);
	assert_int_equal(compare.nr_changes, 0);
	assert_int_equal(compare.verdicts[COMPARE_EQUIVALENT], 4);
	compare__free(&compare);
}

static struct run *make_bench(uint64_t ops)
{
	struct run *run = sample__new(RUN_BENCH, "barbench");
	struct run_case *c = run__add_case(run);

	c->id = sample__text("BAR0/pread/4/seq/1");
	for (uint64_t i = 0; i < 6; i++) {
		struct run_sample *sample = run_case__add_sample(c);

		sample->ops = ops + i;
		sample->elapsed_ns = 1000000;
	}
	c->operations = 6 * ops + 15;
	return run;
}

static void compare_benches(struct compare *compare, bool repetitions, uint64_t ops)
{
	struct compare_options options = COMPARE_DEFAULTS;
	struct run *base = make_bench(1000), *new = make_bench(ops);

	options.repetitions = repetitions;
	compare__init(compare, &options);
	assert_int_equal(compare__add_run(compare, COMPARE_BASE, base), 0);
	assert_int_equal(compare__add_run(compare, COMPARE_NEW, new), 0);
	assert_int_equal(compare__finish(compare), 0);
	run__free(base);
	run__free(new);
}

static void test_benches(void **state)
{
	struct compare compare;

	(void)state;
	compare_benches(&compare, true, 900);
	assert_int_equal(compare__verdict(&compare), COMPARE_REGRESSION);
	compare__free(&compare);
	compare_benches(&compare, true, 1100);
	assert_int_equal(compare__verdict(&compare), COMPARE_IMPROVEMENT);
	compare__free(&compare);
	compare_benches(&compare, false, 900); /* one file is one unit */
	assert_int_equal(compare__verdict(&compare), COMPARE_UNDECIDED);
	compare__free(&compare);
}

/* However many new ones there are: no deviation of base tells the noise. */
static void test_one_base(void **state)
{
	struct compare compare;
	struct made made = plain;

	(void)state;
	compare__init(&compare, &COMPARE_DEFAULTS);
	add(&compare, COMPARE_BASE, &made);
	for (uint64_t i = 0; i < 25; i++) {
		made.ns[2] = 2200 + i;
		add(&compare, COMPARE_NEW, &made);
	}
	assert_int_equal(compare__finish(&compare), 0);
	assert_int_equal(compare__verdict(&compare), COMPARE_UNDECIDED);
	assert_int_equal(find(&compare, "0000:03:00.0 BAR0 read 4")->results[COMPARE_MEAN].needed,
			 4);
	compare__free(&compare);
}

/* Five repetitions of a command, the times of which are about @ms. */
static void add_command(struct compare *compare, enum compare_side side, double ms, uint64_t failed)
{
	double times_ns[5];

	for (int i = 0; i < 5; i++)
		times_ns[i] = (ms + 0.1 * i) * 1e6;
	assert_int_equal(
		compare__add_timings(compare, side,
				     &(struct compare_timing){ "true", times_ns, 5, failed }, 1),
		0);
}

#define COMMANDS 21

/*
 * Commands whose times deviate by so many thresholds, the first by @first and the others by @others: how many
 * are held to be noisy?
 */
static int count_noisy(double first, double others, int units)
{
	struct compare_options options = COMPARE_DEFAULTS;
	struct compare compare;
	int noisy = 0;

	options.repetitions = true;
	compare__init(&compare, &options);
	for (int i = 0; i < COMMANDS; i++) {
		double times_ns[10], step = options.threshold * (i ? others : first);
		struct compare_timing timing = { (char[]){ 'a' + i, 0 }, times_ns, units, 0 };

		for (int j = 0; j < units; j++)
			times_ns[j] = 1e6 * exp(j % 2 ? step : -step);
		for (int side = 0; side < COMPARE_SIDES; side++)
			assert_int_equal(compare__add_timings(&compare, side, &timing, 1), 0);
	}
	assert_int_equal(compare__finish(&compare), 0);
	for (size_t i = 0; i < compare.nr_cells; i++)
		noisy += compare.cells[i].results[COMPARE_MEAN].alpha == options.alpha_noisy;
	compare__free(&compare);
	return noisy;
}

/* That of one is known badly, that of many well. */
static void test_noisy(void **state)
{
	(void)state;
	assert_int_equal(count_noisy(0.9, 0.9, 10), 0);
	assert_int_equal(count_noisy(1.3, 0.9, 10), 0);
	assert_int_equal(count_noisy(1.6, 0.9, 10), 1);
	assert_int_equal(count_noisy(0.9, 1.2, 10), COMMANDS);
	/* Six a side cannot show 0.02 of 21 tests. */
	assert_int_equal(count_noisy(0.9, 1.2, 6), 0);
}

/* What fails is quick: that is no improvement. */
static void test_failures(void **state)
{
	struct compare_options options = COMPARE_DEFAULTS;
	struct compare compare;

	(void)state;
	options.repetitions = true;
	for (uint64_t failed = 0; failed <= 5; failed += 5) {
		compare__init(&compare, &options);
		add_command(&compare, COMPARE_BASE, 8, 0);
		add_command(&compare, COMPARE_NEW, 1, failed);
		assert_int_equal(compare__finish(&compare), 0);
		assert_int_equal(compare__verdict(&compare),
				 failed ? COMPARE_UNDECIDED : COMPARE_IMPROVEMENT);
		compare__free(&compare);
	}
}

/* Nor where error rates are judged, but too few units could tell. */
static void test_failures_of_few_files(void **state)
{
	struct compare compare;

	(void)state;
	for (uint64_t failed = 0; failed <= 3; failed += 3) {
		compare__init(&compare, &COMPARE_DEFAULTS);
		for (uint64_t i = 0; i < 4; i++) {
			add_command(&compare, COMPARE_BASE, 8 + 0.01 * (double)i, 0);
			add_command(&compare, COMPARE_NEW, 1 + 0.01 * (double)i,
				    failed ? failed + i % 2 : 0);
		}
		assert_int_equal(compare__finish(&compare), 0);
		assert_int_equal(compare__verdict(&compare),
				 failed ? COMPARE_UNDECIDED : COMPARE_IMPROVEMENT);
		compare__free(&compare);
	}
}

/* Ten runs a side, alike but for what @spoil does to the new ones. */
static void compare_spoiled(struct compare *compare, void (*spoil)(struct run *run))
{
	compare__init(compare, &COMPARE_DEFAULTS);
	for (int i = 0; i < 10; i++) {
		struct run *run = make(&plain);

		add(compare, COMPARE_BASE, &plain);
		spoil(run);
		assert_int_equal(compare__add_run(compare, COMPARE_NEW, run), 0);
		run__free(run);
	}
	assert_int_equal(compare__finish(compare), 0);
}

static void lose_calls(struct run *run)
{
	struct run_handler *handler = run_segment__add_handler(run__add_segment(run));

	handler->function = sample__text("read");
	handler->module = sample__text("m");
	handler->method = sample__text("fentry");
	handler->lost = 1000;
	handler->counted = 400;
}

static void lose_times(struct run *run)
{
	run->cells[0].untimed = 50;
}

static void fall_short(struct run *run)
{
	run->cells[0].shorts = 50;
}

static void test_what_latencies_do_not_tell(void **state)
{
	const struct compare_cell *cell;
	struct compare compare;

	(void)state;
	compare_spoiled(&compare, lose_calls);
	assert_int_equal(compare__verdict(&compare), COMPARE_UNDECIDED);
	assert_true(compare.lossy);
	assert_true(has_change(&compare, "new: 10000 calls were lost, 4000 were counted"));
	compare__free(&compare);

	compare_spoiled(&compare, lose_times);
	assert_int_equal(compare__verdict(&compare), COMPARE_UNDECIDED);
	cell = find(&compare, "0000:03:00.0 BAR0 read 1");
	assert_string_equal(cell->results[COMPARE_MEAN].why, "too many calls are untimed");
	compare__free(&compare);

	compare_spoiled(&compare, fall_short);
	assert_true(has_change(&compare, "read 1: 0.0 % of the calls were short, now 50.0 %"));
	compare__free(&compare);
}

static void test_mixed_kinds(void **state)
{
	static const double times_ns[] = { 1e6, 1.1e6 };
	const struct compare_timing timing = { "true", times_ns, 2, 0 };
	struct run *bench = make_bench(1000);
	struct compare compare;

	(void)state;
	compare__init(&compare, &COMPARE_DEFAULTS);
	add(&compare, COMPARE_BASE, &plain);
	assert_int_equal(compare__add_run(&compare, COMPARE_NEW, bench), -EINVAL);
	assert_int_equal(compare__add_timings(&compare, COMPARE_NEW, &timing, 1), -EINVAL);
	run__free(bench);
	compare__free(&compare);
}

/* Cells of several processes are one: the run is the unit, whoever called. */
static void test_processes_are_one_unit(void **state)
{
	struct compare compare;

	(void)state;
	compare__init(&compare, &COMPARE_DEFAULTS);
	for (int side = 0; side < COMPARE_SIDES; side++) {
		struct run *run = make(&plain);
		struct run_cell *cell;

		run__add_process(run);
		run__add_process(run);
		for (int i = 0; i < 4; i++)
			run->cells[i].process = 0;
		cell = run__add_cell(run);
		cell->wclass = 4;
		cell->process = 1;
		cell->count = 100;
		for (int i = 0; i < 100; i++)
			run_latency__add(&cell->latency, 4000);
		assert_int_equal(compare__add_run(&compare, side, run), 0);
		run__free(run);
	}
	assert_int_equal(compare__finish(&compare), 0);
	assert_int_equal(compare.nr_cells, 4);
	assert_int_equal(find(&compare, "0000:03:00.0 BAR0 read 4")->side[0].total.count, 200);
	assert_true(find(&compare, "0000:03:00.0 BAR0 read 4")->results[COMPARE_MEAN].median[0] ==
		    3000);
	compare__free(&compare);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_with_noise),
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_no_interval),
		cmocka_unit_test(test_changes_in_kind),
		cmocka_unit_test(test_other_kernel),
		cmocka_unit_test(test_other_device),
		cmocka_unit_test(test_benches),
		cmocka_unit_test(test_one_base),
		cmocka_unit_test(test_noisy),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_failures_of_few_files),
		cmocka_unit_test(test_what_latencies_do_not_tell),
		cmocka_unit_test(test_mixed_kinds),
		cmocka_unit_test(test_processes_are_one_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
