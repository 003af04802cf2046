/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of a comparison, parsed by threads before it is their turn: parsing is what a comparison costs. */
#ifndef VFIOSCOPE_CLI_COMPARE_AHEAD_H
#define VFIOSCOPE_CLI_COMPARE_AHEAD_H

#include "user/analyze/hyperfine.h"
#include "user/cli/compare_files.h"
#include "user/run/run.h"

/* A file as it was read; what it holds is the taker's to free. */
struct compare_parsed {
	int err; /* why it cannot be used, a negative errno; @error has one line with its name */
	char error[1024];
	uint64_t size, sum; /* of its bytes; size 0: it could not even be read */
	struct run *run; /* NULL: it is an export */
	struct hyperfine hyperfine;
};

void compare_parsed__free(struct compare_parsed *parsed);

/*
 * Start to parse @nr files, which must stay. 0 or a negative errno, after which there is nothing to free.
 * Of parsed files no more are held than a few for each CPU.
 */
struct compare_ahead;
int compare_ahead__new(struct compare_ahead **ahead, const struct compare_file *files, size_t nr);
/* The next file, in their order; waits for it. To be called at most as often as there are files. */
void compare_ahead__take(struct compare_ahead *ahead, struct compare_parsed *parsed);
void compare_ahead__free(struct compare_ahead *ahead); /* NULL-safe; the rest is not parsed */

#endif
