/* SPDX-License-Identifier: GPL-2.0-only */
/* Records while a trace goes on: waits for whatever ends it, and makes runs of what was counted. */
#ifndef VFIOSCOPE_CLI_RECORDER_H
#define VFIOSCOPE_CLI_RECORDER_H

#include <signal.h>

#include "user/cli/blind_spots.h"
#include "user/cli/child.h"
#include "user/cli/machine.h"
#include "user/cli/output.h"

/* What the loop waits for. */
enum recorder_fd {
	RECORDER_SIGNAL,
	RECORDER_INTERVAL,
	RECORDER_POLL,
	RECORDER_LOSSES,
	RECORDER_PROCESSES,
	RECORDER_MAPPINGS,
	RECORDER_FETCH,
	RECORDER_END,
	RECORDER_OUTPUT,
	RECORDER_CALLS,
	NR_RECORDER_FDS,
};

/* Of single calls. */
enum recorder_calls {
	CALLS_FETCHED, /* all that there were */
	CALLS_MORE,
	CALLS_OVER, /* no more are wanted: the trace is to end */
};

struct recorder {
	struct tracer *tracer;
	const struct device_list *devices;
	const struct open_scan *scan;
	const struct selectors *selectors;
	struct child *child;
	struct output *output;
	uint64_t duration_ns; /* 0: until stopped */
	uint64_t interval_ns; /* 0: none */
	/* Called at the end of each interval with what happened in it; NULL: not wanted. */
	void (*on_interval)(void *context, const struct run *delta);
	/*
	 * Called while it records, often enough to fetch single calls from the tracer, unless the output is
	 * pending. It is to return before long, whether there is more or not. NULL: the tracer is not
	 * configured for them.
	 */
	enum recorder_calls (*on_calls)(void *context);
	void *context;

	struct run *run; /* the run so far: its header, and its intervals */
	enum recorder_calls calls; /* as on_calls said last */
	struct run *previous; /* totals at the end of the last interval */
	struct blind_spots blind;
	sigset_t signals; /* that were blocked before */
	int fds[NR_RECORDER_FDS]; /* 0: none */
	int signal; /* what ended it, or 0 */
	int err; /* what ended it early, or is missing in the run: a negative errno; it was said */
};

/* Block the signals that end a trace, and make what the loop waits for. 0 or a negative errno. */
int recorder__open(struct recorder *recorder);
void recorder__close(struct recorder *recorder);
/*
 * Activate the tracer: the run begins here. 0, or a negative errno and @error (TRACE_ERROR_LEN): what is
 * open cannot be told.
 */
int recorder__start(struct recorder *recorder, char *error);
/* Until a signal, the end of the duration, the command or stdout, or an error. */
void recorder__loop(struct recorder *recorder);
/*
 * After the tracer was deactivated: totals, devices, blind spots and the command into the run. 0 or
 * a negative errno: there is no run.
 */
int recorder__finish(struct recorder *recorder);
/* From here on the signals end the program; those that came until now are forgotten. */
void recorder__release_signals(struct recorder *recorder);

#endif
