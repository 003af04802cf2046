// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/render/blocks.h"
#include "user/render/compare.h"
#include "user/render/history.h"

/* More points than this share columns. */
#define COLUMNS 72

#define HEIGHTS 8
static const char *const bars[HEIGHTS] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
static const char *const digits[HEIGHTS] = { "0", "1", "2", "3", "4", "5", "6", "7" };

static bool begins_level(const struct history_series *series, size_t first, size_t end)
{
	for (size_t i = 1; i < series->nr_levels; i++)
		if (series->levels[i].first >= first && series->levels[i].first < end)
			return true;
	return false;
}

/* Where @value lies between the smallest and the largest, as a bar. */
static const char *bar(const struct history_series *series, double value)
{
	const char *const *all = strcmp(nl_langinfo(CODESET), "UTF-8") ? digits : bars;
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < series->nr; i++) {
		low = fmin(low, series->values[i]);
		high = fmax(high, series->values[i]);
	}
	if (high <= low)
		return all[0];
	return all[(size_t)fmin(HEIGHTS - 1, (value - low) / (high - low) * HEIGHTS)];
}

static void draw(FILE *out, const struct history_series *series)
{
	size_t columns = series->nr < COLUMNS ? series->nr : COLUMNS;

	fputs("  ", out);
	for (size_t column = 0; column < columns; column++) {
		size_t first = column * series->nr / columns;
		size_t end = (column + 1) * series->nr / columns;
		struct sample sample = { series->values + first, end - first };

		fprintf(out, "%s%s", begins_level(series, first, end) ? "|" : "",
			bar(series, sample__mean(sample)));
	}
	fputc('\n', out);
}

static int print_change(FILE *out, const struct history_view *view,
			const struct history_series *series, size_t level)
{
	const struct history_level *before = &series->levels[level - 1],
				   *now = &series->levels[level];
	char from[COMPARE_TEXT_LEN], to[COMPARE_TEXT_LEN];
	char *line;

	if (asprintf(&line, "  changed at %s: %s -> %s (%+.2f%%)",
		     view->paths[series->files[now->first]],
		     compare_text__value(series->metric, before->median, from),
		     compare_text__value(series->metric, now->median, to),
		     100 * (now->median / before->median - 1)) < 0)
		line = NULL;
	return blocks__take_line(out, &block_text, line);
}

static int print_series(FILE *out, const struct history_view *view,
			const struct history_series *series)
{
	const struct history_level *last = &series->levels[series->nr_levels - 1];
	char value[COMPARE_TEXT_LEN];
	char *line;
	int err;

	if (asprintf(&line, "%s, %s: %zu files, now %s", series->name,
		     compare_metric__name(series->metric), series->nr,
		     compare_text__value(series->metric, last->median, value)) < 0)
		line = NULL;
	err = blocks__take_line(out, &block_text, line);
	draw(out, series);
	for (size_t level = 1; !err && level < series->nr_levels; level++)
		err = print_change(out, view, series, level);
	return err;
}

static void conclude(FILE *out, const struct history *history)
{
	size_t changed = 0, too_short = 0;

	for (size_t i = 0; i < history->nr_series; i++) {
		changed += history->series[i].nr_levels > 1;
		too_short += history->series[i].too_short;
	}
	if (!history->nr_series) {
		fprintf(out, "nothing in them can be followed\n");
		return;
	}
	if (too_short && too_short == history->nr_series) {
		fprintf(out, "\ntoo few files to find a change in: it takes %zu\n",
			history->needed);
		return;
	}
	fprintf(out,
		"\n%zu of %zu changed over %zu files, at a significance of %g over all of them\n",
		changed, history->nr_series, history->files, HISTORY_ALPHA);
	if (too_short)
		fprintf(out, "too few files of %zu of them to find a change in: it takes %zu\n",
			too_short, history->needed);
}

int render_history__text(FILE *out, const struct history_view *view)
{
	const struct history *history = view->history;
	int err = 0;

	for (size_t i = 0; !err && i < history->nr_series; i++)
		err = print_series(out, view, &history->series[i]);
	conclude(out, history);
	return err;
}
