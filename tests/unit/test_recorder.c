// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "user/cli/recorder.h"

/* The event loop, over a tracer that is made up: what ends it, and what is left of the run then. */

#define MSEC 1000000ULL

struct tracer {
	int nr_fills;
	int failing_fill; /* the number of the call that fails; 0: none */
	int nr_polls;
	uint64_t now_ns, end_ns; /* of its clock; the end is 0 until deactivated */
};

/* Each look at the clock finds it later. */
int tracer__fill(struct tracer *tracer, struct run *run)
{
	if (++tracer->nr_fills == tracer->failing_fill)
		return -ENOMEM;
	tracer->now_ns += 10 * MSEC;
	run->duration_ns = tracer->end_ns ?: tracer->now_ns;
	return 0;
}

void tracer__activate(struct tracer *tracer)
{
	tracer->now_ns = 0;
}

void tracer__poll(struct tracer *tracer)
{
	tracer->nr_polls++;
}

void tracer__look(struct tracer *tracer)
{
	(void)tracer;
}

bool tracer__can_escalate(const struct tracer *tracer)
{
	(void)tracer;
	return false;
}

uint64_t tracer__skipped(struct tracer *tracer)
{
	(void)tracer;
	return 0;
}

int tracer__escalate(struct tracer *tracer, uint64_t skipped, char *error)
{
	(void)tracer;
	(void)skipped;
	(void)error;
	return -EALREADY;
}

int open_scan__look(const struct open_scan *scan, struct open_rows *rows, char *error)
{
	(void)scan;
	(void)error;
	*rows = (struct open_rows){};
	return 0;
}

static int machine_err;

int machine__complete(const struct device_list *devices, struct run *run)
{
	(void)devices;
	(void)run;
	return machine_err;
}

int blind_spots__before(struct blind_spots *blind, char *error)
{
	(void)blind;
	(void)error;
	return 0;
}

int blind_spots__begin(struct blind_spots *blind, char *error)
{
	(void)blind;
	(void)error;
	return 0;
}

uint64_t blind_spots__look(struct blind_spots *blind)
{
	(void)blind;
	return 1000 * MSEC;
}

uint64_t blind_spots__look_again(struct blind_spots *blind)
{
	(void)blind;
	return 1000 * MSEC;
}

int blind_spots__fill(const struct blind_spots *blind, struct run *run)
{
	(void)blind;
	(void)run;
	return machine_err;
}

void blind_spots__free(struct blind_spots *blind)
{
	(void)blind;
}

static struct fixture {
	struct tracer tracer;
	struct child child;
	struct output output;
	struct recorder recorder;
	int tables;
} fixture;

static void print_much(void *context, const struct run *delta)
{
	struct fixture *here = context;

	(void)delta;
	if (++here->tables == 2)
		kill(getpid(), SIGTERM);
	if (output__pending(&here->output))
		return;
	fprintf(here->output.file, "%0100000d\n", 0);
	output__push(&here->output);
}

static int set_up(void **state)
{
	char *argv[] = { "test", NULL };

	(void)state;
	alarm(60);
	machine_err = 0;
	memset(&fixture, 0, sizeof(fixture));
	fixture.recorder = (struct recorder){
		.tracer = &fixture.tracer,
		.child = &fixture.child,
		.output = &fixture.output,
		.run = run__new(RUN_TRACE, "test", 1, argv),
		.context = &fixture,
	};
	return output__open(&fixture.output, STDOUT_FILENO);
}

static int tear_down(void **state)
{
	(void)state;
	recorder__release_signals(&fixture.recorder);
	recorder__close(&fixture.recorder);
	output__close(&fixture.output);
	return 0;
}

static void record(void)
{
	char error[TRACE_ERROR_LEN];

	assert_int_equal(recorder__start(&fixture.recorder, error), 0);
	recorder__loop(&fixture.recorder);
	fixture.tracer.end_ns = fixture.tracer.now_ns + MSEC;
}

static void the_duration_ends_it(void **state)
{
	struct recorder *recorder = &fixture.recorder;

	(void)state;
	recorder->duration_ns = 20 * MSEC;
	assert_int_equal(recorder__open(recorder), 0);
	record();
	assert_int_equal(recorder->err, 0);
	assert_int_equal(recorder__finish(recorder), 0);
	assert_int_equal(recorder->run->duration_ns, fixture.tracer.end_ns);
}

