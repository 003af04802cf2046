// SPDX-License-Identifier: GPL-2.0-only
/* Collects: from each file one value of each metric in each cell. */
#include "user/analyze/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/compare_facts.h"
#include "user/run/array.h"

static const double quantiles[COMPARE_METRICS] = {
	[COMPARE_P50] = 0.5, [COMPARE_P90] = 0.9, [COMPARE_P99] = 0.99, [COMPARE_P999] = 0.999
};

void compare__init(struct compare *compare, const struct compare_options *options)
{
	*compare = (struct compare){ .options = *options };
}

static void free_sums(struct compare_sums *sums)
{
	for (int metric = 0; metric < COMPARE_METRICS; metric++)
		free(sums->metrics[metric].values);
	run_cell__clear(&sums->total);
}

void compare__free(struct compare *compare)
{
	for (size_t i = 0; i < compare->nr_cells; i++) {
		struct compare_cell *cell = &compare->cells[i];

		for (int side = 0; side < COMPARE_SIDES; side++)
			free_sums(&cell->side[side]);
		free(cell->name);
		free(cell->device);
	}
	for (size_t i = 0; i < compare->nr_changes; i++)
		free(compare->changes[i].text);
	compare_facts__free(compare);
	free(compare->cells);
	free(compare->changes);
}

static int take_kind(struct compare *compare, enum compare_side side, enum compare_kind kind)
{
	if (compare->files[COMPARE_BASE] + compare->files[COMPARE_NEW] && compare->kind != kind)
		return -EINVAL;
	compare->kind = kind;
	compare->files[side]++;
	compare->next = 0;
	return 0;
}

static bool is_cell(const struct compare_cell *cell, const struct compare_cell *key)
{
	return cell->region == key->region && cell->dir == key->dir &&
	       cell->wclass == key->wclass &&
	       !strcmp(cell->device ?: cell->name, key->device ?: key->name);
}

/* Files have their cells in about the same order: the search begins behind the one found before. */
static struct compare_cell *find_cell(struct compare *compare, const struct compare_cell *key)
{
	for (size_t i = 0; i < compare->nr_cells; i++) {
		size_t at = (compare->next + i) % compare->nr_cells;

		if (!is_cell(&compare->cells[at], key))
			continue;
		compare->next = at + 1;
		return &compare->cells[at];
	}
	return NULL;
}

/* The cell of @key, whose texts are copied. NULL: no memory. */
static struct compare_cell *cell_of(struct compare *compare, const struct compare_cell *key)
{
	struct compare_cell *cell = find_cell(compare, key);

	if (cell)
		return cell;
	cell = array__append(&compare->cells, &compare->nr_cells, sizeof(*cell));
	if (!cell)
		return NULL;
	*cell = *key;
	cell->name = strdup(key->name);
	cell->device = key->device ? strdup(key->device) : NULL;
	return cell->name && !cell->device == !key->device ? cell : NULL;
}

/* Of the first, what its accesses are known by holds for the sum. */
static int merge_cell(struct run_cell *into, const struct run_cell *from, bool first)
{
	if (first)
		into->accesses.source = from->accesses.source;
	return run_cell__merge(into, from);
}

static int add_value(struct compare_sums *sums, enum compare_metric metric, double value)
{
	struct compare_values *values = &sums->metrics[metric];
	double *last = array__append(&values->values, &values->nr, sizeof(*last));

	if (!last)
		return -ENOMEM;
	*last = value;
	return 0;
}

/* So few latencies do not tell such a quantile: ten are to lie above it. */
static bool tells_quantile(uint64_t count, double q)
{
	return (double)count * (1 - q) >= 10 * (1 - 1e-9);
}

static int add_latency(struct compare_sums *sums, const struct run_latency *latency)
{
	uint64_t count = run_latency__count(latency);
	int err;

	if (!count)
		return 0;
	err = add_value(sums, COMPARE_MEAN, run_latency__mean(latency));
	for (int metric = COMPARE_P50; !err && metric <= COMPARE_P999; metric++)
		if (tells_quantile(count, quantiles[metric]))
			err = add_value(sums, metric,
					run_latency__interpolate(latency, quantiles[metric]));
	return err;
}

/* One more file's part of the cell: its sums, and of latencies and errors its values. */
static int add_file(struct compare_sums *sums, const struct run_cell *cell)
{
	int err = merge_cell(&sums->total, cell, !sums->files++);

	if (!err && cell->count)
		err = add_value(sums, COMPARE_ERROR_RATE,
				(double)cell->errors / (double)cell->count);
	return err ?: add_latency(sums, &cell->latency);
}

