// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/evidence.h"

#include <errno.h>
#include <stdlib.h>

#include "user/run/array.h"

/* --- places ----------------------------------------------------------------------------------- */

static int add_place(struct audit_finding *finding, const struct audit_place *fresh)
{
	struct audit_place *place =
		array__append(&finding->places, &finding->nr_places, sizeof(*place));

	if (!place)
		return -ENOMEM;
	*place = *fresh;
	finding->placed += fresh->count;
	return 0;
}

static int add_entry(struct audit_finding *finding, const struct run *run,
		     const struct run_hot_offset *entry)
{
	const struct audit_place place = {
		.offset = entry->offset,
		.width = entry->width,
		.count = entry->count,
		.errors = entry->errors,
		.first_ns = run->started_ns + (int64_t)entry->first_ns,
		.last_ns = run->started_ns + (int64_t)entry->last_ns,
	};

	return add_place(finding, &place);
}

static int by_offset(const void *a, const void *b)
{
	const struct audit_place *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->width < y->width ? -1 : x->width > y->width;
}

static int by_count(const void *a, const void *b)
{
	const struct audit_place *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return by_offset(a, b);
}

static void join(struct audit_place *into, const struct audit_place *from)
{
	into->count += from->count;
	into->errors += from->errors;
	if (from->first_ns < into->first_ns)
		into->first_ns = from->first_ns;
	if (from->last_ns > into->last_ns)
		into->last_ns = from->last_ns;
}

void evidence__sort(struct audit_finding *finding)
{
	struct audit_place *places = finding->places;
	size_t nr = 0;

	if (!places)
		return;
	qsort(places, finding->nr_places, sizeof(*places), by_offset);
	for (size_t i = 0; i < finding->nr_places; i++) {
		if (nr && !by_offset(&places[nr - 1], &places[i]))
			join(&places[nr - 1], &places[i]);
		else
			places[nr++] = places[i];
	}
	finding->nr_places = nr;
	qsort(places, nr, sizeof(*places), by_count);
}

/* --- after a refusal -------------------------------------------------------------------------- */

static bool overlap(const struct run_hot_offset *a, const struct run_hot_offset *b)
{
	return a->offset <= b->offset ? b->offset - a->offset < a->width
				      : a->offset - b->offset < b->width;
}

/* Those calls of @entry that certainly ended after @refusal_ns. */
static struct audit_return after(const struct run_hot_offset *entry, uint64_t refusal_ns)
{
	bool all = entry->first_ns > refusal_ns;
	bool last_succeeded = !entry->errors || entry->last_error_ns < entry->last_ns;

	return (struct audit_return){
		.width = entry->width,
		.count = all ? entry->count : 1,
		.succeeded = all ? entry->count - entry->errors : last_succeeded,
	};
}

/* What was refused in one cell: entries that are against the clause of the finding. */
struct refusals {
	const struct audit_finding *finding;
	struct offsets of;
};

static bool is_refusal(const struct refusals *refusals, const struct run_hot_offset *entry)
{
	return entry->errors &&
	       offset__is_against(refusals->finding->rule, refusals->finding->clause, &refusals->of,
				  entry) == OFFSET_IS;
}

/* How often @entry came after any refusal of other width; count 0: it did not. */
static struct audit_return follow(const struct refusals *refusals,
				  const struct run_hot_offset *entry)
{
	struct audit_return best = {};

	for (size_t i = 0; i < refusals->of.nr; i++) {
		const struct run_hot_offset *refusal = refusals->of.entries[i];
		struct audit_return one;

		if (entry->width == refusal->width || !overlap(entry, refusal) ||
		    entry->last_ns <= refusal->first_error_ns || !is_refusal(refusals, refusal))
			continue;
		one = after(entry, refusal->first_error_ns);
		if (one.count > best.count)
			best = one;
	}
	return best;
}

