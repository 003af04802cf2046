// SPDX-License-Identifier: GPL-2.0-only
/* From the kernel's table of offsets to the run's: bpf/offsets.h. */
#include <errno.h>
#include <stdlib.h>

#include "user/trace/tracer.h"

static int by_place(const void *a, const void *b)
{
	const struct run_hot_offset *x = a, *y = b;

	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (x->width > y->width) - (x->width < y->width);
}

/* Calls without a start may have begun before the run by a hair; 0 would be no time. */
static uint64_t since_start(const struct tracer *tracer, uint64_t ns)
{
	uint64_t start = tracer->segments[0].from_ns;

	return ns > start ? ns - start : 1;
}

static int add_entry(const struct tracer *tracer, const struct vs_offset *entry, int cell,
		     struct run *run)
{
	struct run_hot_offset *hot = run__add_hot_offset(run);

	if (!hot)
		return -ENOMEM;
	hot->cell = cell;
	hot->offset = VS_OFFSET_OF(entry->key);
	hot->width = entry->width;
	hot->count = entry->count;
	hot->errors = entry->errors;
	hot->first_ns = since_start(tracer, entry->first_ns);
	hot->last_ns = since_start(tracer, entry->last_ns);
	if (entry->errors) {
		hot->first_error_ns = since_start(tracer, entry->first_error_ns);
		hot->last_error_ns = since_start(tracer, entry->last_error_ns);
	}
	return 0;
}

static void merge_errors(struct run_hot_offset *into, const struct run_hot_offset *from)
{
	if (!from->errors)
		return;
	if (!into->errors || into->first_error_ns > from->first_error_ns)
		into->first_error_ns = from->first_error_ns;
	if (into->last_error_ns < from->last_error_ns)
		into->last_error_ns = from->last_error_ns;
	into->errors += from->errors;
}

/* The same place, counted on another CPU or in another copy of the cell. */
static void merge(struct run_hot_offset *into, const struct run_hot_offset *from)
{
	into->count += from->count;
	if (into->first_ns > from->first_ns)
		into->first_ns = from->first_ns;
	if (into->last_ns < from->last_ns)
		into->last_ns = from->last_ns;
	merge_errors(into, from);
}

static void sort_and_merge(struct run *run)
{
	struct run_hot_offset *offsets = run->hot_offsets;
	size_t kept = 0;

	if (!run->nr_hot_offsets)
		return;
	qsort(offsets, run->nr_hot_offsets, sizeof(*offsets), by_place);
	for (size_t i = 1; i < run->nr_hot_offsets; i++) {
		if (by_place(&offsets[kept], &offsets[i]))
			offsets[++kept] = offsets[i];
		else
			merge(&offsets[kept], &offsets[i]);
	}
	run->nr_hot_offsets = kept + 1;
}

/* While calls go on, cells and offsets would not be of the same moment. */
int offsets__fill(const struct tracer *tracer, const int *cells, struct run *run)
{
	const struct segment *last = &tracer->segments[tracer->nr_segments - 1];
	uint32_t per_cpu = tracer->config->max_offsets;

	run->limits.max_offsets = per_cpu;
	if (!last->to_ns)
		return 0;
	for (size_t i = 0; i < (size_t)tracer->nr_cpus * per_cpu; i++) {
		const struct vs_offset *entry = &tracer->offsets[i];
		int cell = entry->count ? cells[VS_OFFSET_CELL(entry->key)] : -1;

		if (cell >= 0 && add_entry(tracer, entry, cell, run))
			return -ENOMEM;
	}
	for (uint32_t cpu = 0; cpu < tracer->nr_cpus; cpu++)
		run->limits.offsets_dropped += tracer__passages(tracer, cpu)->offsets_dropped;
	sort_and_merge(run);
	return 0;
}
