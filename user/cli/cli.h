/* SPDX-License-Identifier: GPL-2.0-only */
/* What all commands share: exit codes, messages, and the way their options are parsed. */
#ifndef VFIOSCOPE_CLI_H
#define VFIOSCOPE_CLI_H

#include <argp.h>
#include <stdbool.h>

/* As diff(1) has them. 1 and 3 are for verdicts. */
enum cli_exit {
	EXIT_OK,
	EXIT_FINDING, /* regression, policy violation, conformance failure */
	EXIT_TROUBLE, /* usage, privileges, unreadable input, I/O */
	EXIT_UNDECIDED, /* too few runs, blind spots, lost records */
};

/*
 * The commands. They get main's arguments: argv[0] is the program, argv[1] the command, so that a
 * run can record how it was called; cli__parse() knows. They return an exit code.
 */
int cmd_audit(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_snoop(int argc, char **argv);
int cmd_trace(int argc, char **argv);

/*
 * argp_parse() for a command: messages and --help name it "vfioscope COMMAND". It does not return
 * after a usage error (exit code 2) or --help. What follows "--" is left alone. Returns the index
 * in @argv of the first argument that no parser took.
 */
int cli__parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input);

/*
 * Print "vfioscope: MESSAGE" as one line on stderr, whatever the message quotes, after what is
 * already on stdout. Say the cause and what to do about it.
 */
void cli__error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* In an option parser: one line that says what is wrong and where help is, then exit code 2. */
void cli__usage(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/*
 * Set up the process: the locale's character set, closed standard streams, SIGPIPE as an error of
 * write, and a check at exit that stdout took all it was given (else exit code 2). SIGPIPE stays
 * ignored across exec: a child is to call cli__reset_signals() first.
 */
void cli__init(void);
void cli__reset_signals(void);

#endif
