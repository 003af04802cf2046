// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/clauses.h"
#include "user/analyze/coverage.h"
#include "user/analyze/evidence.h"
#include "user/analyze/offsets.h"
#include "user/analyze/units.h"
#include "user/run/array.h"

#define NAME_OF(names, value) ((value) < sizeof(names) / sizeof((names)[0]) ? (names)[value] : NULL)

const char *audit_result__name(unsigned int result)
{
	static const char *const names[] = {
		[AUDIT_NOT_EXERCISED] = "not exercised",
		[AUDIT_HELD] = "held",
		[AUDIT_UNDECIDED] = "undecided",
		[AUDIT_VIOLATED] = "violated",
	};

	return NAME_OF(names, result);
}

const char *audit_clause__name(unsigned int clause)
{
	static const char *const names[] = {
		[AUDIT_ACCESS] = "access",     [AUDIT_WIDTHS] = "widths",
		[AUDIT_SIZE] = "size",	       [AUDIT_ALIGNED] = "aligned",
		[AUDIT_CROSSING] = "crossing", [AUDIT_SINGLE] = "single access",
	};

	return NAME_OF(names, clause);
}

const char *audit_verdict__name(unsigned int verdict)
{
	static const char *const names[] = {
		[AUDIT_NO_VIOLATION] = "no violation",
		[AUDIT_VERDICT_UNDECIDED] = "undecided",
		[AUDIT_VERDICT_VIOLATED] = "violated",
	};

	return NAME_OF(names, verdict);
}

const char *audit_comeback__name(unsigned int comeback)
{
	static const char *const names[] = {
		[AUDIT_NO_REFUSAL] = "no refusal",
		[AUDIT_STAYED_AWAY] = "did not come back",
		[AUDIT_COMEBACK_UNKNOWN] = "unknown",
		[AUDIT_CAME_BACK] = "came back",
	};

	return NAME_OF(names, comeback);
}

double audit__bound(size_t units)
{
	return units > 3 ? 3.0 / units : 1;
}

bool audit__same_run(const struct run *a, const struct run *b)
{
	return a->started_ns == b->started_ns && a->duration_ns == b->duration_ns &&
	       a->nr_cells == b->nr_cells && !strcmp(a->host.kernel, b->host.kernel);
}

/* --- what counts ------------------------------------------------------------------------------ */

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static bool is_expected(const struct policy_rule *rule, int err)
{
	for (size_t i = 0; i < rule->nr_expect; i++)
		if (rule->expect[i] == err)
			return true;
	return false;
}

/* Calls of the cell that failed with an errno that is expected; "other" may be any. */
static struct audit_range expected_errors(const struct policy_rule *rule,
					  const struct run_cell *cell)
{
	struct audit_range expected = { 0, 0 };

	for (size_t i = 0; rule->nr_expect && i < cell->nr_errnos; i++) {
		const struct run_errno *entry = &cell->errnos[i];

		if (is_expected(rule, entry->err))
			expected.min += entry->count;
		if (is_expected(rule, entry->err) || !entry->err)
			expected.max += entry->count;
	}
	return expected;
}

static void count_hit(struct audit_counts *counts, const struct clause_hit *hit,
		      const struct policy_rule *rule, const struct run_cell *cell)
{
	struct audit_range errors = expected_errors(rule, cell);

	counts->all = hit->all;
	counts->would_break = hit->through;
	counts->refused = hit->failed;
	counts->expected.max = smaller(hit->failed.max, errors.max);
	/* Of the failed calls so many are not expected; the rest of those that are against the rule is. */
	counts->expected.min = less(hit->failed.min, less(cell->errors, errors.min));
}

static enum audit_result judge(const struct audit_counts *counts)
{
	if (counts->would_break.min || less(counts->all.min, counts->expected.max))
		return AUDIT_VIOLATED;
	return less(counts->all.max, counts->expected.min) ? AUDIT_UNDECIDED : AUDIT_HELD;
}

static struct audit_range add(struct audit_range a, struct audit_range b)
{
	return (struct audit_range){ a.min + b.min, a.max + b.max };
}

static void add_counts(struct audit_counts *into, const struct audit_counts *from)
{
	into->all = add(into->all, from->all);
	into->would_break = add(into->would_break, from->would_break);
	into->refused = add(into->refused, from->refused);
	into->expected = add(into->expected, from->expected);
}

/* Accesses that are against either: of at most @cap, and maybe the same ones. */
static struct audit_range either(struct audit_range a, struct audit_range b, uint64_t cap)
{
	return (struct audit_range){ larger(a.min, b.min), smaller(cap, a.max + b.max) };
}

