// SPDX-License-Identifier: GPL-2.0-only
/*
 * An audit as text and as Markdown, which has other headings, blocks that are indented and short lines in
 * place of wide tables: in an indented block nothing that a tenant named means anything to a reader of
 * Markdown.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/render/audit.h"
#include "user/render/audit_finding.h"
#include "user/render/blocks.h"
#include "user/render/escape.h"
#include "user/render/names.h"
#include "user/render/table.h"

static void add_range(struct table *table, struct audit_range range)
{
	char text[AUDIT_RANGE_LEN];

	table__add(table, audit_range__text(range, text));
}

static void add_counts(struct table *table, const struct audit_counts *counts)
{
	add_range(table, counts->all);
	add_range(table, counts->would_break);
	add_range(table, counts->refused);
	add_range(table, counts->expected);
}

/* --- sections --------------------------------------------------------------------------------- */

static int print_policy(FILE *out, const struct block_style *style, const struct audit_view *view)
{
	const struct policy *policy = view->audit->policy;
	int err;

	fprintf(out, "%sPOLICY%s", style->heading, style->under);
	err = blocks__line(out, style, policy->name);
	if (policy->description)
		err = err ?: blocks__line(out, style, policy->description);
	return err ?: blocks__line(out, style, view->policy_path);
}

/* The words of a command line; the table escapes them. */
static char *join(char *const *argv)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; argv[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", argv[i]);
	if (fclose(out)) {
		free(line);
		return NULL;
	}
	return line;
}

static int print_runs_narrow(FILE *out, const struct block_style *style,
			     const struct audit_view *view)
{
	char started[RUN_TIME_LEN];
	int err = 0;

	fprintf(out, "\n%sRUNS%s", style->heading, style->under);
	for (size_t i = 0; !err && i < view->audit->nr_runs; i++) {
		const struct run *run = view->runs[i];
		char *line = NULL, *called = join(run->argv);

		run_time__format(run->started_ns, started, sizeof(started));
		err = blocks__line(out, style, view->paths[i]);
		if (!err && asprintf(&line, "  %s, %.1f s, Linux %s, %s", started,
				     run->duration_ns / 1e9, run->host.kernel, run->host.arch) < 0)
			line = NULL;
		err = err ?: blocks__take_line(out, style, line);
		if (!called || asprintf(&line, "  %s", called) < 0)
			line = NULL;
		free(called);
		err = err ?: blocks__take_line(out, style, line);
	}
	return err;
}

static int print_runs(FILE *out, const struct block_style *style, const struct audit_view *view)
{
	struct table *table = blocks__begin(out, style, "RUNS");
	char started[RUN_TIME_LEN];

	if (!table)
		return -ENOMEM;
	BLOCK_TEXTS(table, "FILE", "STARTED");
	BLOCK_NUMBERS(table, "SECONDS");
	BLOCK_TEXTS(table, "KERNEL", "ARCH", "CALLED AS");
	for (size_t i = 0; i < view->audit->nr_runs; i++) {
		const struct run *run = view->runs[i];

		table__add_row(table);
		table__add(table, view->paths[i]);
		run_time__format(run->started_ns, started, sizeof(started));
		table__add(table, started);
		table__addf(table, "%.1f", run->duration_ns / 1e9);
		table__add(table, run->host.kernel);
		table__add(table, run->host.arch);
		table__take(table, join(run->argv));
	}
	return blocks__finish(out, style, table);
}

static int print_rules_narrow(FILE *out, const struct block_style *style, const struct audit *audit)
{
	int err = 0;

	fprintf(out, "\n%sRULES%s", style->heading, style->under);
	for (size_t i = 0; !err && i < audit->policy->nr_rules; i++) {
		const struct audit_rule *rule = &audit->rules[i];
		const struct audit_counts *counts = &rule->counts;
		char r[5][AUDIT_RANGE_LEN], *line = NULL;

		if (asprintf(&line, "%s: %s (%s, level %s)", rule->rule->id,
			     audit_result__name(rule->result),
			     policy_severity__name(rule->rule->severity),
			     policy_level__name(rule->rule->level)) < 0)
			line = NULL;
		err = blocks__take_line(out, style, line);
		fprintf(out, "%s  calls: %s; runs: %zu; against it: %s\n", style->indent,
			audit_range__text(rule->calls, r[0]), rule->nr_runs,
			audit_range__text(counts->all, r[1]));
		fprintf(out, "%s  would break: %s; refused: %s; as expected: %s\n", style->indent,
			audit_range__text(counts->would_break, r[2]),
			audit_range__text(counts->refused, r[3]),
			audit_range__text(counts->expected, r[4]));
	}
	return err;
}

