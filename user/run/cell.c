// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "user/run/run.h"

void run_cell__clear(struct run_cell *cell)
{
	free(cell->errnos);
	free(cell->latency.buckets);
	*cell = (struct run_cell){ .process = RUN_NO_PROCESS };
}

bool run_cell__same(const struct run_cell *a, const struct run_cell *b)
{
	return a->device == b->device && a->region == b->region && a->dir == b->dir &&
	       a->wclass == b->wclass && a->process == b->process;
}

/* What is known of one part only is not known of the sum. */
static void add_accesses(struct run_accesses *into, const struct run_accesses *from)
{
	if (into->source != from->source) {
		*into = (struct run_accesses){ .source = RUN_ACCESSES_UNKNOWN };
		return;
	}
	for (int i = 0; i < 4; i++)
		into->by_width[i] += from->by_width[i];
	into->blocks += from->blocks;
	into->refused += from->refused;
}

int run_cell__merge(struct run_cell *into, const struct run_cell *from)
{
	int err;

	for (size_t i = 0; i < from->nr_errnos; i++) {
		err = run_errnos__add(&into->errnos, &into->nr_errnos, from->errnos[i].err,
				      from->errnos[i].count);
		if (err)
			return err;
	}
	err = run_latency__merge(&into->latency, &from->latency);
	if (err)
		return err;
	into->count += from->count;
	into->bytes += from->bytes;
	into->errors += from->errors;
	into->shorts += from->shorts;
	into->unaligned += from->unaligned;
	into->crossing += from->crossing;
	into->untimed += from->untimed;
	add_accesses(&into->accesses, &from->accesses);
	return 0;
}

static void subtract_errnos(struct run_cell *cell, const struct run_cell *older)
{
	size_t kept = 0;

	for (size_t i = 0; i < cell->nr_errnos; i++) {
		struct run_errno entry = cell->errnos[i];

		for (size_t j = 0; j < older->nr_errnos; j++)
			if (older->errnos[j].err == entry.err)
				entry.count -= older->errnos[j].count;
		if (entry.count)
			cell->errnos[kept++] = entry;
	}
	cell->nr_errnos = kept;
}

static void subtract_latency(struct run_latency *latency, const struct run_latency *older)
{
	size_t kept = 0;

	for (size_t i = 0, j = 0; i < latency->nr_buckets; i++) {
		struct run_bucket bucket = latency->buckets[i];

		while (j < older->nr_buckets && older->buckets[j].index < bucket.index)
			j++;
		if (j < older->nr_buckets && older->buckets[j].index == bucket.index)
			bucket.count -= older->buckets[j].count;
		if (bucket.count)
			latency->buckets[kept++] = bucket;
	}
	latency->nr_buckets = kept;
	latency->sum_ns -= older->sum_ns;
}

/*
 * The extremes since the start bound those of the interval, and so do its buckets; the last bucket
 * has no upper end.
 */
static void bound_extremes(struct run_latency *latency)
{
	uint64_t low, high;
	uint32_t last;

	if (!latency->nr_buckets) {
		latency->min_ns = latency->max_ns = 0;
		return;
	}
	low = vs_hist_low(latency->buckets[0].index);
	last = latency->buckets[latency->nr_buckets - 1].index;
	high = last < VS_HIST_BUCKETS - 1 ? vs_hist_low(last + 1) - 1 : UINT64_MAX;
	if (latency->min_ns < low)
		latency->min_ns = low;
	if (latency->max_ns > high)
		latency->max_ns = high;
}

int run_cell__subtract(struct run_cell *cell, const struct run_cell *older)
{
	if (older->count > cell->count)
		return -EINVAL;
	cell->count -= older->count;
	cell->bytes -= older->bytes;
	cell->errors -= older->errors;
	cell->shorts -= older->shorts;
	cell->unaligned -= older->unaligned;
	cell->crossing -= older->crossing;
	cell->untimed -= older->untimed;
	for (int i = 0; i < 4; i++)
		cell->accesses.by_width[i] -= older->accesses.by_width[i];
	cell->accesses.blocks -= older->accesses.blocks;
	cell->accesses.refused -= older->accesses.refused;
	subtract_errnos(cell, older);
	subtract_latency(&cell->latency, &older->latency);
	bound_extremes(&cell->latency);
	return 0;
}
