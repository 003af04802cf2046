/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output of a command that goes on whether it is read or not. What is printed is kept
 * until it can be written; of these functions only output__finish() waits.
 */
#ifndef VFIOSCOPE_CLI_OUTPUT_H
#define VFIOSCOPE_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct output {
	FILE *file; /* print here, then output__push() */
	int fd; /* to poll: for POLLOUT while something is pending, else for its end */
	int err; /* of the write that failed, a negative errno; nothing is written after it */
	uint64_t left_out; /* tables not printed, since the one before was pending; the caller counts */

	int own; /* fd, if it is to be closed; else -1 */
	char *text; /* what is in file; written up to @done */
	size_t len, done;
};

/* For @fd, which stays the caller's. 0 or a negative errno. */
int output__open(struct output *output, int fd);
void output__close(struct output *output); /* also if it was never opened */
/* Write what @fd takes without waiting. */
void output__push(struct output *output);
/* Is something left that was not taken? */
bool output__pending(const struct output *output);
/*
 * Write all, and wait for the reader, but no longer than @patience_ms at a time; -1: for ever. 0 or
 * a negative errno; -ETIMEDOUT: the rest was not taken.
 */
int output__finish(struct output *output, int patience_ms);
/* Can something be written to @fd without waiting? Also if that fails. */
bool output__takes(int fd, int patience_ms);

#endif
