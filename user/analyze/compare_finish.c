// SPDX-License-Identifier: GPL-2.0-only
/* All files are in: match what goes by other names, judge, and put what matters first. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/compare_changes.h"
#include "user/analyze/compare_facts.h"
#include "user/analyze/compare_judge.h"

static bool same_place(const struct compare_cell *a, const struct compare_cell *b)
{
	return a->region == b->region && a->dir == b->dir && a->wclass == b->wclass;
}

/* The sums of @from that are of the new side become those of @into. */
static void move_new(struct compare_cell *into, struct compare_cell *from)
{
	into->side[COMPARE_NEW] = from->side[COMPARE_NEW];
	from->side[COMPARE_NEW] = (struct compare_sums){};
}

static void drop_empty(struct compare *compare)
{
	size_t kept = 0;

	for (size_t i = 0; i < compare->nr_cells; i++) {
		struct compare_cell *cell = &compare->cells[i];

		if (cell->side[COMPARE_BASE].files || cell->side[COMPARE_NEW].files) {
			compare->cells[kept++] = *cell;
			continue;
		}
		free(cell->name);
		free(cell->device);
	}
	compare->nr_cells = kept;
}

/*
 * The device of a second machine or driver has another address: where each side has one device only,
 * these are compared with one another.
 */
static void match_devices(struct compare *compare)
{
	const struct compare_fact *devices = &compare->facts[COMPARE_DEVICE];

	if (compare->kind != COMPARE_TRACE || devices->nr[COMPARE_BASE] != 1 ||
	    devices->nr[COMPARE_NEW] != 1)
		return;
	for (size_t i = 0; i < compare->nr_cells; i++) {
		struct compare_cell *new = &compare->cells[i];

		for (size_t j = 0; !new->side[COMPARE_BASE].files &&j < compare->nr_cells; j++) {
			struct compare_cell *base = &compare->cells[j];

			if (base->side[COMPARE_BASE].files && same_place(base, new) &&
			    !base->side[COMPARE_NEW].files)
				move_new(base, new);
		}
	}
	drop_empty(compare);
}

/* How far off the result is that the verdict of the cell rests on. */
static double size_of(const struct compare_cell *cell)
{
	double most = 0;

	for (int metric = 0; metric < COMPARE_METRICS; metric++)
		if (cell->results[metric].verdict == cell->verdict)
			most = fmax(most, fabs(cell->results[metric].shift));
	return most;
}

static int by_weight(const void *a, const void *b)
{
	const struct compare_cell *x = a, *y = b;
	double more = size_of(y) - size_of(x);

	if (x->verdict != y->verdict)
		return (int)x->verdict - (int)y->verdict;
	if (more != 0)
		return more > 0 ? 1 : -1;
	return strverscmp(x->name, y->name);
}

int compare__finish(struct compare *compare)
{
	int err;

	match_devices(compare);
	compare_facts__finish(compare);
	err = compare_changes__find(compare);
	err = err ?: compare_judge(compare);
	if (!err && compare->nr_cells)
		qsort(compare->cells, compare->nr_cells, sizeof(*compare->cells), by_weight);
	return err;
}

enum compare_verdict compare__verdict(const struct compare *compare)
{
	if (compare->refused || compare->lossy)
		return COMPARE_UNDECIDED;
	if (compare->verdicts[COMPARE_REGRESSION])
		return COMPARE_REGRESSION;
	if (compare->verdicts[COMPARE_UNDECIDED] ||
	    compare->verdicts[COMPARE_NO_VERDICT] == compare->nr_cells)
		return COMPARE_UNDECIDED;
	return compare->verdicts[COMPARE_IMPROVEMENT] ? COMPARE_IMPROVEMENT
						      : COMPARE_NOT_SIGNIFICANT;
}
