// SPDX-License-Identifier: GPL-2.0-only
/* What calls cost in device accesses, by the width of each load and store. */
#include <errno.h>
#include <inttypes.h>

#include "user/render/names.h"
#include "user/render/text.h"
#include "user/render/view.h"

static uint64_t sum_of(const struct run_accesses *accesses)
{
	uint64_t sum = accesses->blocks + accesses->refused;

	for (int i = 0; i < 4; i++)
		sum += accesses->by_width[i];
	return sum;
}

static void add_columns(struct table *table, const struct view *view)
{
	static const char *const texts[] = { "DEVICE", "REGION", "DIR" };
	static const char *const numbers[] = { "WIDTH", "CALLS", "1 BYTE",  "2",       "4",
					       "8",	"BLOCK", "REFUSED", "PER CALL" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		table__add_column(table, texts[i]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		table__add_number_column(table, numbers[i]);
	table__add_column(table, "HOW");
	if (view__has_processes(view))
		table__add_column(table, "PROCESS");
}

static void add_counts(struct table *table, const struct run_accesses *accesses, uint64_t calls)
{
	for (int i = 0; i < 4; i++)
		table__addf(table, "%" PRIu64, accesses->by_width[i]);
	table__addf(table, "%" PRIu64, accesses->blocks);
	table__addf(table, "%" PRIu64, accesses->refused);
	if (calls)
		table__addf(table, "%.4g", (double)sum_of(accesses) / calls);
	else
		table__add(table, NULL);
	table__add(table, run_accesses_source__name(accesses->source));
}

static void add_cell(struct table *table, const struct view *view, const struct run_cell *cell)
{
	const struct run_device *device = &view->run->devices[cell->device];
	bool derived = cell->accesses.source == RUN_ACCESSES_DERIVED;
	uint64_t calls = cell->count - (derived ? cell->errors : 0);
	char buf[NAMES_LEN];

	table__add_row(table);
	table__add(table, device->name);
	table__add(table, names__region(device, cell->region, buf));
	table__add(table, run_dir__name(cell->dir));
	table__add(table, run_width__name(cell->wclass));
	table__addf(table, "%" PRIu64, calls);
	add_counts(table, &cell->accesses, calls);
	if (view__has_processes(view))
		text__add_process(table, view->run, cell);
}

static void add_elsewhere(struct table *table, const struct view *view)
{
	const struct run_accesses *elsewhere = &view->run->accesses_elsewhere;

	if (!sum_of(elsewhere))
		return;
	table__add_row(table);
	table__add(table, "in-kernel");
	for (int i = 0; i < 4; i++)
		table__add(table, NULL);
	add_counts(table, elsewhere, 0);
	if (view__has_processes(view))
		table__add(table, NULL);
}

/* The rows whose accesses are known, and the number of calls whose are not. */
static size_t add_cells(struct table *table, const struct view *view, uint64_t *unknown)
{
	size_t known = 0;

	for (size_t i = 0; i < view->nr_rows; i++) {
		const struct run_cell *cell = view->rows[i].cell;

		if (cell->accesses.source == RUN_ACCESSES_UNKNOWN) {
			*unknown += cell->count;
			continue;
		}
		add_cell(table, view, cell);
		known++;
	}
	return known;
}

static int print_table(FILE *out, const struct view *view, struct table *table)
{
	uint64_t unknown = 0;
	int err;

	add_columns(table, view);
	if (!add_cells(table, view, &unknown) && !sum_of(&view->run->accesses_elsewhere))
		return 0;
	add_elsewhere(table, view);
	fputs("\nDEVICE ACCESSES\n", out);
	err = table__print(table, out);
	if (unknown)
		fprintf(out,
			"unknown: those of %" PRIu64
			" calls, whose region or driver follows no known rule\n",
			unknown);
	return err;
}

int text__accesses(FILE *out, const struct run *run, const struct render_options *options)
{
	struct table *table = table__new();
	struct view view;
	int err;

	if (!table)
		return -ENOMEM;
	err = view__init(&view, run, options);
	if (!err)
		err = print_table(out, &view, table);
	view__free(&view);
	table__free(table);
	return err;
}
