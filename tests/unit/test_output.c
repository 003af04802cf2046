// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "user/cli/output.h"

/* Standard output that is read late, never, or not to the end. A test that waits for ever is killed. */

enum { READ_END, WRITE_END };

struct fixture {
	struct output output;
	int ends[2];
};

static int set_up_with(void **state, int (*make)(int ends[2]))
{
	static struct fixture fixture;

	*state = &fixture;
	alarm(60);
	signal(SIGPIPE, SIG_IGN);
	return make(fixture.ends) || output__open(&fixture.output, fixture.ends[WRITE_END]);
}

static int set_up(void **state)
{
	return set_up_with(state, pipe);
}

static int make_socket(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static int set_up_socket(void **state)
{
	return set_up_with(state, make_socket);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	output__close(&fixture->output);
	if (fixture->ends[READ_END] >= 0)
		close(fixture->ends[READ_END]);
	close(fixture->ends[WRITE_END]);
	return 0;
}

/* Lines with numbers from @from on; returns the number after the last. */
static int print_lines(struct output *output, int from, int nr)
{
	for (int i = from; i < from + nr; i++)
		fprintf(output->file, "%0*d\n", 99, i);
	return from + nr;
}

/* Read what there is, or all to the end; each line must have its number. Returns the number after the last. */
static int read_lines(int fd, int from, int nr)
{
	char line[101] = "", wanted[101];

	for (; nr; from++, nr--) {
		for (size_t got = 0; got < 100;) {
			ssize_t n = read(fd, line + got, 100 - got);

			assert_true(n > 0);
			got += n;
		}
		snprintf(wanted, sizeof(wanted), "%0*d\n", 99, from);
		assert_string_equal(line, wanted);
	}
	return from;
}

static void is_written_at_once(void **state)
{
	struct fixture *fixture = *state;

	print_lines(&fixture->output, 0, 3);
	output__push(&fixture->output);
	assert_false(output__pending(&fixture->output));
	read_lines(fixture->ends[READ_END], 0, 3);
	/* And again: nothing comes twice. */
	print_lines(&fixture->output, 3, 1);
	output__push(&fixture->output);
	assert_false(output__pending(&fixture->output));
	read_lines(fixture->ends[READ_END], 3, 1);
}

/* More than any pipe takes. */
#define MANY 100000

static void does_not_wait(void **state)
{
	struct fixture *fixture = *state;

	print_lines(&fixture->output, 0, MANY);
	output__push(&fixture->output);
	assert_true(output__pending(&fixture->output));
	output__push(&fixture->output);
	assert_true(output__pending(&fixture->output));
	assert_int_equal(output__finish(&fixture->output, 10), -ETIMEDOUT);
}

static void goes_on_when_read(void **state)
{
	struct fixture *fixture = *state;
	int next = 0;

	print_lines(&fixture->output, 0, 2000);
	output__push(&fixture->output);
	while (output__pending(&fixture->output)) {
		next = read_lines(fixture->ends[READ_END], next, 20);
		output__push(&fixture->output);
	}
	read_lines(fixture->ends[READ_END], next, 2000 - next);
}

/* The command that is traced may have the same standard output. */
static void others_may_wait(void **state)
{
	struct fixture *fixture = *state;

	assert_false(fcntl(fixture->ends[WRITE_END], F_GETFL) & O_NONBLOCK);
}

/* What another writes between poll() and write() must not make us wait. */
static void does_not_wait_in_write(void **state)
{
	struct fixture *fixture = *state;

	assert_true(fcntl(fixture->output.fd, F_GETFL) & O_NONBLOCK);
}

static void finish_waits_for_the_reader(void **state)
{
	struct fixture *fixture = *state;
	pid_t reader = fork();

	if (!reader) {
		usleep(100 * 1000);
		read_lines(fixture->ends[READ_END], 0, MANY);
		_exit(0);
	}
	print_lines(&fixture->output, 0, MANY);
	assert_int_equal(output__finish(&fixture->output, -1), 0);
}

static void the_end_of_the_reader_is_an_error(void **state)
{
	struct fixture *fixture = *state;

	close(fixture->ends[READ_END]);
	fixture->ends[READ_END] = -1;
	print_lines(&fixture->output, 0, 1);
	output__push(&fixture->output);
	assert_int_equal(fixture->output.err, -EPIPE);
	assert_false(output__pending(&fixture->output));
	print_lines(&fixture->output, 1, 1);
	assert_int_equal(output__finish(&fixture->output, -1), -EPIPE);
}

/* A file that others write to as well: from where they are. */
static void a_file_goes_on_where_it_was(void **state)
{
	char path[] = "/tmp/test_output.XXXXXX";
	int fd = mkstemp(path);
	struct output output;

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, "before\n", 7), 7);
	assert_int_equal(output__open(&output, fd), 0);
	print_lines(&output, 0, MANY);
	assert_int_equal(output__finish(&output, -1), 0);
	output__close(&output);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 7 + 100 * MANY);
	assert_int_equal(lseek(fd, 7, SEEK_SET), 7);
	read_lines(fd, 0, MANY);
	close(fd);
}

static void a_full_disk_is_an_error(void **state)
{
	int fd = open("/dev/full", O_WRONLY);
	struct output output;

	(void)state;
	assert_int_equal(output__open(&output, fd), 0);
	print_lines(&output, 0, 1);
	assert_int_equal(output__finish(&output, -1), -ENOSPC);
	output__close(&output);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_written_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(does_not_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(does_not_wait, set_up_socket, tear_down),
		cmocka_unit_test_setup_teardown(goes_on_when_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(goes_on_when_read, set_up_socket, tear_down),
		cmocka_unit_test_setup_teardown(others_may_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(does_not_wait_in_write, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finish_waits_for_the_reader, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_of_the_reader_is_an_error, set_up,
						tear_down),
		cmocka_unit_test(a_file_goes_on_where_it_was),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