/* --- findings --------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ?: "", b ?: "");
}

static bool same_process(const struct audit_finding *finding, const struct run *run,
			 const struct run_cell *cell)
{
	const struct run_process *a, *b;

	if (cell->process == RUN_NO_PROCESS || finding->cell->process == RUN_NO_PROCESS)
		return cell->process == finding->cell->process;
	a = &run->processes[cell->process];
	b = &finding->run->processes[finding->cell->process];
	return a->pid == b->pid && same_text(a->comm, b->comm) && same_text(a->vm, b->vm);
}

static bool is_same(const struct audit_finding *finding, const struct audit_finding *other)
{
	const struct run_cell *cell = other->cell;
	const struct run_device *a = &other->run->devices[cell->device];
	const struct run_device *b = &finding->run->devices[finding->cell->device];

	return finding->rule == other->rule && finding->clause == other->clause &&
	       finding->result == other->result && finding->why == other->why &&
	       finding->cell->region == cell->region && finding->cell->dir == cell->dir &&
	       finding->cell->wclass == cell->wclass && same_text(a->name, b->name) &&
	       same_text(a->driver, b->driver) && same_process(finding, other->run, cell);
}

/* Takes the evidence of @fresh over. */
static int add_finding(struct audit *audit, struct audit_finding *fresh)
{
	struct audit_finding *finding = NULL;

	for (size_t i = 0; !finding && i < audit->nr_findings; i++)
		if (is_same(&audit->findings[i], fresh))
			finding = &audit->findings[i];
	if (finding) {
		finding->count += fresh->count;
		add_counts(&finding->counts, &fresh->counts);
		finding->nr_runs += finding->last_run != fresh->last_run;
		finding->last_run = fresh->last_run;
		return evidence__merge(finding, fresh);
	}
	finding = array__append(&audit->findings, &audit->nr_findings, sizeof(*finding));
	if (!finding)
		return -ENOMEM;
	*finding = *fresh;
	return 0;
}

/* --- cells ------------------------------------------------------------------------------------ */

struct place {
	const struct run *run;
	size_t index; /* of the run */
	const struct run_cell *cell;
	const struct offset_index *offsets;
	struct offsets of; /* of the cell */
};

static int check_clause(struct audit *audit, const struct audit_rule *rule,
			const struct place *place, const struct clause_hit *hit,
			enum audit_clause clause)
{
	int err;

	struct audit_finding finding = {
		.rule = rule->rule,
		.clause = clause,
		.run = place->run,
		.cell = place->cell,
		.count = place->cell->count,
		.nr_runs = 1,
		.last_run = place->index,
	};

	count_hit(&finding.counts, hit, rule->rule, place->cell);
	finding.result = judge(&finding.counts);
	if (!finding.counts.all.max)
		return 0;
	if (finding.result == AUDIT_UNDECIDED)
		finding.why = hit->why ?: "which of the errors were expected is not known";
	err = evidence__gather(&finding, place->offsets, place->cell - place->run->cells);
	err = err ?: add_finding(audit, &finding);
	if (err)
		evidence__free(&finding);
	return err;
}

static void count_calls(struct audit_rule *rule, const struct place *place,
			const struct clause_hit *calls)
{
	rule->calls = add(rule->calls, calls->all);
	if (!calls->all.min)
		return;
	rule->nr_runs += !rule->nr_runs || rule->last_run != place->index;
	rule->last_run = place->index;
}

static int check_cell(struct audit *audit, struct audit_rule *rule, const struct place *place)
{
	struct clause_hit calls, hit, any = {};
	enum audit_result result = AUDIT_HELD;
	struct audit_counts counts;
	struct clause_caps caps;
	int err;

	offsets__spoken_of(rule->rule, &place->of, &calls);
	if (!calls.all.max)
		return 0;

	clause__caps(rule->rule, place->cell, &caps);
	for (unsigned int clause = 0; clause < AUDIT_CLAUSES; clause++) {
		if (!clause__check(rule->rule, clause, place->run, place->cell, &hit))
			continue;
		offsets__narrow(rule->rule, clause, &place->of, &calls, &hit);
		err = check_clause(audit, rule, place, &hit, clause);
		if (err)
			return err;
		any.all = either(any.all, hit.all, caps.through + caps.failed);
		any.through = either(any.through, hit.through, caps.through);
		any.failed = either(any.failed, hit.failed, caps.failed);
	}
	offsets__narrow_any(rule->rule, &place->of, &calls, &any);
	count_hit(&counts, &any, rule->rule, place->cell);
	result = judge(&counts);
	if (result > rule->result)
		rule->result = result;
	add_counts(&rule->counts, &counts);
	count_calls(rule, place, &calls);
	return 0;
}

