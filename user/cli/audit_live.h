/* SPDX-License-Identifier: GPL-2.0-only */
/* A capture that is held against a policy when it ends. */
#ifndef VFIOSCOPE_CLI_AUDIT_LIVE_H
#define VFIOSCOPE_CLI_AUDIT_LIVE_H

#include <stdio.h>

#include "user/analyze/policy.h"
#include "user/cli/capture_options.h"

struct audit_live {
	struct capture_options *options;
	const struct policy *policy;
	/* Audit the run, which adds up, and print it to @out. 0 or a negative errno. */
	int (*judge)(void *context, FILE *out, struct run *run);
	void *context;
};

/*
 * Trace as the options say, by an exact method and with offsets if they say nothing of these, and judge. 0 or
 * a negative errno, and it was said what is wrong.
 */
int audit_live__run(const struct audit_live *live, int argc, char **argv);

#endif
