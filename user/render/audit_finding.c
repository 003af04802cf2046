// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/audit_finding.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "user/render/escape.h"
#include "user/render/names.h"

const char *audit_range__text(struct audit_range range, char *buf)
{
	if (range.min == range.max)
		snprintf(buf, AUDIT_RANGE_LEN, "%" PRIu64, range.min);
	else
		snprintf(buf, AUDIT_RANGE_LEN, "%" PRIu64 "..%" PRIu64, range.min, range.max);
	return buf;
}

static int print_line(FILE *out, const char *indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int print_line(FILE *out, const char *indent, const char *format, ...)
{
	char *text = NULL, *safe;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	safe = n < 0 ? NULL : escape__text(text);
	if (n >= 0)
		free(text);
	if (!safe)
		return -ENOMEM;
	fprintf(out, "%s%s\n", indent, safe);
	free(safe);
	return 0;
}

static int print_who(FILE *out, const char *indent, const struct audit_finding *finding)
{
	const struct run_process *process = names__process(finding->run, finding->cell);
	char *label;
	int err;

	if (!process)
		return print_line(out, indent, "  by: not recorded");
	label = names__process_label(process);
	if (!label)
		return -ENOMEM;
	err = print_line(out, indent, "  by: %s%s%s", label, process->vm ? ", VM " : "",
			 process->vm ?: "");
	free(label);
	return err;
}

static int print_counts(FILE *out, const char *indent, const struct audit_finding *finding)
{
	const struct audit_counts *counts = &finding->counts;
	char all[AUDIT_RANGE_LEN], broken[AUDIT_RANGE_LEN], refused[AUDIT_RANGE_LEN];
	char expected[AUDIT_RANGE_LEN];
	int err = print_line(out, indent,
			     "  against it: %s; calls of that width: %" PRIu64 "; runs: %zu",
			     audit_range__text(counts->all, all), finding->count, finding->nr_runs);

	return err
		       ?: print_line(out, indent, "  would break: %s; refused: %s; as expected: %s",
				     audit_range__text(counts->would_break, broken),
				     audit_range__text(counts->refused, refused),
				     audit_range__text(counts->expected, expected));
}

/* --- where and when --------------------------------------------------------------------------- */

static int print_times(FILE *out, const char *indent, const struct audit_finding *finding)
{
	char first[RUN_TIME_LEN], last[RUN_TIME_LEN];
	int64_t from = INT64_MAX, to = 0;
	int err;

	if (!finding->nr_places)
		return print_line(out, indent, "  offsets, first and last time: not known");
	for (size_t i = 0; i < finding->nr_places; i++) {
		from = finding->places[i].first_ns < from ? finding->places[i].first_ns : from;
		to = finding->places[i].last_ns > to ? finding->places[i].last_ns : to;
	}
	err = print_line(out, indent, "  first: %s%s", run_time__format(from, first, sizeof(first)),
			 finding->times_exact ? "" : ", or earlier");
	return err
		       ?: print_line(out, indent, "  last:  %s%s",
				     run_time__format(to, last, sizeof(last)),
				     finding->times_exact ? "" : ", or later");
}

static int print_places(FILE *out, const char *indent, const struct audit_finding *finding)
{
	size_t shown = finding->nr_places < AUDIT_PLACES_SHOWN ? finding->nr_places
							       : AUDIT_PLACES_SHOWN;
	uint64_t calls = 0;
	int err = 0;

	for (size_t i = 0; !err && i < shown; i++) {
		const struct audit_place *place = &finding->places[i];

		calls += place->count;
		err = print_line(out, indent,
				 "  at %#" PRIx64 ", width %" PRIu64 ": calls %" PRIu64
				 ", failed %" PRIu64,
				 place->offset, place->width, place->count, place->errors);
	}
	if (!err && shown < finding->nr_places)
		err = print_line(out, indent, "  at %zu more places: calls %" PRIu64,
				 finding->nr_places - shown, finding->placed - calls);
	if (!err && finding->nr_places && finding->placed < finding->counts.all.max)
		err = print_line(out, indent,
				 "  at offsets that are not known: calls up to %" PRIu64,
				 finding->counts.all.max - finding->placed);
	return err;
}

static int print_comeback(FILE *out, const char *indent, const struct audit_finding *finding)
{
	int err = 0;

	if (finding->comeback == AUDIT_NO_REFUSAL)
		return 0;
	if (finding->comeback != AUDIT_CAME_BACK)
		return print_line(out, indent, "  with another width after a refusal: %s",
				  audit_comeback__name(finding->comeback));
	for (size_t i = 0; !err && i < finding->nr_returns; i++) {
		const struct audit_return *entry = &finding->returns[i];

		err = print_line(out, indent,
				 "  came back after a refusal: width %" PRIu64
				 ", calls at least %" PRIu64 ", of these went through %" PRIu64,
				 entry->width, entry->count, entry->succeeded);
	}
	return err;
}

int audit_finding__print(FILE *out, const char *indent, const struct audit_finding *finding)
{
	const struct run_cell *cell = finding->cell;
	const struct run_device *device = &finding->run->devices[cell->device];
	char region[NAMES_LEN];
	int err = print_line(
		out, indent, "%s, %s: %s", finding->rule->id, audit_clause__name(finding->clause),
		finding->result == AUDIT_HELD ? "expected" : audit_result__name(finding->result));

	err = err
		      ?: print_line(out, indent, "  %s, %s %s, width %s", device->name,
				    names__region(device, cell->region, region),
				    run_dir__name(cell->dir), run_width__name(cell->wclass));
	err = err ?: print_who(out, indent, finding);
	err = err ?: print_counts(out, indent, finding);
	if (!err && finding->why)
		err = print_line(out, indent, "  undecided: %s", finding->why);
	err = err ?: print_times(out, indent, finding);
	err = err ?: print_places(out, indent, finding);
	return err ?: print_comeback(out, indent, finding);
}
