// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/render/escape.h"
#include "user/run/version.h"

static void print_line(const char *who, const char *format, va_list args)
{
	char *message = NULL, *safe = NULL;

	if (vasprintf(&message, format, args) >= 0)
		safe = escape__text(message);
	fflush(stdout);
	fprintf(stderr, "%s: %s", who, safe ?: "out of memory while reporting an error");
	free(safe);
	free(message);
}

void cli__error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("vfioscope", format, args);
	va_end(args);
	fputc('\n', stderr);
}

void cli__usage(const struct argp_state *state, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(state->name, format, args);
	va_end(args);
	fprintf(stderr, "; try '%s --help'\n", state->name);
	exit(EXIT_TROUBLE);
}

int cli__parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input)
{
	char *command = argv[1];
	char name[64];
	int first = 0;
	int err;

	snprintf(name, sizeof(name), "vfioscope %s", command);
	argv[1] = name;
	err = argp_parse(argp, argc - 1, argv + 1, flags, &first, input);
	argv[1] = command;
	if (err) {
		cli__error("cannot read the command line: %s", strerror(err));
		exit(EXIT_TROUBLE);
	}
	return first + 1;
}

/* Registered with atexit, so that no way out reports success for output that was lost. */
static void check_stdout(void)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return;
	if (errno)
		cli__error("cannot write to standard output: %s", strerror(errno));
	else
		cli__error("cannot write to standard output");
	_exit(EXIT_TROUBLE);
}

/*
 * A closed standard stream would be given to the next file that is opened. Hold its place with one
 * that refuses every use, so that the error is the same and nothing is overwritten.
 */
static void hold_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			_exit(EXIT_TROUBLE);
}

static void print_version(FILE *out, struct argp_state *state)
{
	(void)state;
	fprintf(out, "vfioscope %s\n", VFIOSCOPE_VERSION);
}

void cli__init(void)
{
	hold_standard_streams();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	atexit(check_stdout);
	argp_err_exit_status = EXIT_TROUBLE;
	argp_program_version_hook = print_version;
}

void cli__reset_signals(void)
{
	signal(SIGPIPE, SIG_DFL);
}
