/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run made readable: one file per output form, each behind a struct renderer.
 *
 * Functions return 0 or a negative errno (-ENOMEM; -EOVERFLOW, a count beyond what JSON can hold)
 * and do not look at the stream's state: whoever opened it checks
 * that all was written. What a tenant can name (processes, paths, machines) is escaped here.
 */
#ifndef VFIOSCOPE_RENDER_H
#define VFIOSCOPE_RENDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "user/run/run.h"

/* The order of cells within a device; all but the first put the largest on top. */
enum render_sort {
	RENDER_BY_PLACE, /* region, direction, width */
	RENDER_BY_COUNT,
	RENDER_BY_BYTES,
	RENDER_BY_ERRORS,
	RENDER_BY_P50,
	RENDER_BY_P99,
	RENDER_BY_P999,
	RENDER_BY_MAX,
};

/* All zero, or no options at all (NULL): everything, in the order of place. */
struct render_options {
	const char *title; /* where the run came from: shown in the text header */
	const char *device; /* only cells of the device of this name */
	uint32_t region_mask; /* only these: bit = region index; 0: all */
	uint32_t dir_mask; /* only these: bit = enum vs_dir; 0: all */
	enum render_sort sort;
	uint64_t elapsed_ns; /* what rates are relative to; 0: the time the run traced */
};

struct renderer {
	const char *name;
	const char *help; /* one line */
	bool many; /* several runs may follow one another in one output */
	int (*run)(FILE *out, const struct run *run, const struct render_options *options);
};

/* NULL: there is no such form. */
const struct renderer *renderer__find(const char *name);
/* The forms in the order of --help; NULL past the last. */
const struct renderer *renderer__at(size_t index);

/* enum render_sort from "place", "count", "p99", ...; or -EINVAL. */
int render_sort__parse(const char *name);

/*
 * Parts of the text form, for commands that print while they record.
 *
 * render_cells: a heading and a table per device that has cells; nothing at all when no cell is
 * left. render_totals: one line, the sum over the same cells. render_account: one line,
 * "issued N counted N lost N", over all segments; what weakens "lost" follows in parentheses.
 */
int render_cells(FILE *out, const struct run *run, const struct render_options *options);
int render_totals(FILE *out, const struct run *run, const struct render_options *options);
void render_account(FILE *out, const struct run *run);

#endif
