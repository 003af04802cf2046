// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct render_options no_options;

static bool wanted(const struct run *run, const struct run_cell *cell,
		   const struct render_options *options)
{
	if (!cell->count)
		return false;
	if (options->device && strcmp(run->devices[cell->device].name, options->device) != 0)
		return false;
	if (options->region_mask &&
	    !(cell->region < 32 && options->region_mask & (1U << cell->region)))
		return false;
	return !options->dir_mask || options->dir_mask & (1U << cell->dir);
}

static uint64_t sort_key(const struct run_cell *cell, enum render_sort sort)
{
	switch (sort) {
	case RENDER_BY_PLACE:
		return 0;
	case RENDER_BY_COUNT:
		return cell->count;
	case RENDER_BY_BYTES:
		return cell->bytes;
	case RENDER_BY_ERRORS:
		return cell->errors;
	case RENDER_BY_P50:
		return run_latency__quantile(&cell->latency, 0.5);
	case RENDER_BY_P99:
		return run_latency__quantile(&cell->latency, 0.99);
	case RENDER_BY_P999:
		return run_latency__quantile(&cell->latency, 0.999);
	case RENDER_BY_MAX:
		return cell->latency.max_ns;
	}
	return 0;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_rows(const void *left, const void *right)
{
	const struct view_row *a = left, *b = right;
	const struct run_cell *x = a->cell, *y = b->cell;
	int result;

	result = order(x->device, y->device);
	result = result ?: order(b->key, a->key);
	result = result ?: order(x->region, y->region);
	result = result ?: order(x->dir, y->dir);
	result = result ?: order(x->wclass, y->wclass);
	return result ?: x->process - y->process;
}

/* Attaching and a change of method take time in which nothing is counted: it is in no segment. */
static uint64_t traced_ns(const struct run *run)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < run->nr_segments; i++)
		sum += run->segments[i].duration_ns;
	return sum ?: run->duration_ns;
}

int view__init(struct view *view, const struct run *run, const struct render_options *options)
{
	options = options ?: &no_options;
	*view = (struct view){ .run = run };
	view->elapsed_ns = options->elapsed_ns ?: traced_ns(run);
	view->rows = calloc(run->nr_cells + 1, sizeof(*view->rows));
	if (!view->rows)
		return -ENOMEM;

	for (size_t i = 0; i < run->nr_cells; i++) {
		const struct run_cell *cell = &run->cells[i];

		if (wanted(run, cell, options))
			view->rows[view->nr_rows++] =
				(struct view_row){ .cell = cell,
						   .key = sort_key(cell, options->sort) };
	}
	qsort(view->rows, view->nr_rows, sizeof(*view->rows), compare_rows);
	return 0;
}

void view__free(struct view *view)
{
	free(view->rows);
	view->rows = NULL;
	view->nr_rows = 0;
}

bool view__has_processes(const struct view *view)
{
	for (size_t i = 1; i < view->nr_rows; i++) {
		const struct run_cell *cell = view->rows[i].cell, *before = view->rows[i - 1].cell;

		if (cell->device == before->device && cell->process != before->process)
			return true;
	}
	return false;
}

double view__rate(const struct view *view, const struct run_cell *cell)
{
	return view->elapsed_ns ? cell->count * 1e9 / view->elapsed_ns : 0;
}
