// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/verify/expect.h"

static const struct verify_range *find_range(const struct verify_record *record,
					     const struct verify_range *like)
{
	size_t i;

	for (i = 0; i < record->nr_ranges; i++) {
		const struct verify_range *range = &record->ranges[i];

		if (range->region == like->region && range->offset == like->offset &&
		    range->length == like->length)
			return range;
	}
	return NULL;
}

/* Of one range, so alignment and position are those of the offset. */
static int compare_cells(const void *a, const void *b)
{
	const struct verify_cell *left = *(const struct verify_cell *const *)a;
	const struct verify_cell *right = *(const struct verify_cell *const *)b;

	if (left->dir != right->dir)
		return left->dir < right->dir ? -1 : 1;
	if (left->width != right->width)
		return left->width < right->width ? -1 : 1;
	if (left->offset != right->offset)
		return left->offset < right->offset ? -1 : 1;
	return 0;
}

/* The cells in an order to search them; malloc'ed. */
static const struct verify_cell **sort(const struct verify_range *range)
{
	const struct verify_cell **cells = calloc(range->nr_cells + 1, sizeof(*cells));
	size_t i;

	for (i = 0; cells && i < range->nr_cells; i++)
		cells[i] = &range->cells[i];
	if (cells)
		qsort(cells, range->nr_cells, sizeof(*cells), compare_cells);
	return cells;
}

static bool is_same(const struct verify_cell *a, const struct verify_cell *b)
{
	return a->result == b->result && a->err == b->err && a->returned == b->returned;
}

/* "EINVAL", "short (3 bytes)"; malloc'ed. */
static char *describe(const struct verify_cell *cell)
{
	char buf[32], *text;
	const char *name = verify_cell__result(cell, buf, sizeof(buf));
	int n;

	if (cell->result == VERIFY_SHORT)
		n = asprintf(&text, "%s (%u bytes)", name, cell->returned);
	else
		n = asprintf(&text, "%s", name);
	return n < 0 ? NULL : text;
}

static int add(struct verify_record *record, const struct verify_range *range,
	       const struct verify_cell *expected, const struct verify_cell *got)
{
	struct verify_deviation *deviation = verify_record__add_deviation(record);

	if (!deviation)
		return -ENOMEM;
	deviation->region = strdup(range->name);
	deviation->dir = got->dir;
	deviation->width = got->width;
	deviation->offset = got->offset;
	deviation->expected = describe(expected);
	deviation->got = describe(got);
	return deviation->region && deviation->expected && deviation->got ? 0 : -ENOMEM;
}

static int compare_range(struct verify_record *record, const struct verify_range *expected)
{
	const struct verify_range *range = find_range(record, expected);
	const struct verify_cell **cells = range ? sort(range) : NULL, **found;
	size_t i;
	int err = 0;

	if (range && !cells)
		return -ENOMEM;
	for (i = 0; i < expected->nr_cells && !err; i++) {
		const struct verify_cell *cell = &expected->cells[i];

		if (cell->result == VERIFY_NOT_TRIED || cell->result == VERIFY_AER)
			continue;
		found = range ? bsearch(&cell, cells, range->nr_cells, sizeof(*cells),
					compare_cells)
			      : NULL;
		if (!found || (*found)->result == VERIFY_NOT_TRIED)
			record->not_held++;
		else if (!is_same(cell, *found))
			err = add(record, range, cell, *found);
	}
	free(cells);
	return err;
}

int expect__compare(struct verify_record *record, const struct verify_record *expected)
{
	size_t i;
	int err = 0;

	for (i = 0; i < expected->nr_ranges && !err; i++)
		err = compare_range(record, &expected->ranges[i]);
	return err;
}
