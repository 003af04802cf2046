// SPDX-License-Identifier: GPL-2.0-only
/* The cells that a trace must have, and bounds of their latencies. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

static int width_class(size_t width)
{
	int class = 9;

	if (width <= 8)
		return width;
	for (size_t most = 16; most <= 4096; most *= 2, class ++)
		if (width <= most)
			return class;
	return class;
}

static void print_width(FILE *out, int class)
{
	if (class < NR_WIDTHS - 1)
		fprintf(out, "%d,", class <= 8 ? class : 16 << (class - 9));
	else
		fprintf(out, ">4096,");
}

static bool is_unaligned(uint64_t offset, size_t width)
{
	for (size_t access = 8; access; access /= 2)
		if (width >= access)
			return offset % access;
	return false;
}

/* One handler call; @result is what it returned. */
static void expect(struct worker *worker, enum dir dir, uint64_t pos, size_t width, ssize_t result,
		   uint64_t ns)
{
	int shift = worker->client->shift;
	uint64_t region = pos >> shift, offset = pos - (region << shift);
	struct cell *cell =
		&worker->cells[region < REGION_BAD ? region : REGION_BAD][dir][width_class(width)];

	cell->count++;
	if (result < 0) {
		cell->errors++;
		cell->errnos[-result]++;
	} else {
		cell->bytes += result;
		cell->shorts += (size_t)result < width;
	}
	cell->unaligned += is_unaligned(offset, width);
	cell->crossing += width && offset / PAGE != (offset + width - 1) / PAGE;
	cell->octaves[63 - __builtin_clzll(ns | 1)]++;
	if (cell->max_ns < ns)
		cell->max_ns = ns;
}

/*
 * The kernel calls the handler for one element of the vector after another, until one is not
 * served in full. The call fails only if the first does.
 *
 * Of the handler calls of one system call, the i-th longest took at most an i-th of its time: so many
 * of at least some length there may be in one cell.
 */
static void expect_vector(struct worker *worker, const struct op *op, uint64_t pos, ssize_t result,
			  uint64_t ns)
{
	size_t left = result < 0 ? 0 : result;
	int calls[NR_WIDTHS] = { 0 };

	if (result < 0) {
		expect(worker, op->dir, pos, op->widths[0], result, ns);
		return;
	}
	for (int i = 0; i < op->nr_widths; i++) {
		size_t width = op->widths[i], got = left < width ? left : width;

		if (i && width && !got && !op->next)
			die("line %d: next= must say what became of element %d", op->line, i);
		expect(worker, op->dir, pos, width, i && width && !got ? -op->next : (ssize_t)got,
		       ns / ++calls[width_class(width)]);
		if (got < width)
			break;
		left -= got;
		pos += got;
	}
}

/* Does the kernel call the handler? Not for an empty vector. */
static bool is_access(const struct op *op)
{
	return op->buf != BUF_KERNEL && (op->total || op->via == VIA_CALL);
}

void expect_op(struct worker *worker, const struct op *op, uint64_t pos, ssize_t result,
	       uint64_t ns)
{
	if (is_access(op))
		expect_vector(worker, op, pos, result, ns);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(strerrorname_np(*(const int *)a), strerrorname_np(*(const int *)b));
}

static void print_errnos(FILE *out, const struct cell *cell)
{
	int errnos[NR_ERRNOS] = { 0 }, nr = 0;

	for (int err = 1; err < NR_ERRNOS; err++)
		if (cell->errnos[err])
			errnos[nr++] = err;
	qsort(errnos, nr, sizeof(errnos[0]), compare_names);
	for (int i = 0; i < nr; i++)
		fprintf(out, "%s%s:%lu", i ? " " : "", strerrorname_np(errnos[i]),
			cell->errnos[errnos[i]]);
}

/* device,region,dir,width, */
static void print_key(FILE *out, const char *device, int region, enum dir dir, int class)
{
	fprintf(out, "%s,", device);
	if (region_name(region))
		fprintf(out, "%s,", region_name(region));
	else if (region == REGION_BAD)
		fprintf(out, "bad,");
	else
		fprintf(out, "region %d,", region);
	fprintf(out, "%s,", dir == DIR_READ ? "read" : "write");
	print_width(out, class);
}

static void print_cell(FILE *out, const struct cell *cell)
{
	fprintf(out, "%lu,%lu,%lu,", cell->count, cell->bytes, cell->errors);
	print_errnos(out, cell);
	fprintf(out, ",%lu,%lu,%lu\n", cell->shorts, cell->unaligned, cell->crossing);
}

static void print_octaves(FILE *out, const struct cell *cell)
{
	const char *space = "";

	fprintf(out, "%lu,", cell->max_ns);
	for (int i = 0; i < 64; i++) {
		if (!cell->octaves[i])
			continue;
		fprintf(out, "%s%d:%lu", space, i, cell->octaves[i]);
		space = " ";
	}
	fprintf(out, "\n");
}

static void add_cell(struct cell *sum, const struct cell *cell)
{
	uint64_t max_ns = sum->max_ns < cell->max_ns ? cell->max_ns : sum->max_ns;
	const uint64_t *from = (const uint64_t *)cell;
	uint64_t *to = (uint64_t *)sum;

	for (size_t i = 0; i < sizeof(*cell) / sizeof(*from); i++)
		to[i] += from[i];
	sum->max_ns = max_ns;
}

/* A line for each cell of all workers. A file appears when it is complete. */
static void print_all(const struct client *client, const char *file,
		      void (*print)(FILE *out, const struct cell *cell))
{
	char path[PATH_MAX] = "/dev/stdout";
	FILE *out;

	if (file)
		snprintf(path, sizeof(path), "%s.tmp", file);
	out = fopen(path, "w");
	if (!out)
		die("%s: %m", path);
	for (int i = 0; i < NR_REGIONS * 2 * NR_WIDTHS; i++) {
		int region = i / NR_WIDTHS / 2, dir = i / NR_WIDTHS % 2, class = i % NR_WIDTHS;
		struct cell sum = { 0 };

		for (int w = 0; w < client->processes * client->threads; w++)
			add_cell(&sum, &client->workers[w].cells[region][dir][class]);
		if (!sum.count)
			continue;
		print_key(out, client->device, region, dir, class);
		print(out, &sum);
	}
	if (fclose(out) || (file && rename(path, file)))
		die("cannot write %s: %m", path);
}

void print_cells(const struct client *client)
{
	print_all(client, client->output, print_cell);
}

void print_times(const struct client *client)
{
	if (client->times)
		print_all(client, client->times, print_octaves);
}
