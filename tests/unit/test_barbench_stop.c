// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/barbench/bench.h"
#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/fault.h"
#include "benchmarks/barbench/interrupt.h"

#define TOO_LONG (60 * NSEC_PER_SEC)

/* How a benchmark ends before its time. */

static struct bench_options options;
static const struct bench_suite suite = { &options, 1, NULL };
static struct bench bench;

static int set_up(void **state)
{
	(void)state;
	interrupt__install();
	options = (struct bench_options){
		.device = { .name = DEVICE_MEMORY },
		.modes = { &access_pwrite },
		.nr_modes = 1,
		.widths = { 4, 8 },
		.nr_widths = 2,
		.patterns = { { PATTERN_SEQ, 0 } },
		.nr_patterns = 1,
		.length = 4096,
		.threads = 2,
		.count = UINT64_MAX,
		.duration_ns = TOO_LONG,
		.reps = 5,
		.throughput = true,
		.latency = true,
		.restore = true,
		.quiet = true,
	};
	return 0;
}

/* Until the first case has been under way for a little. */
static void wait_for_accesses(void)
{
	const struct timespec delay = { .tv_nsec = 100 * NSEC_PER_MSEC };

	do
		nanosleep(&delay, NULL);
	while (!__atomic_load_n(&bench.nr_begun, __ATOMIC_RELAXED));
	nanosleep(&delay, NULL);
}

/* The device loses its memory: what is mapped of it then gets SIGBUS. */
static void *truncate_device(void *arg)
{
	(void)arg;
	wait_for_accesses();
	assert_int_equal(ftruncate(bench.sides[0].device.fd, 0), 0);
	return NULL;
}

static void *terminate(void *arg)
{
	(void)arg;
	wait_for_accesses();
	kill(getpid(), SIGTERM);
	return NULL;
}

static int run_with(void *(*disturb)(void *arg), struct run *run, struct trouble *trouble)
{
	pthread_t thread;
	int err;

	bench.nr_begun = 0;
	assert_int_equal(pthread_create(&thread, NULL, disturb, NULL), 0);
	err = bench__run(&bench, &suite, &run, trouble);
	pthread_join(thread, NULL);
	return err;
}

static void a_device_that_vanishes(void **state)
{
	struct run *run = run__new(RUN_BENCH, "test", 0, NULL);
	struct trouble trouble;

	(void)state;
	fault__install(); /* here: cmocka has handlers of its own between set-up and test */
	options.modes[0] = &access_load;
	assert_int_equal(run_with(truncate_device, run, &trouble), -ENODEV);
	assert_non_null(strstr(trouble.text, "vanished"));
	assert_int_equal(run->nr_cases, 1);
	assert_int_equal(run->cases[0].errnos[0].err, EFAULT);
	bench__free(&bench);
	run__free(run);
}

/* The repetition it cuts short is no sample, but its accesses are counted. Last: it stays pending. */
static void an_interrupt(void **state)
{
	struct run *run = run__new(RUN_BENCH, "test", 0, NULL);
	unsigned char bytes[4096], zeros[4096] = { 0 };
	struct trouble trouble;
	char reason[256];

	(void)state;
	assert_int_equal(run_with(terminate, run, &trouble), 0);
	assert_int_equal(run->nr_cases, 1);
	assert_int_equal(run->cases[0].nr_samples, 0);
	assert_true(run->cases[0].issued > 1 + 2 * sizeof(bytes) / 4);
	assert_int_equal(pread(bench.sides[0].device.fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	assert_memory_equal(bytes, zeros, sizeof(bytes));
	run->duration_ns = TOO_LONG;
	if (run__validate(run, reason, sizeof(reason)))
		fail_msg("%s", reason);
	bench__free(&bench);
	run__free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_device_that_vanishes, set_up),
		cmocka_unit_test_setup(an_interrupt, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
