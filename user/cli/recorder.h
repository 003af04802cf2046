/* SPDX-License-Identifier: GPL-2.0-only */
/* Records while a trace goes on: waits for whatever ends it, and makes runs of what was counted. */
#ifndef VFIOSCOPE_CLI_RECORDER_H
#define VFIOSCOPE_CLI_RECORDER_H

#include "user/cli/child.h"
#include "user/cli/machine.h"

struct recorder {
	struct tracer *tracer;
	const struct device_list *devices;
	const struct selectors *selectors;
	struct child *child;
	uint64_t duration_ns; /* 0: until stopped */
	uint64_t interval_ns; /* 0: none */
	bool escalate; /* leave fentry when it loses calls */
	/* Called at the end of each interval with what happened in it; NULL: not wanted. */
	void (*on_interval)(void *context, const struct run *delta);
	void *context;

	struct run *run; /* the run so far: its header, and its intervals */
	struct run *previous; /* totals at the end of the last interval */
	uint64_t start_ns, interval_start_ns; /* CLOCK_MONOTONIC */
	int signal; /* what ended it, or 0 */
};

/* The signals that end a trace: blocked by recorder__block_signals, taken in by recorder__loop. */
int recorder__block_signals(sigset_t *before);
/* Activate the tracer: the run begins here. */
void recorder__start(struct recorder *recorder);
/* Until a signal, the end of the duration, the command or stdout. 0 or a negative errno. */
int recorder__loop(struct recorder *recorder);
/* After the tracer was deactivated: totals, devices, blind spots and the command into the run. */
int recorder__finish(struct recorder *recorder);

#endif
