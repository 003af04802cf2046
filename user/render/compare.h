/* SPDX-License-Identifier: GPL-2.0-only */
/* A comparison made readable. What runs name is escaped here. All return 0 or -ENOMEM. */
#ifndef VFIOSCOPE_RENDER_COMPARE_H
#define VFIOSCOPE_RENDER_COMPARE_H

#include <stdio.h>

#include "user/analyze/compare.h"

struct compare_view {
	const struct compare *compare;
	bool all; /* each metric of each cell; else what verdicts rest on */
};

int render_compare__text(FILE *out, const struct compare_view *view);
int render_compare__markdown(FILE *out, const struct compare_view *view); /* fit for a mail */
int render_compare__json(FILE *out, const struct compare_view *view); /* vfioscope.compare/1 */
/* One self-contained file, with both distributions of each cell drawn over each other. */
int render_compare__html(FILE *out, const struct compare_view *view);

/* For these forms: is the result one that the cell's verdict rests on, or worth a line in itself? */
bool compare_view__shows(const struct compare_view *view, const struct compare_cell *cell,
			 enum compare_metric metric);

/* "1.23us", "4.56M/s", "0.1%": a value as people read it; to @buf of this size. */
#define COMPARE_TEXT_LEN 64
const char *compare_text__value(enum compare_metric metric, double value, char *buf);
/* The same of the median of a side; "-": it has no value. */
const char *compare_text__median(const struct compare_cell *cell, enum compare_metric metric,
				 enum compare_side side, char *buf);
const char *compare_text__shift(const struct compare_result *result, char *buf);
const char *compare_text__interval(const struct compare_result *result, char *buf);
const char *compare_text__p(const struct compare_result *result, char *buf);

/* New strings or NULL, no memory: "undecided: too few units, it takes 8 a side". */
char *compare_text__verdict(const struct compare_result *result);
/* All values that a fact has on both sides: "6.1.0 -> 7.0.1". */
char *compare_text__fact(const struct compare_fact *fact);
/* What was compared, by which rule, and the last line: what was found. */
char *compare_text__files(const struct compare *compare);
char *compare_text__rule(const struct compare *compare);
char *compare_text__conclusion(const struct compare *compare);

#endif
