/* SPDX-License-Identifier: GPL-2.0-only */
/* Single calls, one after another while they happen: as text or as JSON, a line each. */
#ifndef VFIOSCOPE_RENDER_SNOOP_H
#define VFIOSCOPE_RENDER_SNOOP_H

#include <stdbool.h>
#include <stdio.h>

#include "user/run/run.h"

/* Where a return address lies. */
struct snoop_frame {
	uint64_t address;
	const char *function; /* NULL: not known */
	const char *module;
	uint64_t offset; /* in the function */
};

/* A call, and what its numbers stand for. */
struct snoop_line {
	const struct vs_call *call;
	int64_t time_ns; /* since 1970, when it ended */
	const char *device; /* name */
	const char *bus; /* of the device; NULL: not known */
	/* The innermost first. */
	const struct snoop_frame *kernel, *user;
	size_t nr_kernel, nr_user;
};

/* What became of the calls that were counted. */
struct snoop_totals {
	uint64_t printed; /* with the next three: all that were counted */
	uint64_t filtered; /* in the kernel, by what was asked for */
	uint64_t dropped; /* found the buffer full */
	uint64_t left_out; /* fetched, but the output was over */
	bool judged; /* is the rest known? */
	uint64_t all_ones, ones_unknown; /* reads, printed or not */
};

/* Functions return 0 or -ENOMEM, and do not look at the stream's state. */
struct snoop_form {
	int (*begin)(FILE *out, const struct run *run); /* the run's header */
	int (*line)(FILE *out, const struct snoop_line *line);
	int (*end)(FILE *out, const struct run *run, const struct snoop_totals *totals);
};

extern const struct snoop_form snoop_text;
extern const struct snoop_form snoop_json; /* docs/snoop.schema.json */

/* One line of text, for people. */
void snoop_totals__print(FILE *out, const struct snoop_totals *totals);

#endif
