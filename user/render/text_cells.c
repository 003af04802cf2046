// SPDX-License-Identifier: GPL-2.0-only
/* The cell tables and the lines of totals of the text form. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "user/render/escape.h"
#include "user/render/names.h"
#include "user/render/text.h"
#include "user/render/units.h"
#include "user/render/view.h"

struct cell_column;

/* What a column has to look at for one field. */
struct cell_field {
	const struct cell_column *column;
	const struct view *view;
	const struct run_cell *cell;
};

/* Which columns there are is decided by the whole view: the same for all devices. */
struct cell_column {
	const char *name;
	bool text; /* else a number, to the right */
	bool (*wanted)(const struct view *view); /* NULL: always */
	void (*put)(struct table *table, const struct cell_field *field);
	size_t offset; /* of a counter in struct run_cell */
	double quantile;
};

static void put_region(struct table *table, const struct cell_field *field)
{
	const struct run_device *device = &field->view->run->devices[field->cell->device];
	char buf[NAMES_LEN];

	table__add(table, names__region(device, field->cell->region, buf));
}

static void put_dir(struct table *table, const struct cell_field *field)
{
	table__add(table, run_dir__name(field->cell->dir));
}

static void put_width(struct table *table, const struct cell_field *field)
{
	table__add(table, run_width__name(field->cell->wclass));
}

static void put_counter(struct table *table, const struct cell_field *field)
{
	const char *counter = (const char *)field->cell + field->column->offset;

	table__addf(table, "%" PRIu64, *(const uint64_t *)counter);
}

static void put_rate(struct table *table, const struct cell_field *field)
{
	const struct view *view = field->view;
	char buf[UNITS_LEN];

	table__add(table,
		   view->elapsed_ns ? units__rate(view__rate(view, field->cell), buf) : NULL);
}

static void put_bytes(struct table *table, const struct cell_field *field)
{
	char buf[UNITS_LEN];

	table__add(table, units__bytes(field->cell->bytes, buf));
}

static void put_quantile(struct table *table, const struct cell_field *field)
{
	const struct run_latency *latency = &field->cell->latency;
	uint64_t ns = run_latency__quantile(latency, field->column->quantile);
	char buf[UNITS_LEN];

	table__add(table, latency->nr_buckets ? units__duration(ns, buf) : NULL);
}

static void put_max(struct table *table, const struct cell_field *field)
{
	const struct run_latency *latency = &field->cell->latency;
	char buf[UNITS_LEN];

	table__add(table, latency->nr_buckets ? units__duration(latency->max_ns, buf) : NULL);
}

void text__add_process(struct table *table, const struct run *run, const struct run_cell *cell)
{
	const struct run_process *process = names__process(run, cell);

	if (process)
		table__take(table, names__process_full(process));
	else
		table__add(table, NULL);
}

static void put_process(struct table *table, const struct cell_field *field)
{
	text__add_process(table, field->view->run, field->cell);
}

static void put_errnos(struct table *table, const struct cell_field *field)
{
	table__take(table, names__errnos(field->cell->errnos, field->cell->nr_errnos));
}

static bool any_errno(const struct view *view)
{
	for (size_t i = 0; i < view->nr_rows; i++)
		if (view->rows[i].cell->nr_errnos)
			return true;
	return false;
}

#define COUNTER(title, field)                                                                 \
	{                                                                                     \
		.name = title, .put = put_counter, .offset = offsetof(struct run_cell, field) \
	}
#define QUANTILE(title, q)                                        \
	{                                                         \
		.name = title, .put = put_quantile, .quantile = q \
	}

static const struct cell_column columns[] = {
	{ .name = "REGION", .text = true, .put = put_region },
	{ .name = "DIR", .text = true, .put = put_dir },
	{ .name = "WIDTH", .put = put_width },
	COUNTER("COUNT", count),
	{ .name = "RATE/s", .put = put_rate },
	{ .name = "BYTES", .put = put_bytes },
	QUANTILE("P50", 0.5),
	QUANTILE("P90", 0.9),
	QUANTILE("P99", 0.99),
	QUANTILE("P99.9", 0.999),
	{ .name = "MAX", .put = put_max },
	COUNTER("ERRORS", errors),
	COUNTER("SHORT", shorts),
	COUNTER("UNALIGN", unaligned),
	COUNTER("UNTIMED", untimed),
	{ .name = "PROCESS", .text = true, .wanted = view__has_processes, .put = put_process },
	{ .name = "ERRNOS", .text = true, .wanted = any_errno, .put = put_errnos },
};

