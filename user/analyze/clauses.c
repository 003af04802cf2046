// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/clauses.h"

#include "user/analyze/limits.h"

/* The kernel cuts a call to this: MAX_RW_COUNT of 4 KiB pages, linux/fs.h. */
#define LONGEST_CALL 0x7ffff000

/* s390 store blocks: more than a plain store, and a multiple of 8. */
#define SHORTEST_BLOCK 16
#define BLOCK_MULTIPLE 8
#define LONGEST_BLOCK UINT16_MAX

static struct audit_range exactly(uint64_t value)
{
	return (struct audit_range){ value, value };
}

static struct audit_range up_to(uint64_t value)
{
	return (struct audit_range){ 0, value };
}

static struct audit_range sum(struct audit_range a, struct audit_range b)
{
	return (struct audit_range){ a.min + b.min, a.max + b.max };
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t nr_accesses(const struct run_accesses *accesses)
{
	uint64_t nr = accesses->blocks;

	for (int i = 0; i < 4; i++)
		nr += accesses->by_width[i];
	return nr;
}

void clause__caps(const struct policy_rule *rule, const struct run_cell *cell,
		  struct clause_caps *caps)
{
	*caps = (struct clause_caps){ cell->count - cell->errors, cell->errors };
	if (rule->level == POLICY_DEVICE_ACCESS && cell->accesses.source != RUN_ACCESSES_UNKNOWN)
		caps->through = nr_accesses(&cell->accesses);
	if (rule->level == POLICY_DEVICE_ACCESS && cell->accesses.source == RUN_ACCESSES_OBSERVED)
		caps->failed = cell->accesses.refused;
}

static uint64_t class_min(const struct run_cell *cell)
{
	return cell->wclass ? run_width__max(cell->wclass - 1) + 1 : 0;
}

static uint64_t class_max(const struct run_cell *cell)
{
	return smaller(run_width__max(cell->wclass), LONGEST_CALL);
}

static void hit_all(struct clause_hit *hit, const struct run_cell *cell, bool against)
{
	uint64_t failed = against ? cell->errors : 0;
	uint64_t through = against ? cell->count - cell->errors : 0;

	*hit = (struct clause_hit){ exactly(through + failed), exactly(through), exactly(failed),
				    NULL };
}

/* @nr calls of the cell, that are counted without regard to whether they failed. */
static void hit_some(struct clause_hit *hit, const struct run_cell *cell, struct audit_range nr)
{
	uint64_t through = cell->count - cell->errors;

	hit->all = nr;
	hit->through = (struct audit_range){ less(nr.min, cell->errors), smaller(nr.max, through) };
	hit->failed = (struct audit_range){ less(nr.min, through), smaller(nr.max, cell->errors) };
	hit->why = nr.min == nr.max ? "which of the calls failed is not known"
				    : "the offsets of the calls are not known";
}

/* What cell.unaligned is counted by: the widest of 1, 2, 4 and 8 that fits in the width. */
static uint64_t natural_alignment(const struct run_cell *cell)
{
	uint64_t width = smaller(run_width__max(cell->wclass), 8), align = 1;

	while (align * 2 <= width)
		align *= 2;
	return align;
}

static void check_aligned(const struct policy_rule *rule, const struct run_cell *cell,
			  struct clause_hit *hit)
{
	uint64_t counted_by = natural_alignment(cell);
	struct audit_range nr = exactly(cell->unaligned);

