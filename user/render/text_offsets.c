// SPDX-License-Identifier: GPL-2.0-only
/* Where in their regions calls were: the offsets and the pages that had most of them. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "user/render/names.h"
#include "user/render/table.h"
#include "user/render/text.h"
#include "user/render/units.h"
#include "user/render/view.h"

/* Rows that a table has at most; the rest is counted below it. */
#define MOST_ROWS 20

/* What the options let through: of the run's offsets, with most calls first. */
struct selection {
	const struct run *run;
	bool *cells; /* [run->nr_cells] */
	bool has_processes; /* that these are of */
	const struct run_hot_offset **offsets;
	size_t nr_offsets;
};

static int by_count(const void *a, const void *b)
{
	const struct run_hot_offset *x = *(const struct run_hot_offset *const *)a;
	const struct run_hot_offset *y = *(const struct run_hot_offset *const *)b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x > y) - (x < y); /* as the run has them */
}

static int select_offsets(struct selection *selection, const struct view *view)
{
	const struct run *run = view->run;

	selection->run = run;
	selection->cells = calloc(run->nr_cells + 1, sizeof(*selection->cells));
	selection->offsets = calloc(run->nr_hot_offsets + 1, sizeof(void *));
	if (!selection->cells || !selection->offsets)
		return -ENOMEM;
	for (size_t i = 0; i < view->nr_rows; i++) {
		selection->cells[view->rows[i].cell - run->cells] = true;
		selection->has_processes |= view->rows[i].cell->process != RUN_NO_PROCESS;
	}
	for (size_t i = 0; i < run->nr_hot_offsets; i++)
		if (selection->cells[run->hot_offsets[i].cell])
			selection->offsets[selection->nr_offsets++] = &run->hot_offsets[i];
	qsort(selection->offsets, selection->nr_offsets, sizeof(void *), by_count);
	return 0;
}

static void add_columns(struct table *table, const char *const *texts, const char *const *numbers)
{
	for (; *texts; texts++)
		table__add_column(table, *texts);
	for (; *numbers; numbers++)
		table__add_number_column(table, *numbers);
}

static void print_left_out(FILE *out, size_t nr, const char *what)
{
	if (nr > MOST_ROWS)
		fprintf(out, "%zu more %s, each with no more calls than the last one here\n",
			nr - MOST_ROWS, what);
}

/* --- offsets ------------------------------------------------------------------------------------- */

static void add_time(struct table *table, bool known, uint64_t ns)
{
	char buf[UNITS_LEN];

	table__add(table, known ? units__duration(ns, buf) : NULL);
}

static void add_process(struct table *table, const struct run *run, const struct run_cell *cell)
{
	const struct run_process *process = names__process(run, cell);

	if (process)
		table__take(table, names__process_label(process));
	else
		table__add(table, NULL);
}

static void add_offset(struct table *table, const struct selection *selection,
		       const struct run_hot_offset *hot)
{
	const struct run *run = selection->run;
	const struct run_cell *cell = &run->cells[hot->cell];
	const struct run_device *device = &run->devices[cell->device];
	bool detailed = run_hot_offset__is_detailed(hot);
	char buf[NAMES_LEN];

	table__add_row(table);
	table__add(table, device->name);
	table__add(table, names__region(device, cell->region, buf));
	table__add(table, run_dir__name(cell->dir));
	if (selection->has_processes)
		add_process(table, run, cell);
	table__addf(table, "0x%" PRIx64, hot->offset);
	if (detailed)
		table__addf(table, "%" PRIu64, hot->width);
	else
		table__add(table, NULL);
	table__addf(table, "%" PRIu64, hot->count);
	if (detailed)
		table__addf(table, "%" PRIu64, hot->errors);
	else
		table__add(table, NULL);
	add_time(table, detailed, hot->first_ns);
	add_time(table, detailed, hot->last_ns);
	add_time(table, hot->errors, hot->first_error_ns);
	add_time(table, hot->errors, hot->last_error_ns);
}

