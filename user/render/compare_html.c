// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison as one HTML file that needs no other: no scripts, no fonts, nothing is loaded. Drawings
 * are SVG; what runs name is escaped.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/render/compare.h"
#include "user/render/escape.h"
#include "user/render/units.h"

/* A drawing, in pixels, and in how many bins of equal ratio its latencies are gathered. */
#define WIDTH 480
#define HEIGHT 90
#define BINS 80

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	"<title>vfioscope compare</title>\n<style>\n"
	"body { font: 14px/1.4 sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em }\n"
	"table { border-collapse: collapse } th, td { padding: .2em .8em; text-align: left }\n"
	"tr { border-bottom: 1px solid #ddd } td.n { text-align: right; white-space: nowrap }\n"
	".regression { color: #b00020; font-weight: bold } .improvement { color: #00695c }\n"
	".undecided { color: #8a5a00 }\n"
	"svg { background: #fafafa; vertical-align: middle }\n"
	".base { fill: #3366cc; stroke: #3366cc } .new { fill: #dd7711; stroke: #dd7711 }\n"
	"path.base, path.new { fill-opacity: .3 } text { font-size: 10px; fill: #555 }\n"
	"</style></head><body>\n";

static const char *const side_names[COMPARE_SIDES] = { "base", "new" };

static int put_text(FILE *out, const char *before, const char *text, const char *after)
{
	int err;

	fputs(before, out);
	err = escape__html(out, text ?: "-");
	fputs(after, out);
	return err;
}

/* Frees @text, where NULL is no memory. */
static int take_text(FILE *out, const char *before, char *text, const char *after)
{
	int err = text ? put_text(out, before, text, after) : -ENOMEM;

	free(text);
	return err;
}

/* --- drawings --------------------------------------------------------------------------------- */

struct drawing {
	double low, high; /* ns, as logarithms: the left and right end */
	double share[COMPARE_SIDES][BINS];
	double most;
};

static void widen(struct drawing *drawing, const struct run_latency *latency)
{
	double low = log(fmax(1, (double)latency->min_ns));
	double high = log(fmax(1, (double)run_latency__quantile(latency, 0.999)));

	if (drawing->high == 0 || low < drawing->low)
		drawing->low = low;
	drawing->high = fmax(drawing->high, high);
}

static void gather(struct drawing *drawing, enum compare_side side,
		   const struct run_latency *latency)
{
	double span = fmax(drawing->high - drawing->low, 1e-3);
	double count = (double)run_latency__count(latency);

	for (size_t i = 0; i < latency->nr_buckets; i++) {
		double at = log(fmax(1, (double)vs_hist_low(latency->buckets[i].index)));
		int bin = (int)fmin(BINS - 1, fmax(0, (at - drawing->low) / span * BINS));
		double *share = &drawing->share[side][bin];

		*share += (double)latency->buckets[i].count / count;
		drawing->most = fmax(drawing->most, *share);
	}
}

static void draw_side(FILE *out, const struct drawing *drawing, enum compare_side side)
{
	fprintf(out, "<path class=\"%s\" d=\"M0 %d", side_names[side], HEIGHT);
	for (int bin = 0; bin < BINS; bin++) {
		double height = drawing->share[side][bin] / drawing->most * (HEIGHT - 4);

		fprintf(out, " V%.1f H%.1f", HEIGHT - height, (bin + 1.0) * WIDTH / BINS);
	}
	fprintf(out, " V%d Z\"/>", HEIGHT);
}

/* How often which latency was, on both sides: from the fastest to the 99.9th percentile, in equal ratios. */
static void draw_latencies(FILE *out, const struct compare_cell *cell)
{
	struct drawing drawing = {};
	char low[UNITS_LEN], high[UNITS_LEN];

	for (int side = 0; side < COMPARE_SIDES; side++)
		widen(&drawing, &cell->side[side].total.latency);
	for (int side = 0; side < COMPARE_SIDES; side++)
		gather(&drawing, side, &cell->side[side].total.latency);
	fprintf(out, "<svg width=\"%d\" height=\"%d\" role=\"img\">", WIDTH, HEIGHT + 14);
	for (int side = 0; side < COMPARE_SIDES; side++)
		draw_side(out, &drawing, side);
	fprintf(out, "<text x=\"2\" y=\"%d\">%s</text>", HEIGHT + 11,
		units__duration_fraction(exp(drawing.low), low));
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text></svg>\n", WIDTH - 2,
		HEIGHT + 11, units__duration_fraction(exp(drawing.high), high));
}

static void find_ends(const struct compare_cell *cell, enum compare_metric metric, double *low,
		      double *high)
{
	*low = INFINITY;
	*high = -INFINITY;
	for (int side = 0; side < COMPARE_SIDES; side++) {
		const struct compare_values *values = &cell->side[side].metrics[metric];

		for (size_t i = 0; i < values->nr; i++) {
			*low = fmin(*low, values->values[i]);
			*high = fmax(*high, values->values[i]);
		}
	}
}