/* Intervals follow one another and end with the run, whatever time passes after its end. */
static void intervals_end_with_the_run(void **state)
{
	struct recorder *recorder = &fixture.recorder;
	uint64_t at = 0;

	(void)state;
	recorder->interval_ns = 10 * MSEC;
	recorder->duration_ns = 55 * MSEC;
	assert_int_equal(recorder__open(recorder), 0);
	record();
	usleep(50000);
	assert_int_equal(recorder__finish(recorder), 0);
	assert_true(recorder->run->nr_intervals > 1);
	for (size_t i = 0; i < recorder->run->nr_intervals; i++) {
		assert_int_equal(recorder->run->intervals[i].start_ns, at);
		at += recorder->run->intervals[i].duration_ns;
	}
	assert_int_equal(at, recorder->run->duration_ns);
}

/* An error costs the rest of the time, not what was recorded. */
static void an_error_ends_it_with_a_run(void **state)
{
	struct recorder *recorder = &fixture.recorder;

	(void)state;
	recorder->interval_ns = 10 * MSEC;
	fixture.tracer.failing_fill = 3; /* the first of the second interval */
	assert_int_equal(recorder__open(recorder), 0);
	record();
	assert_int_equal(recorder->err, -ENOMEM);
	assert_int_equal(recorder__finish(recorder), 0);
	assert_int_equal(recorder->run->nr_intervals, 2);
	assert_int_equal(recorder->run->duration_ns, fixture.tracer.end_ns);
	assert_int_equal(recorder->err, -ENOMEM);
}

static void the_last_interval_may_be_missing(void **state)
{
	struct recorder *recorder = &fixture.recorder;

	(void)state;
	recorder->interval_ns = 1000 * MSEC;
	recorder->duration_ns = MSEC;
	fixture.tracer.failing_fill = 1;
	assert_int_equal(recorder__open(recorder), 0);
	record();
	assert_int_equal(recorder__finish(recorder), 0);
	assert_int_equal(recorder->run->duration_ns, fixture.tracer.end_ns);
	assert_int_equal(recorder->err, -ENOMEM);
}

static void what_sysfs_does_not_tell_may_be_missing(void **state)
{
	struct recorder *recorder = &fixture.recorder;

	(void)state;
	recorder->duration_ns = MSEC;
	assert_int_equal(recorder__open(recorder), 0);
	record();
	machine_err = -EMFILE;
	assert_int_equal(recorder__finish(recorder), 0);
	assert_int_equal(recorder->run->duration_ns, fixture.tracer.end_ns);
	assert_int_equal(recorder->err, -EMFILE);
}

/* Before anything is attached. */
static void timers_that_cannot_be_made_are_an_error(void **state)
{
	struct rlimit limit, few;
	int first = dup(STDIN_FILENO), err;

	(void)state;
	close(first);
	getrlimit(RLIMIT_NOFILE, &limit);
	few = limit;
	few.rlim_cur = first + 2;
	setrlimit(RLIMIT_NOFILE, &few);
	err = recorder__open(&fixture.recorder);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_int_equal(err, -EMFILE);
}

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

/* A reader that does not read, as less does not that shows a full page. */
static void a_full_pipe_does_not_hold_it_up(void **state)
{
	struct recorder *recorder = &fixture.recorder;
	int ends[2];

	(void)state;
	output__close(&fixture.output);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(output__open(&fixture.output, ends[1]), 0);
	recorder->interval_ns = 10 * MSEC;
	recorder->on_interval = print_much;
	assert_int_equal(recorder__open(recorder), 0);
	record();
	assert_true(fixture.tables > 1);
	for (size_t i = 0; i < sizeof(stop_signals) / sizeof(*stop_signals); i++) {
		kill(getpid(), stop_signals[i]);
		record();
		assert_int_equal(recorder->signal, stop_signals[i]);
	}
	assert_true(output__pending(&fixture.output));
	close(ends[0]);
	close(ends[1]);
}

static void the_end_of_the_reader_ends_it(void **state)
{
	struct recorder *recorder = &fixture.recorder;
	int ends[2];

	(void)state;
	output__close(&fixture.output);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(output__open(&fixture.output, ends[1]), 0);
	close(ends[0]);
	assert_int_equal(recorder__open(recorder), 0);
	record();
	assert_int_equal(recorder->signal, SIGHUP);
	assert_int_equal(recorder->err, 0);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_duration_ends_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(intervals_end_with_the_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_error_ends_it_with_a_run, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_last_interval_may_be_missing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_sysfs_does_not_tell_may_be_missing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(timers_that_cannot_be_made_are_an_error, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_full_pipe_does_not_hold_it_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_of_the_reader_ends_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