	if (rule->aligned != POLICY_NATURALLY && rule->aligned < counted_by)
		nr.min = 0;
	if (rule->aligned != POLICY_NATURALLY && rule->aligned > counted_by)
		nr.max = cell->count;
	hit_some(hit, cell, nr);
}

/* A call of @lo to @hi bytes, of which those of cell.unaligned are not aligned to their width. */
static void check_crossing(const struct policy_rule *rule, const struct run *run,
			   const struct run_cell *cell, struct clause_hit *hit)
{
	uint64_t lo = class_min(cell), hi = class_max(cell);
	struct audit_range boundary = limits__resolve(&rule->no_crossing, run, cell);
	struct audit_range nr = { 0, cell->count };

	if (boundary.min == VS_PAGE && boundary.max == VS_PAGE)
		nr = exactly(cell->crossing);
	else if (lo > boundary.max)
		nr.min = cell->count;
	else if (boundary.max <= VS_PAGE)
		nr.min = cell->crossing; /* a boundary of 4 KiB is one of these too */
	if (boundary.min >= VS_PAGE)
		nr.max = cell->crossing;
	else if (hi <= 1)
		nr.max = 0;
	else if (lo == hi && hi == natural_alignment(cell) && hi <= boundary.min)
		nr.max = cell->unaligned; /* aligned to its width, it crosses none */
	hit_some(hit, cell, nr);
	if (boundary.min != boundary.max)
		hit->why = limits__why_unknown(&rule->no_crossing);
}

/* --- sizes ------------------------------------------------------------------------------------ */

/* Of @count sizes from @lo to @hi. */
static struct audit_range breaking(const struct meaning *meaning, uint64_t lo, uint64_t hi,
				   uint64_t count, const uint64_t *bytes)
{
	struct sizes mild = meaning->mild, strict = meaning->strict;

	mild.lo = strict.lo = lo;
	mild.hi = strict.hi = hi;
	return (struct audit_range){ sizes__breaking(&mild, count, bytes).min,
				     sizes__breaking(&strict, count, bytes).max };
}

/* All that went through was made of device accesses of this width or its multiples. */
static bool made_of(const struct run_cell *cell, uint64_t width)
{
	const struct run_accesses *accesses = &cell->accesses;
	uint64_t narrower = 0;

	if (accesses->source == RUN_ACCESSES_UNKNOWN || accesses->refused || cell->shorts ||
	    BLOCK_MULTIPLE % width)
		return false;
	for (int i = 0; i < 4; i++)
		if (1u << i < width)
			narrower += accesses->by_width[i];
	return !narrower && nr_accesses(accesses);
}

static void check_call_sizes(const struct policy_rule *rule, const struct run *run,
			     const struct run_cell *cell, struct clause_hit *hit)
{
	uint64_t lo = class_min(cell), hi = class_max(cell);
	uint64_t through = cell->count - cell->errors;
	struct meaning meaning;

	limits__find(&meaning, rule, run, cell);
	hit->failed = breaking(&meaning, lo, hi, cell->errors, NULL);
	if (lo != hi && made_of(cell, meaning.mild.multiple))
		meaning.mild.multiple = meaning.strict.multiple = 1;
	/* Of calls that were short the bytes do not tell what was asked for. */
	hit->through = breaking(&meaning, lo, hi, through, cell->shorts ? NULL : &cell->bytes);
	hit->all = sum(hit->through, hit->failed);
	hit->why = meaning.unresolved ?: "the widths within the class are not known";
}

/* --- device accesses -------------------------------------------------------------------------- */

static const char *const accesses_unknown = "the device accesses of these calls are not known";

/* Whether one of this width is against the clause; blocks aside. */
static bool width_is_against(const struct policy_rule *rule, enum audit_clause clause,
			     const struct meaning *meaning, unsigned int width, bool mild)
{
	if (clause == AUDIT_WIDTHS)
		return !(rule->widths & 1u << width);
	return !sizes__allowed(mild ? &meaning->mild : &meaning->strict, width);
}

static struct audit_range check_blocks(const struct policy_rule *rule, enum audit_clause clause,
				       const struct meaning *meaning,
				       const struct run_device *device, uint64_t blocks)
{
	uint64_t longest = device->maxstbl > 0 ? device->maxstbl : LONGEST_BLOCK;
	struct meaning of_blocks = *meaning;

	if (clause == AUDIT_WIDTHS)
		return exactly(rule->widths & 1u << POLICY_BLOCKS ? 0 : blocks);
	if (longest < SHORTEST_BLOCK)
		return up_to(blocks);
	if (BLOCK_MULTIPLE % meaning->mild.multiple == 0)
		of_blocks.mild.multiple = of_blocks.strict.multiple = 1;
	return breaking(&of_blocks, SHORTEST_BLOCK, longest, blocks, NULL);
}

static void check_access_sizes(const struct policy_rule *rule, enum audit_clause clause,
			       const struct run *run, const struct run_cell *cell,
			       struct clause_hit *hit)
{
	const struct run_accesses *accesses = &cell->accesses;
	struct clause_caps caps;
	struct meaning meaning;

