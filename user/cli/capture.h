/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A capture: from what the command line asks for to a run. What the commands that trace have in common; what
 * they print is their own.
 *
 *   capture__open()     find the devices and make all ready; nothing is attached
 *   capture__record()   attach, and count until something ends it
 *   capture__deliver()  leave the kernel; write the run file, then the report
 *   capture__close()
 *
 * Functions return 0 or a negative errno, and have said on stderr what is wrong.
 */
#ifndef VFIOSCOPE_CLI_CAPTURE_H
#define VFIOSCOPE_CLI_CAPTURE_H

#include "user/cli/capture_options.h"
#include "user/cli/child.h"
#include "user/cli/machine.h"
#include "user/cli/output.h"
#include "user/cli/recorder.h"

struct capture {
	/* The caller's, set before it is opened. */
	struct capture_options *options;
	/* Called at the end of each interval with what happened in it; NULL: not wanted. */
	void (*on_interval)(void *context, const struct run *delta);
	/* See struct recorder; NULL: no single calls. They can be fetched until the run is printed. */
	enum recorder_calls (*on_calls)(void *context);
	/* Print the run to @out; NULL: nothing to print. 0, or a negative errno, and has said why. */
	int (*report)(void *context, FILE *out, const struct run *run);
	void *context;

	struct kernel kernel;
	struct device_list devices;
	struct handler_set handlers;
	struct child child;
	struct output output; /* standard output */
	struct recorder recorder;
};

/* @argc and @argv go into the run. */
int capture__open(struct capture *capture, int argc, char **argv);
int capture__record(struct capture *capture);
/* Says how the command ended, if there was one. Also returns what went wrong while it was recorded. */
int capture__deliver(struct capture *capture);
void capture__close(struct capture *capture); /* also if it failed to open */

#endif
