// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/offsets.h"

#include <errno.h>
#include <stdlib.h>

#include "user/analyze/limits.h"

/* --- by cell ---------------------------------------------------------------------------------- */

static void fill_index(struct offset_index *index, size_t *next)
{
	const struct run *run = index->run;

	for (size_t i = 0; i < run->nr_hot_offsets; i++)
		if (run_hot_offset__is_detailed(&run->hot_offsets[i]))
			index->entries[next[run->hot_offsets[i].cell]++] = &run->hot_offsets[i];
}

int offset_index__init(struct offset_index *index, const struct run *run)
{
	size_t *next = calloc(run->nr_cells + 1, sizeof(*next));

	*index = (struct offset_index){
		.run = run,
		.entries = calloc(run->nr_hot_offsets + 1, sizeof(*index->entries)),
		.first = calloc(run->nr_cells + 1, sizeof(*index->first)),
	};
	if (!next || !index->entries || !index->first) {
		free(next);
		offset_index__free(index);
		return -ENOMEM;
	}
	for (size_t i = 0; i < run->nr_hot_offsets; i++)
		if (run_hot_offset__is_detailed(&run->hot_offsets[i]))
			index->first[run->hot_offsets[i].cell + 1]++;
	for (size_t i = 0; i < run->nr_cells; i++) {
		index->first[i + 1] += index->first[i];
		next[i] = index->first[i];
	}
	fill_index(index, next);
	free(next);
	return 0;
}

void offset_index__free(struct offset_index *index)
{
	free(index->entries);
	free(index->first);
	*index = (struct offset_index){};
}

struct offsets offset_index__of_cell(const struct offset_index *index, size_t cell)
{
	struct offsets of = {
		.run = index->run,
		.cell = &index->run->cells[cell],
		.entries = index->entries + index->first[cell],
		.nr = index->first[cell + 1] - index->first[cell],
	};

	of.rest = of.cell->count;
	of.rest_failed = of.cell->errors;
	for (size_t i = 0; i < of.nr; i++) {
		of.rest -= of.entries[i]->count;
		of.rest_failed -= of.entries[i]->errors;
	}
	if (of.rest_failed > of.rest) /* the run contradicts itself */
		of.rest_failed = of.rest;
	return of;
}

/* --- one call --------------------------------------------------------------------------------- */

static uint64_t natural_alignment(uint64_t width)
{
	uint64_t align = 1;

	while (align < 8 && align * 2 <= width)
		align *= 2;
	return align;
}

static enum offset_verdict is_misaligned(const struct policy_rule *rule,
					 const struct run_hot_offset *entry)
{
	uint64_t align = rule->aligned == POLICY_NATURALLY ? natural_alignment(entry->width)
							   : rule->aligned;

	return entry->offset & (align - 1) ? OFFSET_IS : OFFSET_NOT;
}

/* @boundary is a power of two; 0: any. */
static bool crosses(const struct run_hot_offset *entry, uint64_t boundary)
{
	uint64_t at = boundary ? entry->offset & (boundary - 1) : 0;

	return entry->width > 1 && (!boundary || entry->width > boundary - at);
}

static enum offset_verdict is_crossing(const struct policy_rule *rule, const struct offsets *of,
				       const struct run_hot_offset *entry)
{
	struct audit_range boundary = limits__resolve(&rule->no_crossing, of->run, of->cell);

	if (boundary.min == boundary.max)
		return crosses(entry, boundary.min) ? OFFSET_IS : OFFSET_NOT;
	return crosses(entry, 0) ? OFFSET_MAYBE : OFFSET_NOT;
}

static enum offset_verdict is_wrong_size(const struct policy_rule *rule, const struct offsets *of,
					 const struct run_hot_offset *entry)
{
	struct meaning meaning;

	limits__find(&meaning, rule, of->run, of->cell);
	if (!sizes__allowed(&meaning.mild, entry->width))
		return OFFSET_IS;
	return sizes__allowed(&meaning.strict, entry->width) ? OFFSET_NOT : OFFSET_MAYBE;
}

/* By the clause alone, wherever the call is. */
static enum offset_verdict breaks(const struct policy_rule *rule, enum audit_clause clause,
				  const struct offsets *of, const struct run_hot_offset *entry)
{
	if (!clause__is_in(rule, clause))
		return OFFSET_NOT;
	if (rule->level == POLICY_DEVICE_ACCESS)
		return OFFSET_MAYBE;
	switch (clause) {
	case AUDIT_ACCESS:
		return clause__forbids(rule, of->cell->dir) ? OFFSET_IS : OFFSET_NOT;
	case AUDIT_WIDTHS:
		return rule->widths & 1u << of->cell->wclass ? OFFSET_NOT : OFFSET_IS;
	case AUDIT_SIZE:
		return is_wrong_size(rule, of, entry);
	case AUDIT_ALIGNED:
		return is_misaligned(rule, entry);
	case AUDIT_CROSSING:
		return is_crossing(rule, of, entry);
	case AUDIT_SINGLE:
		return entry->width ? OFFSET_MAYBE : OFFSET_NOT;
	}
	return OFFSET_MAYBE;
}

