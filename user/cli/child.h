/* SPDX-License-Identifier: GPL-2.0-only */
/* The command that a trace runs: made ready before, let go once everything is attached. */
#ifndef VFIOSCOPE_CLI_CHILD_H
#define VFIOSCOPE_CLI_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "user/run/run.h"

struct child {
	pid_t pid; /* 0: none */
	int gate; /* write end: a byte lets the child go on to exec */
	bool ended;
	int status; /* of waitpid */
};

/* Fork a child that waits to become @argv, with the signal mask @mask. 0 or a negative errno. */
int child__prepare(struct child *child, char **argv, const sigset_t *mask);
/* Let it go. 0, or the errno, negative, with which exec failed. */
int child__start(struct child *child);
/* Has it ended? Does not block. */
bool child__ended(struct child *child);
/*
 * The trace is over: by @signal, which is passed on (but for SIGINT, which the terminal sends to both),
 * and the child has a second to end; or by itself (0), and the child goes on. One that was never
 * let go ends.
 */
void child__finish(struct child *child, int signal);
void child__fill(const struct child *child, struct run_command *command);

#endif
