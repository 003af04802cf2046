// SPDX-License-Identifier: GPL-2.0-only
/* A comparison as text and as Markdown: what differs in kind comes before any figure. */
#include <errno.h>
#include <stdlib.h>

#include "user/render/blocks.h"
#include "user/render/compare.h"

static int print_facts(FILE *out, const struct block_style *style, const struct compare *compare)
{
	struct table *table = NULL;

	for (int kind = 0; kind < COMPARE_FACTS; kind++) {
		const struct compare_fact *fact = &compare->facts[kind];

		if (!fact->differs)
			continue;
		if (!table) {
			table = blocks__begin(out, style, "DIFFERS");
			if (!table)
				return -ENOMEM;
			BLOCK_TEXTS(table, "WHAT", "BASE -> NEW", "");
		}
		table__add_row(table);
		table__add(table, compare_fact__name(kind));
		table__take(table, compare_text__fact(fact));
		table__add(table, fact->refused ? "no verdict counts without --across" : "");
	}
	return table ? blocks__finish(out, style, table) : 0;
}

static int print_changes(FILE *out, const struct block_style *style, const struct compare *compare)
{
	int err = 0;

	if (!compare->nr_changes)
		return 0;
	fprintf(out, "\n%sCHANGED IN KIND%s", style->heading, style->under);
	for (size_t i = 0; !err && i < compare->nr_changes; i++)
		err = blocks__line(out, style, compare->changes[i].text);
	return err;
}

static void add_row(struct table *table, const struct compare_cell *cell,
		    enum compare_metric metric)
{
	const struct compare_result *result = &cell->results[metric];
	char buf[COMPARE_TEXT_LEN];

	table__add_row(table);
	table__add(table, cell->name);
	table__add(table, compare_metric__name(metric));
	for (int side = 0; side < COMPARE_SIDES; side++)
		table__add(table, compare_text__median(cell, metric, side, buf));
	table__add(table, compare_text__shift(result, buf));
	table__add(table, compare_text__interval(result, buf));
	table__add(table, compare_text__p(result, buf));
	table__take(table, compare_text__verdict(result));
}

static int print_cells(FILE *out, const struct block_style *style, const struct compare_view *view)
{
	struct table *table = blocks__begin(out, style, "SHIFTS");

	if (!table)
		return -ENOMEM;
	BLOCK_TEXTS(table, "CELL", "OF");
	BLOCK_NUMBERS(table, "BASE", "NEW", "SHIFT", "INTERVAL", "P");
	BLOCK_TEXTS(table, "VERDICT");
	for (size_t i = 0; i < view->compare->nr_cells; i++)
		for (int metric = 0; metric < COMPARE_METRICS; metric++)
			if (compare_view__shows(view, &view->compare->cells[i], metric))
				add_row(table, &view->compare->cells[i], metric);
	return blocks__finish(out, style, table);
}

/* A paragraph for each, since a mail has no room for wide tables. */
static int print_narrow(FILE *out, const struct block_style *style, const struct compare_cell *cell,
			enum compare_metric metric)
{
	const struct compare_result *result = &cell->results[metric];
	char base[COMPARE_TEXT_LEN], new[COMPARE_TEXT_LEN], shift[COMPARE_TEXT_LEN];
	char interval[COMPARE_TEXT_LEN];
	char *line, *verdict = compare_text__verdict(result);
	int err;

	if (!verdict ||
	    asprintf(&line, "%s, %s: %s", cell->name, compare_metric__name(metric), verdict) < 0)
		line = NULL;
	free(verdict);
	err = blocks__take_line(out, style, line);
	if (asprintf(&line, "  %s -> %s, %s (%s)",
		     compare_text__median(cell, metric, COMPARE_BASE, base),
		     compare_text__median(cell, metric, COMPARE_NEW, new),
		     compare_text__shift(result, shift),
		     compare_text__interval(result, interval)) < 0)
		line = NULL;
	return err ?: blocks__take_line(out, style, line);
}

static int print_cells_narrow(FILE *out, const struct block_style *style,
			      const struct compare_view *view)
{
	int err = 0;

	fprintf(out, "\n%sSHIFTS%s", style->heading, style->under);
	for (size_t i = 0; i < view->compare->nr_cells; i++)
		for (int metric = 0; !err && metric < COMPARE_METRICS; metric++)
			if (compare_view__shows(view, &view->compare->cells[i], metric))
				err = print_narrow(out, style, &view->compare->cells[i], metric);
	return err;
}

static int print(FILE *out, const struct block_style *style, const struct compare_view *view)
{
	const struct compare *compare = view->compare;
	int err;

	fprintf(out, "%sCOMPARED%s", style->heading, style->under);
	err = blocks__take_line(out, style, compare_text__files(compare));
	err = err ?: blocks__take_line(out, style, compare_text__rule(compare));
	err = err ?: print_facts(out, style, compare);
	err = err ?: print_changes(out, style, compare);
	err = err ?: (style->narrow ? print_cells_narrow : print_cells)(out, style, view);
	fprintf(out, "\n%sVERDICT%s", style->heading, style->under);
	return err ?: blocks__take_line(out, style, compare_text__conclusion(compare));
}

int render_compare__text(FILE *out, const struct compare_view *view)
{
	return print(out, &block_text, view);
}

int render_compare__markdown(FILE *out, const struct compare_view *view)
{
	return print(out, &block_markdown, view);
}
