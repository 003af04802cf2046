/* SPDX-License-Identifier: GPL-2.0-only */
/* Single calls on their way from the tracer to standard output. */
#ifndef VFIOSCOPE_CLI_CALLS_H
#define VFIOSCOPE_CLI_CALLS_H

#include "user/cli/capture.h"
#include "user/render/snoop.h"

struct calls {
	/* The caller's. */
	struct capture *capture;
	const struct snoop_form *form;
	uint64_t most; /* lines; 0: any number */

	struct symbols *symbols; /* NULL: no kernel stacks */
	struct snoop_totals totals;
	int64_t clock_ns; /* CLOCK_REALTIME - CLOCK_MONOTONIC */
	bool begun; /* the form's beginning is printed */
	int err; /* nothing is printed after it */
};

/* Of a capture that is open. 0 or a negative errno. */
int calls__open(struct calls *calls);
void calls__close(struct calls *calls); /* also if it was never opened */
/* While it is recorded: print some. */
enum recorder_calls calls__print(struct calls *calls);
/* After that, and before the tracer goes: all that is left, as far as it is wanted. 0 or a negative errno. */
int calls__finish(struct calls *calls);

#endif
