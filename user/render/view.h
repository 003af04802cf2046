/* SPDX-License-Identifier: GPL-2.0-only */
/* The cells of a run that the options let through, grouped by device and sorted. */
#ifndef VFIOSCOPE_RENDER_VIEW_H
#define VFIOSCOPE_RENDER_VIEW_H

#include "user/render/render.h"

struct view_row {
	const struct run_cell *cell;
	uint64_t key; /* what the rows of a device are sorted by, largest first */
};

struct view {
	const struct run *run;
	uint64_t elapsed_ns; /* what rates are relative to; 0: there is no rate */
	struct view_row *rows;
	size_t nr_rows;
};

/* Cells in which nothing happened are left out. The run must outlive the view. */
int view__init(struct view *view, const struct run *run, const struct render_options *options);
void view__free(struct view *view);

/*
 * Does it take a column to tell processes apart? Not if each device is used by one only (or none is told),
 * which can be said once for all rows.
 */
bool view__has_processes(const struct view *view);

/* Accesses per second; 0 where there is no elapsed time. */
double view__rate(const struct view *view, const struct run_cell *cell);

#endif
