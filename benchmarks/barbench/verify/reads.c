// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/verify/reads.h"

/* A driver that says that it read, and did not, gives what other widths will not say. */
#define UNTOUCHED 0xa5

/* Read into @cell for the first time. */
static int read_first(struct port *port, const struct verify_range *range, struct verify_cell *cell)
{
	unsigned char *data = malloc(cell->width);
	ssize_t n;

	if (!data)
		return -ENOMEM;
	memset(data, UNTOUCHED, cell->width);
	n = port__read(port, cell->offset, data, cell->width);
	if (n == -ECANCELED) {
		free(data);
		return 0;
	}
	verify_cell__book(cell, n, port->stop == PORT_AER);
	/* What lies beyond the range is nobody's, whatever the driver says. */
	if (verify_range__within(range, cell->offset, n))
		cell->data = data;
	else
		free(data);
	return 0;
}

/* A call that first succeeds and then does not is as good as bytes that change. */
static void mark_differences(struct verify_range *range, const struct verify_cell *cell,
			     const unsigned char *data, ssize_t n)
{
	uint32_t nr = verify_range__within(range, cell->offset, cell->returned), i;

	for (i = 0; i < nr; i++) {
		if (n != (ssize_t)cell->returned || data[i] != cell->data[i])
			verify_range__byte(range, cell->offset + i)->changes = true;
	}
}

void reads__again(struct port *port, struct verify_range *range, const struct verify_cell *cell)
{
	unsigned char data[ACCESS_MAX_WIDTH];
	ssize_t n;

	if (cell->dir != VS_READ || !cell->data)
		return;
	memset(data, UNTOUCHED, cell->width);
	n = port__read(port, cell->offset, data, cell->width);
	if (n != -ECANCELED)
		mark_differences(range, cell, data, n);
}

int reads__make(struct port *port, struct verify_range *range)
{
	size_t i;
	int err;

	for (i = 0; i < range->nr_cells; i++) {
		if (range->cells[i].dir != VS_READ)
			continue;
		err = read_first(port, range, &range->cells[i]);
		if (err)
			return err;
		reads__again(port, range, &range->cells[i]);
	}
	for (i = 0; i < range->nr_cells; i++)
		reads__again(port, range, &range->cells[i]);
	return 0;
}

static void compare_cell(struct verify_range *range, const struct verify_cell *cell)
{
	uint32_t nr = verify_range__within(range, cell->offset, cell->returned), i;
	struct verify_byte *byte;

	for (i = 0; i < nr; i++) {
		byte = verify_range__byte(range, cell->offset + i);
		if (!byte->width) {
			byte->value = cell->data[i];
			byte->width = (uint16_t)cell->width;
		}
		byte->compared |= byte->width != cell->width;
		byte->disputed |= byte->value != cell->data[i];
	}
}

void reads__compare(struct verify_range *range)
{
	size_t i;

	for (i = 0; i < range->nr_cells; i++) {
		if (range->cells[i].dir == VS_READ && range->cells[i].data)
			compare_cell(range, &range->cells[i]);
	}
}

int reads__majority(struct verify_cell *const *cells, size_t nr, uint64_t offset)
{
	size_t votes[256] = { 0 }, all = 0, i;
	int value;

	for (i = 0; i < nr; i++) {
		if (!reads__has(cells[i], offset))
			continue;
		votes[cells[i]->data[offset - cells[i]->offset]]++;
		all++;
	}
	for (value = 0; value < 256; value++) {
		if (votes[value] * 2 > all)
			return value;
	}
	return -1;
}