static int add_return(struct audit_finding *finding, const struct audit_return *fresh)
{
	struct audit_return *entry;

	for (size_t i = 0; i < finding->nr_returns; i++) {
		entry = &finding->returns[i];
		if (entry->width != fresh->width)
			continue;
		entry->count += fresh->count;
		entry->succeeded += fresh->succeeded;
		return 0;
	}
	entry = array__append(&finding->returns, &finding->nr_returns, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	*entry = *fresh;
	return 0;
}

static void outweigh(struct audit_finding *finding, enum audit_comeback comeback)
{
	if (comeback > finding->comeback)
		finding->comeback = comeback;
}

/* Whose calls of the same region and direction these are: the client's, or maybe the client's. */
static bool may_be_client(const struct run_cell *client, const struct run_cell *cell)
{
	return cell->device == client->device && cell->region == client->region &&
	       cell->dir == client->dir &&
	       (cell->process == client->process || cell->process == RUN_NO_PROCESS ||
		client->process == RUN_NO_PROCESS);
}

static int look_in(struct audit_finding *finding, const struct refusals *refusals,
		   const struct offsets *of)
{
	const struct run_cell *client = refusals->of.cell;
	bool is_client = client->process != RUN_NO_PROCESS && of->cell->process == client->process;
	int err = 0;

	if (of->rest)
		outweigh(finding, AUDIT_COMEBACK_UNKNOWN);
	for (size_t i = 0; !err && i < of->nr; i++) {
		struct audit_return one = follow(refusals, of->entries[i]);

		if (!one.count)
			continue;
		outweigh(finding, is_client ? AUDIT_CAME_BACK : AUDIT_COMEBACK_UNKNOWN);
		if (is_client)
			err = add_return(finding, &one);
	}
	return err;
}

static bool all_recorded(const struct run *run)
{
	struct run_account account;

	run__account(run, &account);
	return run->nr_segments && !account.lost && !account.overflow && !account.between.max &&
	       account.lost_kind != RUN_LOST_UNPROVABLE;
}

static int find_comeback(struct audit_finding *finding, const struct offset_index *index,
			 const struct refusals *refusals)
{
	const struct run *run = index->run;
	int err = 0;

	if (!finding->counts.refused.max)
		return 0;
	outweigh(finding, all_recorded(run) ? AUDIT_STAYED_AWAY : AUDIT_COMEBACK_UNKNOWN);
	for (size_t i = 0; !err && i < run->nr_cells; i++) {
		struct offsets of;

		if (!may_be_client(refusals->of.cell, &run->cells[i]))
			continue;
		of = offset_index__of_cell(index, i);
		err = look_in(finding, refusals, &of);
	}
	return err;
}

/* --- the whole -------------------------------------------------------------------------------- */

int evidence__gather(struct audit_finding *finding, const struct offset_index *index, size_t cell)
{
	const struct refusals refusals = { finding, offset_index__of_cell(index, cell) };
	const struct offsets *of = &refusals.of;
	int err = 0;

	finding->times_exact = !of->rest;
	if (finding->rule->level == POLICY_DEVICE_ACCESS)
		return 0;
	for (size_t i = 0; !err && i < of->nr; i++)
		if (offset__is_against(finding->rule, finding->clause, of, of->entries[i]) ==
		    OFFSET_IS)
			err = add_entry(finding, index->run, of->entries[i]);
	return err ?: find_comeback(finding, index, &refusals);
}

int evidence__merge(struct audit_finding *into, struct audit_finding *from)
{
	int err = 0;

	for (size_t i = 0; !err && i < from->nr_places; i++)
		err = add_place(into, &from->places[i]);
	for (size_t i = 0; !err && i < from->nr_returns; i++)
		err = add_return(into, &from->returns[i]);
	into->times_exact = into->times_exact && from->times_exact;
	outweigh(into, from->comeback);
	evidence__free(from);
	return err;
}

void evidence__free(struct audit_finding *finding)
{
	free(finding->places);
	free(finding->returns);
	finding->places = NULL;
	finding->returns = NULL;
	finding->nr_places = finding->nr_returns = 0;
}