static enum offset_verdict is_spoken_of(const struct policy_rule *rule, const struct offsets *of,
					const struct run_hot_offset *entry)
{
	switch (policy_rule__touches(rule, &of->run->devices[of->cell->device], of->cell->region,
				     entry->offset, entry->width)) {
	case POLICY_DOES_NOT_MATCH:
		return OFFSET_NOT;
	case POLICY_MAY_MATCH:
		return OFFSET_MAYBE;
	case POLICY_MATCHES:
		return OFFSET_IS;
	}
	return OFFSET_MAYBE;
}

static enum offset_verdict least(enum offset_verdict a, enum offset_verdict b)
{
	return a < b ? a : b;
}

enum offset_verdict offset__is_against(const struct policy_rule *rule, enum audit_clause clause,
				       const struct offsets *of, const struct run_hot_offset *entry)
{
	return least(is_spoken_of(rule, of, entry), breaks(rule, clause, of, entry));
}

/* --- all of a cell ---------------------------------------------------------------------------- */

static void add(struct audit_range *range, enum offset_verdict verdict, uint64_t count)
{
	range->min += verdict == OFFSET_IS ? count : 0;
	range->max += verdict == OFFSET_NOT ? 0 : count;
}

static void add_entry(struct clause_hit *hit, enum offset_verdict verdict,
		      const struct run_hot_offset *entry)
{
	add(&hit->all, verdict, entry->count);
	add(&hit->failed, verdict, entry->errors);
	add(&hit->through, verdict, entry->count - entry->errors);
}

/* Calls whose offsets are not known may be anything. */
static struct clause_hit unknown_rest(const struct offsets *of)
{
	return (struct clause_hit){
		.all.max = of->rest,
		.through.max = of->rest - of->rest_failed,
		.failed.max = of->rest_failed,
	};
}

/* Both are true, so that what both say is; of a run that contradicts itself neither is taken alone. */
static void narrow(struct audit_range *range, struct audit_range by)
{
	struct audit_range both = { range->min > by.min ? range->min : by.min,
				    range->max < by.max ? range->max : by.max };

	if (both.min > both.max)
		both = (struct audit_range){ both.max, both.min };
	*range = both;
}

static void narrow_hit(struct clause_hit *hit, const struct clause_hit *by)
{
	narrow(&hit->all, by->all);
	narrow(&hit->through, by->through);
	narrow(&hit->failed, by->failed);
}

void offsets__spoken_of(const struct policy_rule *rule, const struct offsets *of,
			struct clause_hit *calls)
{
	/* Nothing in this region, or all: the rest is, too. */
	enum policy_match anywhere = policy_rule__touches(rule, &of->run->devices[of->cell->device],
							  of->cell->region, 0, UINT64_MAX);

	*calls = (struct clause_hit){};
	if (anywhere == POLICY_DOES_NOT_MATCH)
		return;
	*calls = unknown_rest(of);
	if (!policy_rule__has_ranges(rule)) {
		calls->all.min = calls->all.max;
		calls->through.min = calls->through.max;
		calls->failed.min = calls->failed.max;
	}
	for (size_t i = 0; i < of->nr; i++)
		add_entry(calls, is_spoken_of(rule, of, of->entries[i]), of->entries[i]);
}

/* What was said of all calls of the cell, where the rule may speak of some of them only. */
static void limit_to_spoken(const struct policy_rule *rule, const struct offsets *of,
			    const struct clause_hit *calls, struct clause_hit *hit)
{
	if (calls->all.min == of->cell->count)
		return;
	hit->all.min = hit->through.min = hit->failed.min = 0;
	if (!calls->all.max)
		hit->all.max = hit->through.max = hit->failed.max = 0;
	hit->why = of->rest ? "at which offsets the calls were is not known (record with --offsets)"
		   : rule->msix_table ? "where the MSI-X table is is not known"
				      : "which accesses are in the ranges is not known";
}

void offsets__narrow(const struct policy_rule *rule, enum audit_clause clause,
		     const struct offsets *of, const struct clause_hit *calls,
		     struct clause_hit *hit)
{
	struct clause_hit by = unknown_rest(of);

	limit_to_spoken(rule, of, calls, hit);
	if (rule->level == POLICY_DEVICE_ACCESS)
		return;
	for (size_t i = 0; i < of->nr; i++)
		add_entry(&by, offset__is_against(rule, clause, of, of->entries[i]),
			  of->entries[i]);
	narrow_hit(hit, &by);
}

void offsets__narrow_any(const struct policy_rule *rule, const struct offsets *of,
			 const struct clause_hit *calls, struct clause_hit *hit)
{
	struct clause_hit by = unknown_rest(of);

	if (rule->level == POLICY_DEVICE_ACCESS)
		return;
	for (size_t i = 0; i < of->nr; i++) {
		enum offset_verdict any = OFFSET_NOT;

		for (unsigned int clause = 0; clause < AUDIT_CLAUSES; clause++) {
			enum offset_verdict one =
				offset__is_against(rule, clause, of, of->entries[i]);

			any = one > any ? one : any;
		}
		add_entry(&by, any, of->entries[i]);
	}
	narrow_hit(hit, &by);
	narrow(&hit->all, (struct audit_range){ 0, calls->all.max });
}