static int print_rules(FILE *out, const struct block_style *style, const struct audit *audit)
{
	struct table *table = blocks__begin(out, style, "RULES");

	if (!table)
		return -ENOMEM;
	BLOCK_TEXTS(table, "RULE", "RESULT", "SEVERITY", "LEVEL");
	BLOCK_NUMBERS(table, "CALLS", "RUNS", "AGAINST", "WOULD BREAK", "REFUSED", "EXPECTED");
	for (size_t i = 0; i < audit->policy->nr_rules; i++) {
		const struct audit_rule *rule = &audit->rules[i];

		table__add_row(table);
		table__add(table, rule->rule->id);
		table__add(table, audit_result__name(rule->result));
		table__add(table, policy_severity__name(rule->rule->severity));
		table__add(table, policy_level__name(rule->rule->level));
		add_range(table, rule->calls);
		table__addf(table, "%zu", rule->nr_runs);
		add_counts(table, &rule->counts);
	}
	return blocks__finish(out, style, table);
}

static void add_finding(struct table *table, const struct audit_finding *finding)
{
	const struct run_cell *cell = finding->cell;
	const struct run_device *device = &finding->run->devices[cell->device];
	const struct run_process *process = names__process(finding->run, cell);
	char buf[NAMES_LEN];

	table__add_row(table);
	table__add(table, finding->rule->id);
	table__add(table, audit_clause__name(finding->clause));
	table__add(table, finding->result == AUDIT_HELD ? "expected"
							: audit_result__name(finding->result));
	table__add(table, device->name);
	table__add(table, names__region(device, cell->region, buf));
	table__add(table, run_dir__name(cell->dir));
	table__add(table, run_width__name(cell->wclass));
	if (process)
		table__take(table, names__process_label(process));
	else
		table__add(table, NULL);
	table__add(table, process ? process->vm : NULL);
	table__addf(table, "%" PRIu64, finding->count);
	table__addf(table, "%zu", finding->nr_runs);
	add_counts(table, &finding->counts);
	table__add(table, finding->why);
}

static int print_findings(FILE *out, const struct block_style *style, const struct audit *audit)
{
	struct table *table;

	if (!audit->nr_findings)
		return 0;
	table = blocks__begin(out, style, "FINDINGS");
	if (!table)
		return -ENOMEM;
	BLOCK_TEXTS(table, "RULE", "CLAUSE", "RESULT", "DEVICE", "REGION", "DIR");
	BLOCK_NUMBERS(table, "WIDTH");
	BLOCK_TEXTS(table, "PROCESS", "VM");
	BLOCK_NUMBERS(table, "CALLS", "RUNS", "AGAINST", "WOULD BREAK", "REFUSED", "EXPECTED");
	BLOCK_TEXTS(table, "WHY UNDECIDED");
	for (size_t i = 0; i < audit->nr_findings; i++)
		add_finding(table, &audit->findings[i]);
	return blocks__finish(out, style, table);
}

static int print_evidence(FILE *out, const struct block_style *style, const struct audit *audit)
{
	int err = 0;

	if (!audit->nr_findings)
		return 0;
	fprintf(out, "\n%s%s%s", style->heading, style->narrow ? "FINDINGS" : "EVIDENCE",
		style->under);
	for (size_t i = 0; !err && i < audit->nr_findings; i++)
		err = audit_finding__print(out, style->indent, &audit->findings[i]);
	return err;
}

static int print_notes(FILE *out, const struct block_style *style, const char *title,
		       const struct audit_notes *notes)
{
	struct table *table;

	if (!notes->nr)
		return 0;
	table = blocks__begin(out, style, title);
	if (!table)
		return -ENOMEM;
	BLOCK_NUMBERS(table, "RUNS");
	BLOCK_TEXTS(table, "WHAT");
	for (size_t i = 0; i < notes->nr; i++) {
		table__add_row(table);
		if (notes->notes[i].nr_runs)
			table__addf(table, "%zu", notes->notes[i].nr_runs);
		else
			table__add(table, "all");
		table__add(table, notes->notes[i].text);
	}
	return blocks__finish(out, style, table);
}

/* --- the verdict ------------------------------------------------------------------------------ */

static const char *plural(size_t nr, const char *one, const char *more)
{
	return nr == 1 ? one : more;
}