#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void add_columns(struct table *table, const struct view *view)
{
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct cell_column *column = &columns[i];

		if (column->wanted && !column->wanted(view))
			continue;
		if (column->text)
			table__add_column(table, column->name);
		else
			table__add_number_column(table, column->name);
	}
}

static void add_cell(struct table *table, const struct view *view, const struct run_cell *cell)
{
	table__add_row(table);
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct cell_field field = { &columns[i], view, cell };

		if (!columns[i].wanted || columns[i].wanted(view))
			columns[i].put(table, &field);
	}
}

/* ", used by comm[pid]" where one process has all rows of the device. */
static int print_process(FILE *out, const struct view *view, const struct run_cell *cell)
{
	const struct run_process *process = names__process(view->run, cell);
	char *label, *safe;

	if (!process || view__has_processes(view))
		return 0;
	label = names__process_full(process);
	safe = label ? escape__text(label) : NULL;
	if (safe)
		fprintf(out, ", used by %s", safe);
	free(label);
	free(safe);
	return safe ? 0 : -ENOMEM;
}

/* Of the rows that begin with @cell. */
static int print_heading(FILE *out, const struct view *view, const struct run_cell *cell)
{
	const struct run_device *device = &view->run->devices[cell->device];
	char *name = escape__text(device->name);
	char *driver = escape__text(device->driver ?: "driver unknown");
	int err = name && driver ? 0 : -ENOMEM;

	if (!err) {
		fprintf(out, "%s (%s)", name, driver);
		err = print_process(out, view, cell);
		fputc('\n', out);
	}
	free(name);
	free(driver);
	return err;
}

/* Prints the rows from *@row on that are of one device and moves *@row past them. */
static int print_device(FILE *out, const struct view *view, size_t *row)
{
	const struct run_cell *first = view->rows[*row].cell;
	struct table *table = table__new();
	int err = -ENOMEM;

	if (!table)
		return err;
	add_columns(table, view);
	for (; *row < view->nr_rows && view->rows[*row].cell->device == first->device; ++*row)
		add_cell(table, view, view->rows[*row].cell);

	err = print_heading(out, view, first);
	if (!err)
		err = table__print(table, out);
	table__free(table);
	return err;
}

int render_cells(FILE *out, const struct run *run, const struct render_options *options)
{
	struct view view;
	size_t row = 0;
	int err = view__init(&view, run, options);

	while (!err && row < view.nr_rows) {
		if (row)
			fputc('\n', out);
		err = print_device(out, &view, &row);
	}
	view__free(&view);
	return err;
}

int render_totals(FILE *out, const struct run *run, const struct render_options *options)
{
	struct run_cell sum = { 0 };
	char bytes[UNITS_LEN], rate[UNITS_LEN], elapsed[UNITS_LEN];
	struct view view;
	int err = view__init(&view, run, options);

	if (err)
		return err;
	for (size_t i = 0; i < view.nr_rows; i++) {
		const struct run_cell *cell = view.rows[i].cell;

		sum.count += cell->count;
		sum.bytes += cell->bytes;
		sum.errors += cell->errors;
		sum.shorts += cell->shorts;
		sum.untimed += cell->untimed;
	}
	fprintf(out,
		"total: %" PRIu64 " accesses in %zu cells, %s bytes, %s/s over %s, %" PRIu64
		" errors, %" PRIu64 " short, %" PRIu64 " untimed\n",
		sum.count, view.nr_rows, units__bytes(sum.bytes, bytes),
		units__rate(view__rate(&view, &sum), rate),
		units__duration(view.elapsed_ns, elapsed), sum.errors, sum.shorts, sum.untimed);
	view__free(&view);
	return 0;
}

void render_account(FILE *out, const struct run *run)
{
	static const char *const weakness[] = {
		[RUN_LOST_EXACT] = "",
		[RUN_LOST_UPPER_BOUND] = " (lost at most: some skipped calls may not be ours)",
		[RUN_LOST_UNPROVABLE] = " (lost at least: this kernel does not count all it skips)",
	};
	struct run_account account;

	run__account(run, &account);
	fprintf(out, "issued %" PRIu64 " counted %" PRIu64 " lost %" PRIu64 "%s",
		account.counted + account.lost, account.counted, account.lost,
		weakness[account.lost_kind]);
	if (account.between.max)
		fprintf(out, "; %" PRIu64 " to %" PRIu64 " more fell between segments",
			account.between.min, account.between.max);
	fputc('\n', out);
}