static int print_offsets(FILE *out, const struct selection *selection)
{
	const char *const texts[] = { "DEVICE", "REGION", "DIR",
				      selection->has_processes ? "PROCESS" : NULL, NULL };
	static const char *const numbers[] = { "OFFSET",      "WIDTH",	    "COUNT",
					       "ERRORS",      "FIRST",	    "LAST",
					       "FIRST ERROR", "LAST ERROR", NULL };
	struct table *table = table__new();
	int err;

	if (!table)
		return -ENOMEM;
	add_columns(table, texts, numbers);
	for (size_t i = 0; i < selection->nr_offsets && i < MOST_ROWS; i++)
		add_offset(table, selection, selection->offsets[i]);
	fputs("\nOFFSETS\n", out);
	err = table__print(table, out);
	table__free(table);
	print_left_out(out, selection->nr_offsets, "offsets");
	return err;
}

/* --- pages --------------------------------------------------------------------------------------- */

static int by_calls(const void *a, const void *b)
{
	const struct run_page *x = a, *y = b;
	uint64_t x_calls = x->calls[VS_READ] + x->calls[VS_WRITE];
	uint64_t y_calls = y->calls[VS_READ] + y->calls[VS_WRITE];

	if (x_calls != y_calls)
		return x_calls > y_calls ? -1 : 1;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->region != y->region)
		return x->region < y->region ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static void add_page(struct table *table, const struct run *run, const struct run_page *page)
{
	const struct run_device *device = &run->devices[page->device];
	char buf[NAMES_LEN];

	table__add_row(table);
	table__add(table, device->name);
	table__add(table, names__region(device, page->region, buf));
	table__addf(table, "0x%" PRIx64, page->offset);
	table__addf(table, "%" PRIu64, page->calls[VS_READ]);
	table__addf(table, "%" PRIu64, page->calls[VS_WRITE]);
	table__addf(table, "%" PRIu64, page->errors);
	table__add(table, page->trap ? run_trap__name(page->trap) : NULL);
}

static int print_pages(FILE *out, const struct selection *selection)
{
	static const char *const texts[] = { "DEVICE", "REGION", NULL };
	static const char *const numbers[] = { "PAGE", "READS", "WRITES", "ERRORS", NULL };
	struct table *table = table__new();
	struct run_page *pages = NULL;
	size_t nr = 0;
	int err = table ? run__pages(selection->run, selection->cells, &pages, &nr) : -ENOMEM;

	if (err)
		goto cleanup;
	qsort(pages, nr, sizeof(*pages), by_calls);
	add_columns(table, texts, numbers);
	table__add_column(table, "WHY");
	for (size_t i = 0; i < nr && i < MOST_ROWS; i++)
		add_page(table, selection->run, &pages[i]);
	fputs("\nTRAPPED PAGES\n", out);
	err = table__print(table, out);
	print_left_out(out, nr, "pages");
cleanup:
	free(pages);
	table__free(table);
	return err;
}

/* ------------------------------------------------------------------------------------------------- */

static void print_dropped(FILE *out, const struct run_limits *limits)
{
	if (limits->offsets_dropped)
		fprintf(out,
			"calls that found no room in the table of offsets: %" PRIu64
			"; --offsets=N makes it larger\n",
			limits->offsets_dropped);
}

int text__offsets(FILE *out, const struct run *run, const struct render_options *options)
{
	struct selection selection = {};
	struct view view;
	int err = view__init(&view, run, options);

	if (!err)
		err = select_offsets(&selection, &view);
	if (!err && selection.nr_offsets) {
		err = print_offsets(out, &selection);
		print_dropped(out, &run->limits);
		err = err ?: print_pages(out, &selection);
	}
	free(selection.cells);
	free(selection.offsets);
	view__free(&view);
	return err;
}
