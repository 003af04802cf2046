/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each case over many files, and where its level changed.
 *
 *	history__add() of the files in the order in which they were recorded, history__finish(), history__free()
 */
#ifndef VFIOSCOPE_ANALYZE_HISTORY_H
#define VFIOSCOPE_ANALYZE_HISTORY_H

#include "user/analyze/compare.h"

struct history_level {
	size_t first, end; /* points of it: first .. end - 1 */
	double median;
};

/* An exact metric of one cell, case or command: one value of each file that has it. */
struct history_series {
	char *name; /* may hold hostile text */
	enum compare_metric metric;
	size_t *files; /* of each point: which file, by the order in which they were added */
	double *values;
	size_t nr;
	struct history_level *levels; /* one where nothing changed */
	size_t nr_levels;
	bool too_short; /* it varies, and no change in it could be significant */
};

struct history {
	struct history_series *series;
	size_t nr_series;
	size_t files;
	size_t needed; /* so many points a series must have for a change to be significant */
};

/* Changes are found at this significance over all series together. */
#define HISTORY_ALPHA 0.05

/* The next file, alone in @one (on the base side), which compare__finish() has not seen. 0 or -ENOMEM. */
int history__add(struct history *history, const struct compare *one);
/* Find the levels. 0 or -ENOMEM. */
int history__finish(struct history *history);
void history__free(struct history *history);

#endif
