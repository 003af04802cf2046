// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/array.h"

static struct history_series *series_of(struct history *history, const char *name,
					enum compare_metric metric)
{
	struct history_series *series;

	for (size_t i = 0; i < history->nr_series; i++) {
		series = &history->series[i];
		if (series->metric == metric && !strcmp(series->name, name))
			return series;
	}
	series = array__append(&history->series, &history->nr_series, sizeof(*series));
	if (!series)
		return NULL;
	series->metric = metric;
	series->name = strdup(name);
	return series->name ? series : NULL;
}

static int add_point(struct history_series *series, size_t file, double value)
{
	size_t nr = series->nr;
	size_t *at = array__append(&series->files, &nr, sizeof(*at));
	double *last = at ? array__append(&series->values, &series->nr, sizeof(*last)) : NULL;

	if (!last)
		return -ENOMEM;
	*at = file;
	*last = value;
	return 0;
}

/* What the client of a trace made of its time is no property of the driver. */
static bool is_followed(const struct compare *one, enum compare_metric metric)
{
	return compare_metric__is_exact(metric) &&
	       !(one->kind == COMPARE_TRACE && metric == COMPARE_THROUGHPUT);
}

int history__add(struct history *history, const struct compare *one)
{
	int err = 0;

	for (size_t i = 0; i < one->nr_cells; i++) {
		const struct compare_cell *cell = &one->cells[i];

		for (int metric = 0; !err && metric < COMPARE_METRICS; metric++) {
			const struct compare_values *values =
				&cell->side[COMPARE_BASE].metrics[metric];
			struct history_series *series;

			if (!values->nr || !is_followed(one, metric))
				continue;
			series = series_of(history, cell->name, metric);
			err = series ? add_point(series, history->files, values->values[0])
				     : -ENOMEM;
		}
	}
	history->files++;
	return err;
}

static int add_level(struct history_series *series, size_t first, size_t end)
{
	struct history_level *level =
		array__append(&series->levels, &series->nr_levels, sizeof(*level));
	double median;
	int err;

	if (!level)
		return -ENOMEM;
	err = sample__median((struct sample){ series->values + first, end - first }, &median);
	*level = (struct history_level){ first, end, median };
	return err;
}

static int find_levels(struct history_series *series, double alpha)
{
	const struct sample sample = { series->values, series->nr };
	size_t *starts = calloc(series->nr, sizeof(*starts));
	size_t first = 0, nr;
	int err;

	if (!starts)
		return -ENOMEM;
	err = change_points(sample, alpha, starts, &nr);
	for (size_t i = 0; !err && i < nr; i++) {
		err = add_level(series, first, starts[i]);
		first = starts[i];
	}
	free(starts);
	return err ?: add_level(series, first, series->nr);
}

/*
 * What was found counts, and so does that two or more are the same: a machine may be deterministic, and the next file
 * tells what the newest one was.
 */
static bool is_too_short(const struct history_series *series, size_t needed)
{
	const struct sample older = { series->values, series->nr - 1 };

	return series->nr < needed && series->nr_levels < 2 &&
	       (series->nr < 3 || !sample__is_constant(older));
}

int history__finish(struct history *history)
{
	double alpha = HISTORY_ALPHA / (double)history->nr_series;
	int err = 0;

	if (history->nr_series)
		history->needed = change_points__least_nr(alpha);
	for (size_t i = 0; !err && i < history->nr_series; i++) {
		struct history_series *series = &history->series[i];

		err = find_levels(series, alpha);
		series->too_short = is_too_short(series, history->needed);
	}
	return err;
}

void history__free(struct history *history)
{
	for (size_t i = 0; i < history->nr_series; i++) {
		free(history->series[i].name);
		free(history->series[i].files);
		free(history->series[i].values);
		free(history->series[i].levels);
	}
	free(history->series);
}