static int add_trace_cell(struct compare *compare, enum compare_side side, const struct run *run,
			  const struct run_cell *cell)
{
	const struct run_device *device = &run->devices[cell->device];
	char region[32], name[512];
	struct compare_cell *to;
	int err;

	run_region__name(device->bus, cell->region, region, sizeof(region));
	snprintf(name, sizeof(name), "%s %s %s %s", device->name, region, run_dir__name(cell->dir),
		 run_width__name(cell->wclass));
	to = cell_of(compare, &(struct compare_cell){ .name = name,
						      .device = device->name,
						      .region = cell->region,
						      .wclass = cell->wclass,
						      .dir = cell->dir });
	if (!to)
		return -ENOMEM;
	err = add_file(&to->side[side], cell);
	if (!err && run->duration_ns)
		err = add_value(&to->side[side], COMPARE_THROUGHPUT,
				(double)cell->count * 1e9 / (double)run->duration_ns);
	return err;
}

static bool same_place(const struct run_cell *a, const struct run_cell *b)
{
	return a->device == b->device && a->region == b->region && a->dir == b->dir &&
	       a->wclass == b->wclass;
}

/*
 * The cell @first with those of other processes in the same place, unless an earlier one has been
 * it: the run is one unit, whoever called.
 */
static int add_place(struct compare *compare, enum compare_side side, const struct run *run,
		     size_t first)
{
	const struct run_cell *cells = run->cells;
	struct run_cell sum = { .device = cells[first].device,
				.region = cells[first].region,
				.dir = cells[first].dir,
				.wclass = cells[first].wclass };
	int err = 0;

	for (size_t i = 0; i < first; i++)
		if (same_place(&cells[i], &cells[first]))
			return 0;
	for (size_t i = first; !err && i < run->nr_cells; i++)
		if (same_place(&cells[i], &cells[first]))
			err = merge_cell(&sum, &cells[i], i == first);
	err = err ?: add_trace_cell(compare, side, run, &sum);
	run_cell__clear(&sum);
	return err;
}

/* A value of @metric from each repetition, or one of all of them together, as the unit is. */
static int add_repetitions(const struct compare *compare, struct compare_sums *sums,
			   enum compare_metric metric, const double *values, size_t nr,
			   double whole)
{
	int err = 0;

	if (!nr)
		return 0;
	if (!compare->options.repetitions)
		return add_value(sums, metric, whole);
	for (size_t i = 0; !err && i < nr; i++)
		err = add_value(sums, metric, values[i]);
	return err;
}

static int add_samples(const struct compare *compare, struct compare_sums *sums,
		       const struct run_case *c)
{
	double *rates = calloc(c->nr_samples ?: 1, sizeof(*rates));
	double ops = 0, elapsed_s = 0;
	size_t nr = 0;
	int err;

	if (!rates)
		return -ENOMEM;
	for (size_t i = 0; i < c->nr_samples; i++) {
		double s = (double)c->samples[i].elapsed_ns / 1e9;

		if (s > 0)
			rates[nr++] = (double)c->samples[i].ops / s;
		ops += (double)c->samples[i].ops;
		elapsed_s += s;
	}
	err = add_repetitions(compare, sums, COMPARE_THROUGHPUT, rates, nr, ops / elapsed_s);
	free(rates);
	return err;
}

static int add_case(struct compare *compare, enum compare_side side, const struct run_case *c)
{
	struct compare_cell *cell = cell_of(compare, &(struct compare_cell){ .name = c->id });
	const struct run_cell part = { .count = c->operations,
				       .errors = c->errors,
				       .errnos = c->errnos,
				       .nr_errnos = c->nr_errnos,
				       .latency = c->latency };

	if (!cell)
		return -ENOMEM;
	return add_file(&cell->side[side], &part) ?: add_samples(compare, &cell->side[side], c);
}

int compare__add_run(struct compare *compare, enum compare_side side, const struct run *run)
{
	bool is_trace = run->kind == RUN_TRACE;
	int err = take_kind(compare, side, is_trace ? COMPARE_TRACE : COMPARE_BENCH);

	err = err ?: compare_facts__add(compare, side, run);
	for (size_t i = 0; !err && is_trace && i < run->nr_cells; i++)
		err = add_place(compare, side, run, i);
	for (size_t i = 0; !err && !is_trace && i < run->nr_cases; i++)
		err = add_case(compare, side, &run->cases[i]);
	return err;
}

static int add_timing(struct compare *compare, enum compare_side side,
		      const struct compare_timing *timing)
{
	const struct compare_cell key = { .name = (char *)timing->command };
	const struct run_cell part = { .count = timing->nr, .errors = timing->failed };
	struct compare_cell *cell = cell_of(compare, &key);

	if (!cell)
		return -ENOMEM;
	return add_file(&cell->side[side], &part)
		       ?: add_repetitions(
				  compare, &cell->side[side], COMPARE_MEAN, timing->times_ns,
				  timing->nr,
				  sample__mean((struct sample){ timing->times_ns, timing->nr }));
}

int compare__add_timings(struct compare *compare, enum compare_side side,
			 const struct compare_timing *timings, size_t nr)
{
	int err = take_kind(compare, side, COMPARE_COMMANDS);

	for (size_t i = 0; !err && i < nr; i++)
		err = add_timing(compare, side, &timings[i]);
	return err;
}