	clause__caps(rule, cell, &caps);
	hit->failed = up_to(caps.failed);
	hit->through = up_to(caps.through);
	hit->why = accesses_unknown;
	if (accesses->source != RUN_ACCESSES_UNKNOWN) {
		limits__find(&meaning, rule, run, cell);
		hit->through = check_blocks(rule, clause, &meaning, &run->devices[cell->device],
					    accesses->blocks);
		for (int i = 0; i < 4; i++) {
			uint64_t nr = accesses->by_width[i];

			if (width_is_against(rule, clause, &meaning, 1u << i, true))
				hit->through.min += nr;
			if (width_is_against(rule, clause, &meaning, 1u << i, false))
				hit->through.max += nr;
		}
		hit->why = caps.failed		? "the widths of those that failed are not known"
			   : meaning.unresolved ? meaning.unresolved
						: "the lengths of store blocks are not known";
	}
	hit->all = sum(hit->through, hit->failed);
}

/* A call that went through made one access or more: so as many accesses as calls are one each. */
static void check_single(const struct run_cell *cell, struct clause_hit *hit)
{
	uint64_t through = cell->count - cell->errors, nr = nr_accesses(&cell->accesses);
	uint64_t most = class_max(cell);

	if (!cell->wclass)
		return;
	hit->through = up_to(through);
	hit->failed = up_to(cell->errors);
	hit->why = accesses_unknown;
	if (cell->accesses.source == RUN_ACCESSES_OBSERVED && cell->errors) {
		hit->why = "which of the accesses are of calls that failed is not known";
	} else if (cell->accesses.source != RUN_ACCESSES_UNKNOWN) {
		uint64_t more = less(nr, through);

		hit->why = cell->shorts ? "how many accesses a short call made is not known"
					: "how many calls made more than one is not known";
		if (nr >= through && !cell->shorts)
			hit->through.max = smaller(through, more);
		/* No call makes more accesses than it has bytes. */
		if (most > 1)
			hit->through.min = (more + most - 2) / (most - 1);
		hit->through.min = smaller(hit->through.min, hit->through.max);
	}
	hit->all = sum(hit->through, hit->failed);
}

/* --- by clause -------------------------------------------------------------------------------- */

bool clause__forbids(const struct policy_rule *rule, enum vs_dir dir)
{
	return rule->access == POLICY_NO_ACCESS ||
	       rule->access == (dir == VS_READ ? POLICY_WRITE_ONLY : POLICY_READ_ONLY);
}

bool clause__is_in(const struct policy_rule *rule, enum audit_clause clause)
{
	switch (clause) {
	case AUDIT_ACCESS:
		return rule->access != POLICY_READ_WRITE;
	case AUDIT_WIDTHS:
		return rule->widths;
	case AUDIT_SIZE:
		return rule->min.kind || rule->max.kind || rule->multiple_of;
	case AUDIT_ALIGNED:
		return rule->aligned;
	case AUDIT_CROSSING:
		return rule->no_crossing.kind;
	case AUDIT_SINGLE:
		return rule->single_access;
	}
	return false;
}

bool clause__check(const struct policy_rule *rule, enum audit_clause clause, const struct run *run,
		   const struct run_cell *cell, struct clause_hit *hit)
{
	if (!clause__is_in(rule, clause))
		return false;
	*hit = (struct clause_hit){};
	if (clause == AUDIT_ACCESS)
		hit_all(hit, cell, clause__forbids(rule, cell->dir));
	else if (clause == AUDIT_ALIGNED)
		check_aligned(rule, cell, hit);
	else if (clause == AUDIT_CROSSING)
		check_crossing(rule, run, cell, hit);
	else if (clause == AUDIT_SINGLE)
		check_single(cell, hit);
	else if (rule->level == POLICY_DEVICE_ACCESS)
		check_access_sizes(rule, clause, run, cell, hit);
	else if (clause == AUDIT_WIDTHS)
		hit_all(hit, cell, !(rule->widths & 1u << cell->wclass));
	else
		check_call_sizes(rule, run, cell, hit);
	return true;
}