static void draw_strokes(FILE *out, const struct compare_values *values, enum compare_side side,
			 double low, double high)
{
	double span = high > low ? high - low : 1;

	fprintf(out, "<path class=\"%s\" d=\"", side_names[side]);
	for (size_t i = 0; i < values->nr; i++)
		fprintf(out, "M%.1f %dv%d", 2 + (values->values[i] - low) / span * (WIDTH - 4),
			side * HEIGHT / 4, HEIGHT / 4 - 2);
	fputs("\"/>", out);
}

/* Of each unit a stroke, in a line for each side. */
static void draw_units(FILE *out, const struct compare_cell *cell, enum compare_metric metric)
{
	char text[COMPARE_TEXT_LEN];
	double low, high;

	find_ends(cell, metric, &low, &high);
	fprintf(out, "<svg width=\"%d\" height=\"%d\" role=\"img\">", WIDTH, HEIGHT / 2 + 14);
	for (int side = 0; side < COMPARE_SIDES; side++)
		draw_strokes(out, &cell->side[side].metrics[metric], side, low, high);
	fprintf(out, "<text x=\"2\" y=\"%d\">%s</text>", HEIGHT / 2 + 11,
		compare_text__value(metric, low, text));
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text></svg>\n", WIDTH - 2,
		HEIGHT / 2 + 11, compare_text__value(metric, high, text));
}

static void draw(FILE *out, const struct compare_cell *cell)
{
	const struct compare_sums *base = &cell->side[COMPARE_BASE],
				  *new = &cell->side[COMPARE_NEW];

	if (base->total.latency.nr_buckets && new->total.latency.nr_buckets)
		draw_latencies(out, cell);
	for (int metric = 0; metric < COMPARE_METRICS; metric++)
		if (compare_metric__is_exact(metric) && base->metrics[metric].nr > 1 &&
		    new->metrics[metric].nr > 1)
			draw_units(out, cell, metric);
}

/* --- the document ----------------------------------------------------------------------------- */

static int put_facts(FILE *out, const struct compare *compare)
{
	int err = 0;

	for (int kind = 0; !err && kind < COMPARE_FACTS; kind++) {
		const struct compare_fact *fact = &compare->facts[kind];

		if (!fact->differs)
			continue;
		err = put_text(out, "<p>Differs: ", compare_fact__name(kind), ": ");
		err = err
			      ?: take_text(out, "", compare_text__fact(fact),
					   fact->refused
						   ? "; no verdict counts without --across</p>\n"
						   : "</p>\n");
	}
	return err;
}

static int put_changes(FILE *out, const struct compare *compare)
{
	int err = 0;

	if (!compare->nr_changes)
		return 0;
	fputs("<h2>Changed in kind</h2><ul>\n", out);
	for (size_t i = 0; !err && i < compare->nr_changes; i++)
		err = put_text(out, "<li>", compare->changes[i].text, "</li>\n");
	fputs("</ul>\n", out);
	return err;
}

static int put_result(FILE *out, const struct compare_cell *cell, enum compare_metric metric)
{
	const struct compare_result *result = &cell->results[metric];
	char buf[COMPARE_TEXT_LEN];
	int err;

	fprintf(out, "<tr class=\"%s\"><td>%s</td>", compare_verdict__name(result->verdict),
		compare_metric__name(metric));
	for (int side = 0; side < COMPARE_SIDES; side++)
		fprintf(out, "<td class=\"n\">%s</td>",
			compare_text__median(cell, metric, side, buf));
	fprintf(out, "<td class=\"n\">%s</td>", compare_text__shift(result, buf));
	fprintf(out, "<td class=\"n\">%s</td>", compare_text__interval(result, buf));
	fprintf(out, "<td class=\"n\">%s</td>", compare_text__p(result, buf));
	err = take_text(out, "<td>", compare_text__verdict(result), "</td></tr>\n");
	return err;
}

static int put_cell(FILE *out, const struct compare_view *view, const struct compare_cell *cell)
{
	int err = put_text(out, "<h2>", cell->name, "</h2>\n");

	fputs("<table><tr><th></th><th>base</th><th>new</th><th>shift</th><th>interval</th>"
	      "<th>p</th><th>verdict</th></tr>\n",
	      out);
	for (int metric = 0; !err && metric < COMPARE_METRICS; metric++)
		if (compare_view__shows(view, cell, metric))
			err = put_result(out, cell, metric);
	fputs("</table>\n", out);
	draw(out, cell);
	return err;
}

int render_compare__html(FILE *out, const struct compare_view *view)
{
	const struct compare *compare = view->compare;
	int err;

	fputs(head, out);
	err = take_text(out, "<h1>Base and new</h1>\n<p><b>", compare_text__conclusion(compare),
			"</b></p>\n");
	err = err ?: take_text(out, "<p>", compare_text__files(compare), "</p>\n");
	err = err ?: take_text(out, "<p>", compare_text__rule(compare), "</p>\n");
	fputs("<p><span style=\"color:#3366cc\">&#9632; base</span> "
	      "<span style=\"color:#dd7711\">&#9632; new</span></p>\n",
	      out);
	err = err ?: put_facts(out, compare);
	err = err ?: put_changes(out, compare);
	for (size_t i = 0; !err && i < compare->nr_cells; i++)
		if (compare->cells[i].verdict != COMPARE_NO_VERDICT)
			err = put_cell(out, view, &compare->cells[i]);
	fputs("</body></html>\n", out);
	return err;
}