static bool speaks_of(const struct policy_rule *rule, const struct run *run,
		      const struct run_cell *cell)
{
	if (rule->dir != POLICY_BOTH && (rule->dir == POLICY_READ) != (cell->dir == VS_READ))
		return false;
	return policy_rule__has_region(rule, run->devices[cell->device].bus, cell->region);
}

/* Of the calls of the cell at least so many are spoken of, by any of the rules. */
static uint64_t least_spoken_of(const struct audit *audit, const struct place *place)
{
	struct clause_hit calls;
	uint64_t least = 0;

	for (size_t i = 0; i < audit->policy->nr_rules; i++) {
		const struct policy_rule *rule = audit->rules[i].rule;

		if (!speaks_of(rule, place->run, place->cell))
			continue;
		offsets__spoken_of(rule, &place->of, &calls);
		least = larger(least, calls.all.min);
	}
	return least;
}

static int check_place(struct audit *audit, const struct place *place)
{
	bool spoken_of = false;
	uint64_t calls;
	int err = 0;

	for (size_t i = 0; !err && i < audit->policy->nr_rules; i++) {
		if (!speaks_of(audit->rules[i].rule, place->run, place->cell))
			continue;
		spoken_of = true;
		err = check_cell(audit, &audit->rules[i], place);
	}
	if (!spoken_of)
		return err ?: coverage__no_rule(audit, place->index, place->run, place->cell);
	calls = least_spoken_of(audit, place);
	if (!calls)
		return err;
	audit->calls += calls;
	audit->units += !audit->units || audit->last_unit != place->index;
	audit->last_unit = place->index;
	return err ?: units__add_cell(audit, place->index, place->cell);
}

static int check_cells(struct audit *audit, const struct offset_index *offsets, size_t index)
{
	const struct run *run = offsets->run;
	int err = 0;

	for (size_t i = 0; !err && i < run->nr_cells; i++) {
		const struct run_cell *cell = &run->cells[i];
		const struct place place = { run, index, cell, offsets,
					     offset_index__of_cell(offsets, i) };

		if (cell->count &&
		    policy__matches(audit->policy, &run->devices[cell->device]) == POLICY_MATCHES)
			err = check_place(audit, &place);
	}
	return err;
}

static int check_run(struct audit *audit, const struct run *run, size_t index)
{
	struct offset_index offsets;
	int err = coverage__run(audit, index, run);

	err = err ?: offset_index__init(&offsets, run);
	if (err)
		return err;
	err = check_cells(audit, &offsets, index);
	offset_index__free(&offsets);
	return err;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void decide(struct audit *audit)
{
	audit->verdict = audit->undecided.nr ? AUDIT_VERDICT_UNDECIDED : AUDIT_NO_VIOLATION;
	for (size_t i = 0; i < audit->policy->nr_rules; i++)
		if (audit->rules[i].result == AUDIT_VIOLATED &&
		    audit->rules[i].rule->severity == POLICY_ERROR)
			audit->verdict = AUDIT_VERDICT_VIOLATED;
}

int audit__init(struct audit *audit, const struct policy *policy, struct run *const *runs,
		size_t nr_runs)
{
	int err = 0;

	*audit = (struct audit){ .policy = policy, .nr_runs = nr_runs };
	audit->rules = calloc(policy->nr_rules, sizeof(*audit->rules));
	if (!audit->rules)
		return -ENOMEM;
	for (size_t i = 0; i < policy->nr_rules; i++)
		audit->rules[i].rule = &policy->rules[i];
	for (size_t i = 0; !err && i < nr_runs; i++)
		err = check_run(audit, runs[i], i);
	for (size_t i = 0; i < audit->nr_findings; i++)
		evidence__sort(&audit->findings[i]);
	units__finish(audit, runs);
	err = err ?: coverage__rules(audit);
	decide(audit);
	return err;
}

static void free_notes(struct audit_notes *notes)
{
	for (size_t i = 0; i < notes->nr; i++)
		free(notes->notes[i].text);
	free(notes->notes);
}

void audit__free(struct audit *audit)
{
	free_notes(&audit->undecided);
	free_notes(&audit->not_seen);
	for (size_t i = 0; i < audit->nr_findings; i++)
		evidence__free(&audit->findings[i]);
	free(audit->findings);
	units__free(audit);
	free(audit->rules);
	*audit = (struct audit){};
}
