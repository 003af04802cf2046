/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of a capture: the same, and parsed the same way, in every command that traces. */
#ifndef VFIOSCOPE_CLI_CAPTURE_OPTIONS_H
#define VFIOSCOPE_CLI_CAPTURE_OPTIONS_H

#include "user/cli/selectors.h"
#include "user/trace/trace.h"

/* Not to be copied, as the selectors are not. */
struct capture_options {
	struct selectors selectors;
	/* Limits are set by options, the rest by capture_options__configure(); a command may add to it. */
	struct trace_config config;
	const char *output_path; /* run file; NULL: none */
	bool wait;
	bool verbose;
	bool given; /* was there any of these options, selectors aside? */
	char **command; /* what follows "--", NULL-terminated; NULL: none */
};

/*
 * An argp child, with the selectors as its own; its input is a struct capture_options. All arguments are
 * taken for the command: to be parsed in order (ARGP_IN_ORDER).
 */
const struct argp *capture_options__argp(void);

/* Does standard output take the run file? */
bool capture_options__run_to_stdout(const struct capture_options *options);

/* The selectors into the configuration. 0, or a negative errno, which was said. */
int capture_options__configure(struct capture_options *options);

#endif
