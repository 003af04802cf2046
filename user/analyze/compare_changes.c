// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/compare_changes.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/array.h"

/* Shares that differ by no more than this say nothing about the mix. */
#define MIX_POINTS 0.01

static __attribute__((format(printf, 2, 3))) int add(struct compare *compare, const char *format,
						     ...)
{
	struct compare_change *change =
		array__append(&compare->changes, &compare->nr_changes, sizeof(*change));
	va_list args;
	int n;

	if (!change)
		return -ENOMEM;
	va_start(args, format);
	n = vasprintf(&change->text, format, args);
	va_end(args);
	if (n >= 0)
		return 0;
	compare->nr_changes--;
	return -ENOMEM;
}

static bool is_on(const struct compare_cell *cell, enum compare_side side)
{
	return cell->side[side].files;
}

static int find_presence(struct compare *compare, const struct compare_cell *cell)
{
	static const char *const words[] = { [COMPARE_BASE] = "gone", [COMPARE_NEW] = "new" };
	enum compare_side side = is_on(cell, COMPARE_NEW) ? COMPARE_NEW : COMPARE_BASE;

	if (is_on(cell, COMPARE_BASE) == is_on(cell, COMPARE_NEW))
		return 0;
	return add(compare, "%s: %s, with a count of %" PRIu64, cell->name, words[side],
		   cell->side[side].total.count);
}

static uint64_t errno_count(const struct run_cell *cell, int err)
{
	for (size_t i = 0; i < cell->nr_errnos; i++)
		if (cell->errnos[i].err == err)
			return cell->errnos[i].count;
	return 0;
}

/* Errnos of @side that the other one never had. */
static int find_errnos(struct compare *compare, const struct compare_cell *cell,
		       enum compare_side side)
{
	const struct run_cell *has = &cell->side[side].total;
	const struct run_cell *other = &cell->side[!side].total;
	char name[32];
	int err = 0;

	for (size_t i = 0; !err && i < has->nr_errnos; i++)
		if (!errno_count(other, has->errnos[i].err))
			err = add(compare, "%s: %s %s, %" PRIu64 " of %" PRIu64 " calls",
				  cell->name,
				  run_errno__name(has->errnos[i].err, name, sizeof(name)),
				  side == COMPARE_NEW ? "is new" : "is gone", has->errnos[i].count,
				  has->count);
	return err;
}

#define ACCESS_KINDS 5

/* Device accesses for each call, by 1, 2, 4, 8 bytes and blocks; false if they are not known. */
static bool accesses_per_call(const struct run_cell *cell, double *per_call)
{
	const struct run_accesses *accesses = &cell->accesses;

	if (accesses->source == RUN_ACCESSES_UNKNOWN || !cell->count)
		return false;
	for (int i = 0; i < 4; i++)
		per_call[i] = (double)accesses->by_width[i] / (double)cell->count;
	per_call[4] = (double)accesses->blocks / (double)cell->count;
	return true;
}

static char *describe_accesses(const double *per_call)
{
	static const char *const names[ACCESS_KINDS] = { "1 byte", "2 bytes", "4 bytes", "8 bytes",
							 "a block" };
	char *text = NULL;
	size_t size, nr = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (int i = 0; i < ACCESS_KINDS; i++)
		if (per_call[i] > 0)
			fprintf(out, "%s%.3g of %s", nr++ ? " + " : "", per_call[i], names[i]);
	if (!nr)
		fputs("none", out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static int find_accesses(struct compare *compare, const struct compare_cell *cell)
{
	double base[ACCESS_KINDS], new[ACCESS_KINDS];
	char *before, *after;
	bool differ = false;
	int err = -ENOMEM;

	if (!accesses_per_call(&cell->side[COMPARE_BASE].total, base) ||
	    !accesses_per_call(&cell->side[COMPARE_NEW].total, new))
		return 0;
	for (int i = 0; i < ACCESS_KINDS; i++)
		differ |= fabs(base[i] - new[i]) > MIX_POINTS;
	if (!differ)
		return 0;
	before = describe_accesses(base);
	after = describe_accesses(new);
	if (before && after)
		err = add(compare, "%s: device accesses for each call: %s, now %s", cell->name,
			  before, after);
	free(before);
	free(after);
	return err;
}

static bool same_mix(const struct compare_cell *a, const struct compare_cell *b)
{
	return a->device && b->device && a->region == b->region && a->dir == b->dir &&
	       !strcmp(a->device, b->device);
}

/* Calls of all widths in the region and direction of @cell. */
static double calls_of_mix(const struct compare *compare, const struct compare_cell *cell,
			   enum compare_side side)
{
	double calls = 0;

	for (size_t i = 0; i < compare->nr_cells; i++)
		if (same_mix(&compare->cells[i], cell))
			calls += (double)compare->cells[i].side[side].total.count;
	return calls;
}

static int find_mix(struct compare *compare, const struct compare_cell *cell)
{
	double share[COMPARE_SIDES];

	if (!cell->device)
		return 0;
	for (int side = 0; side < COMPARE_SIDES; side++) {
		double all = calls_of_mix(compare, cell, side);

		if (all == 0)
			return 0;
		share[side] = (double)cell->side[side].total.count / all;
	}
	if (fabs(share[COMPARE_NEW] - share[COMPARE_BASE]) <= MIX_POINTS)
		return 0;
	return add(compare, "%s: %.1f %% of the calls of this region and direction, now %.1f %%",
		   cell->name, 100 * share[COMPARE_BASE], 100 * share[COMPARE_NEW]);
}

static int find_shorts(struct compare *compare, const struct compare_cell *cell)
{
	double share[COMPARE_SIDES];

	for (int side = 0; side < COMPARE_SIDES; side++) {
		const struct run_cell *total = &cell->side[side].total;

		share[side] = total->count ? (double)total->shorts / (double)total->count : 0;
	}
	if (fabs(share[COMPARE_NEW] - share[COMPARE_BASE]) <= MIX_POINTS)
		return 0;
	return add(compare, "%s: %.1f %% of the calls were short, now %.1f %%", cell->name,
		   100 * share[COMPARE_BASE], 100 * share[COMPARE_NEW]);
}

/* Of lost calls no figure knows. */
static int find_lost(struct compare *compare, enum compare_side side)
{
	static const char *const words[] = {
		[RUN_LOST_EXACT] = "", [RUN_LOST_UPPER_BOUND] = "up to ", [RUN_LOST_UNPROVABLE] = "at least "
	};

	if (compare->lost[side] == 0 && compare->lost_kind[side] != RUN_LOST_UNPROVABLE)
		return 0;
	return add(compare, "%s: %s%.0f calls were lost, %.0f were counted",
		   side == COMPARE_BASE ? "base" : "new", words[compare->lost_kind[side]],
		   compare->lost[side], compare->counted[side]);
}

int compare_changes__find(struct compare *compare)
{
	int err = find_lost(compare, COMPARE_BASE) ?: find_lost(compare, COMPARE_NEW);

	for (size_t i = 0; !err && i < compare->nr_cells; i++) {
		const struct compare_cell *cell = &compare->cells[i];

		err = find_presence(compare, cell);
		err = err ?: find_mix(compare, cell);
		if (!is_on(cell, COMPARE_BASE) || !is_on(cell, COMPARE_NEW))
			continue;
		err = err ?: find_errnos(compare, cell, COMPARE_NEW);
		err = err ?: find_errnos(compare, cell, COMPARE_BASE);
		err = err ?: find_shorts(compare, cell);
		err = err ?: find_accesses(compare, cell);
	}
	return err;
}