static void print_bound(FILE *out, size_t units)
{
	if (audit__bound(units) >= 1)
		fprintf(out, "%zu %s too few for a bound: 3/N is 1 or more.\n", units,
			plural(units, "unit is", "units are"));
	else
		fprintf(out,
			"95 %% upper bound of the share of such runs with a violation: 3/%zu = "
			"%.2g\n(the rule of three: Hanley and Lippman-Hand, JAMA 1983), if the "
			"runs are independent.\n",
			units, audit__bound(units));
}

/* What the runs with calls that a rule speaks of are made of. */
static void print_units(FILE *out, const struct block_style *style, const struct audit *audit)
{
	const struct audit_units *seen = &audit->seen;

	fprintf(out, "\n%sUNITS%s", style->heading, style->under);
	fprintf(out, "- runs: %zu; these are the units of the bound\n", audit->units);
	fprintf(out, "- clients (processes, in each run anew): %zu%s\n", seen->clients,
		seen->without_clients ? ", and such as were not recorded" : "");
	fprintf(out, "- hosts: not told apart, runs do not name theirs; kernels: %zu\n",
		seen->kernels);
	if (!audit->units || seen->without_sessions < audit->units)
		fprintf(out, "- sessions (from open to close of a device file): %" PRIu64 "%s\n",
			seen->sessions,
			seen->without_sessions ? ", and such as were not recorded" : "");
	else
		fputs("- sessions (from open to close of a device file): not recorded\n", out);
	fprintf(out, "- phases: runs from open on %zu, attached late %zu, not known %zu\n",
		seen->from_open, seen->late, seen->phase_unknown);
}

static size_t count_violated(const struct audit *audit)
{
	size_t nr = 0;

	for (size_t i = 0; i < audit->policy->nr_rules; i++)
		nr += audit->rules[i].result == AUDIT_VIOLATED;
	return nr;
}

static void print_verdict(FILE *out, const struct block_style *style, const struct audit *audit)
{
	size_t violated = count_violated(audit);

	fprintf(out, "\n%sVERDICT%s", style->heading, style->under);
	if (audit->verdict == AUDIT_VERDICT_VIOLATED) {
		fprintf(out, "violated: %zu of %zu %s; calls that they speak of are in %zu %s.\n",
			violated, audit->policy->nr_rules,
			plural(audit->policy->nr_rules, "rule", "rules"), audit->units,
			plural(audit->units, "run", "runs"));
		return;
	}
	if (audit->verdict == AUDIT_VERDICT_UNDECIDED)
		fputs("undecided, for the reasons above: what was seen is no evidence of what was "
		      "not.\n",
		      out);
	else
		fprintf(out, "no violation in %zu independent %s (%s), %" PRIu64 " calls.\n",
			audit->units, plural(audit->units, "unit", "units"),
			plural(audit->units, "run", "runs"), audit->calls);
	if (violated)
		fprintf(out, "Rules of severity warning that are violated: %zu.\n", violated);
	if (audit->verdict == AUDIT_NO_VIOLATION)
		print_bound(out, audit->units);
}

static void print_never_seen(FILE *out, const struct block_style *style)
{
	fprintf(out, "\n%sNEVER SEEN%s", style->heading, style->under);
	fputs("- accesses that enter no region handler: through sysfs, /dev/mem, DMA, in-kernel "
	      "drivers;\n"
	      "- what a VMM answers by itself; firmware and probe before VFIO;\n"
	      "- other clients, and other phases of these, than those that ran here.\n",
	      out);
}

static int print_audit(FILE *out, const struct block_style *style, const struct audit_view *view)
{
	const struct audit *audit = view->audit;
	int err = print_policy(out, style, view);

	err = err ?: (style->narrow ? print_runs_narrow : print_runs)(out, style, view);
	err = err ?: (style->narrow ? print_rules_narrow : print_rules)(out, style, audit);
	if (!style->narrow)
		err = err ?: print_findings(out, style, audit);
	err = err ?: print_evidence(out, style, audit);
	err = err ?: print_notes(out, style, "UNDECIDED", &audit->undecided);
	err = err ?: print_notes(out, style, "NOT SEEN", &audit->not_seen);
	if (err)
		return err;
	print_never_seen(out, style);
	print_units(out, style, audit);
	print_verdict(out, style, audit);
	return 0;
}

int render_audit__text(FILE *out, const struct audit_view *view)
{
	return print_audit(out, &block_text, view);
}

int render_audit__markdown(FILE *out, const struct audit_view *view)
{
	return print_audit(out, &block_markdown, view);
}
