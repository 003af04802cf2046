// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "user/cli/child.h"

/* The command of a trace, when the trace ends. */

static int naps;

/* In place of the C library's: waiting goes on until the command has ended, on any machine. */
int nanosleep(const struct timespec *duration, struct timespec *rest)
{
	siginfo_t info;

	(void)duration;
	(void)rest;
	naps++;
	return waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
}

static void start(struct child *child, char **argv)
{
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(child__prepare(child, argv, &mask), 0);
	assert_int_equal(child__start(child), 0);
}

static char *sleeping[] = { "sleep", "60", NULL };

static void one_that_goes_on_is_not_waited_for(void **state)
{
	struct child child = {};

	(void)state;
	start(&child, sleeping);
	child__finish(&child, 0);
	assert_false(child.ended);
	assert_int_equal(naps, 0);
	kill(child.pid, SIGKILL);
	waitpid(child.pid, NULL, 0);
}

static void a_signal_is_passed_on(void **state)
{
	struct run_command command;
	struct child child = {};

	(void)state;
	start(&child, sleeping);
	child__finish(&child, SIGTERM);
	child__fill(&child, &command);
	assert_int_equal(command.term_signal, SIGTERM);
}

/* The terminal sends it to both: its end is waited for. */
static void an_interrupt_is_not(void **state)
{
	char *argv[] = { "sh", "-c", "sleep 0.2; exit 3", NULL };
	struct run_command command;
	struct child child = {};

	(void)state;
	start(&child, argv);
	child__finish(&child, SIGINT);
	child__fill(&child, &command);
	assert_int_equal(command.term_signal, 0);
	assert_int_equal(command.exit_status, 3);
}

static void one_that_was_never_let_go_ends(void **state)
{
	struct child child = {};
	sigset_t mask;

	(void)state;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(child__prepare(&child, sleeping, &mask), 0);
	child__finish(&child, 0);
	assert_true(child__ended(&child));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_goes_on_is_not_waited_for),
		cmocka_unit_test(a_signal_is_passed_on),
		cmocka_unit_test(an_interrupt_is_not),
		cmocka_unit_test(one_that_was_never_let_go_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
