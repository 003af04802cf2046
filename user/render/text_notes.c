// SPDX-License-Identifier: GPL-2.0-only
/* What an operator must know before he believes the figures. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "user/render/escape.h"
#include "user/render/names.h"
#include "user/render/table.h"
#include "user/render/text.h"
#include "user/render/units.h"

/* What an event means depends on how a handler was attached to: an fexit has what a kretprobe lacks. */
enum methods { ANY_METHOD, FENTRY, KPROBES };

static bool is_of(const struct run_handler *handler, enum methods methods)
{
	return methods == ANY_METHOD || !strcmp(handler->method, "fentry") == (methods == FENTRY);
}

static const struct handler_note {
	enum methods methods;
	size_t offset; /* in struct run_handler */
	const char *what, *so;
} handler_notes[] = {
	{ ANY_METHOD, offsetof(struct run_handler, overflow),
	  "calls that are in the account but in no cell", "raise --max-cells" },
	{ ANY_METHOD, offsetof(struct run_handler, no_device),
	  "calls of devices the device table had no room for", "select with --device" },
	{ ANY_METHOD, offsetof(struct run_handler, evicted), "starts overwritten by other threads",
	  "the start table was too small" },
	{ FENTRY, offsetof(struct run_handler, no_start), "calls that ended without a start",
	  "they have no latency" },
	{ KPROBES, offsetof(struct run_handler, no_start), "calls that ended without a start",
	  "they are lost" },
	{ FENTRY, offsetof(struct run_handler, stale), "calls that met the start of another call",
	  "they have no latency" },
	{ KPROBES, offsetof(struct run_handler, stale), "calls that met the start of another call",
	  "they are lost" },
	{ ANY_METHOD, offsetof(struct run_handler, replaced), "starts that no end met",
	  "their calls are lost or have not returned" },
};

#define NR_HANDLER_NOTES (sizeof(handler_notes) / sizeof(handler_notes[0]))

static uint64_t noted(const struct handler_note *note, const struct run_handler *handler)
{
	return *(const uint64_t *)((const char *)handler + note->offset);
}

/* Lost beside what the device table had no room for, which is the same by all methods. */
static uint64_t lost_by_method(const struct run_handler *handler)
{
	return handler->lost > handler->no_device ? handler->lost - handler->no_device : 0;
}

/* The sum of what @note names; without one, of what the methods lost. */
static uint64_t sum_handlers(const struct run *run, enum methods methods,
			     const struct handler_note *note)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < run->nr_segments; i++) {
		const struct run_segment *segment = &run->segments[i];

		for (size_t j = 0; j < segment->nr_handlers; j++) {
			const struct run_handler *handler = &segment->handlers[j];

			if (is_of(handler, methods))
				sum += note ? noted(note, handler) : lost_by_method(handler);
		}
	}
	return sum;
}

static void note_lost(FILE *out, const struct run *run)
{
	uint64_t issued, fentry = sum_handlers(run, FENTRY, NULL);
	uint64_t kprobes = sum_handlers(run, KPROBES, NULL);
	struct run_account account;
	double share;

	run__account(run, &account);
	issued = account.counted + account.lost;
	share = issued ? account.lost * 100.0 / issued : 0;
	if (account.lost)
		fprintf(out, "- calls that are in no cell: %" PRIu64 " of %" PRIu64 " (%.*g %%)\n",
			account.lost, issued, share < 10 ? 2 : 3, share);
	if (fentry)
		fprintf(out,
			"- of these the kernel skipped for fentry: %" PRIu64
			"; --exact loses none to that, at a higher price a call\n",
			fentry);
	if (kprobes)
		fprintf(out,
			"- of these kprobes lost: %" PRIu64
			"; bpf() system calls of other programs mute them\n",
			kprobes);
	if (account.lost_kind == RUN_LOST_UNPROVABLE)
		fputs("- what this kernel skips it does not count in full, so there may be more; "
		      "--exact insists\n  on a method that is sure\n",
		      out);
}

static void note_limits(FILE *out, const struct run_limits *limits)
{
	if (limits->max_cells && limits->cells_used >= limits->max_cells)
		fprintf(out, "- all cells are in use (%" PRIu64 "): see --max-cells\n",
			limits->max_cells);
	if (limits->intervals_dropped)
		fprintf(out,
			"- intervals that were not kept: %" PRIu64 "; the cells include them\n",
			limits->intervals_dropped);
	if (limits->mappings_dropped)
		fprintf(out,
			"- mappings that were not kept: %" PRIu64
			"; regions without one are unknown\n",
			limits->mappings_dropped);
	if (limits->unknown_fields)
		fprintf(out,
			"- fields of the run file that this version does not know and left out: "
			"%" PRIu64 "\n",
			limits->unknown_fields);
}

static int note_segments(FILE *out, const struct run *run)
{
	char start[UNITS_LEN];

	for (size_t i = 0; i < run->nr_segments; i++) {
		const struct run_segment *segment = &run->segments[i];
		char *reason;

		if (!segment->reason)
			continue;
		reason = escape__text(segment->reason);
		if (!reason)
			return -ENOMEM;
		fprintf(out, "- segment %zu, from %s on: %s\n", i + 1,
			units__duration(segment->start_ns, start), reason);
		free(reason);
	}
	return 0;
}

static void note_shift(FILE *out, const struct run_device *device, const char *name)
{
	if (device->shift_source == VS_SHIFT_ASSUMED)
		fprintf(out,
			"- %s: its region offsets were never seen; the regions hold if its driver "
			"shifts by %" PRIu32 "\n  (else give --offset-shift)\n",
			name, device->offset_shift);
	else if (device->shift_conflict >= 0 && device->shift_source == VS_SHIFT_GIVEN)
		fprintf(out,
			"- %s: its driver shifts region offsets by %d, not by the %" PRIu32
			" that was given:\n  the regions are wrong\n",
			name, device->shift_conflict, device->offset_shift);
	else if (device->shift_conflict >= 0)
		fprintf(out,
			"- %s: its driver shifts region offsets by %" PRIu32
			"; calls before it said so were\n  counted as if by %d, maybe in a wrong "
			"region\n",
			name, device->offset_shift, device->shift_conflict);
}

static int note_devices(FILE *out, const struct run *run)
{
	for (size_t i = 0; i < run->nr_devices; i++) {
		const struct run_device *device = &run->devices[i];
		char *name = escape__text(device->name);

		if (!name)
			return -ENOMEM;
		note_shift(out, device, name);
		free(name);
	}
	return 0;
}

static void note_bad_regions(FILE *out, const struct run *run)
{
	uint64_t count = 0;

	for (size_t i = 0; i < run->nr_cells; i++)
		if (run->cells[i].region == VS_REGION_BAD)
			count += run->cells[i].count;
	if (count)
		fprintf(out,
			"- calls at offsets of no region (region \"bad\"): %" PRIu64
			"; a wild client, "
			"or another --offset-shift\n",
			count);
}

/* A run by process has a process with every cell, but for those that came late. */
static void note_processes(FILE *out, const struct run *run)
{
	uint64_t count = 0;

	for (size_t i = 0; i < run->nr_cells; i++)
		if (run->cells[i].process == RUN_NO_PROCESS)
			count += run->cells[i].count;
	if (run->nr_processes && count)
		fprintf(out,
			"- calls of processes that there was no room to tell apart: %" PRIu64
			"; see --max-cells\n",
			count);
}

int text__notes(FILE *out, const struct run *run)
{
	int err;

	fputs("NOTES\n", out);
	note_lost(out, run);
	for (size_t i = 0; i < NR_HANDLER_NOTES; i++) {
		const struct handler_note *note = &handler_notes[i];
		uint64_t sum = sum_handlers(run, note->methods, note);

		if (sum)
			fprintf(out, "- %s: %" PRIu64 "; %s\n", note->what, sum, note->so);
	}
	note_limits(out, &run->limits);
	note_bad_regions(out, run);
	note_processes(out, run);
	err = note_segments(out, run);
	err = err ?: note_devices(out, run);
	fputs("- latency is the handler's: it includes runtime-PM resume and waits on the device's "
	      "memory lock\n  (reset, D3); from 64ns up a quantile is off by at most 1.6 %\n"
	      "- WIDTH is what one call asked for: a VMM's choice, not always the guest's "
	      "instruction\n",
	      out);
	return err;
}

static void add_blind_spot(struct table *table, const struct run *run,
			   const struct run_blind_spot *spot)
{
	const struct run_device *device = NULL;
	char buf[NAMES_LEN];

	for (size_t i = 0; spot->device && i < run->nr_devices; i++)
		if (!strcmp(run->devices[i].name, spot->device))
			device = &run->devices[i];

	table__add_row(table);
	table__add(table, spot->device ?: "all");
	if (spot->region < 0)
		table__add(table, run_blind_spot__is_of_others(spot, run) ? "others" : "all");
	else if (device)
		table__add(table, names__region(device, spot->region, buf));
	else
		table__add(table, run_region__name(NULL, spot->region, buf, sizeof(buf)));
	table__add(table, spot->kind);
	table__add(table, run_answer__name(spot->answer));
	table__add(table, spot->detail);
}

int text__not_seen(FILE *out, const struct run *run)
{
	struct table *table;
	int err;

	fputs("NOT SEEN\n"
	      "- accesses through mmapped regions and ioeventfds: they never enter the region "
	      "handlers\n",
	      out);
	if (!run->nr_blind_spots) {
		fputs("- which regions were mapped, and what came before the trace, was not "
		      "recorded\n",
		      out);
		return 0;
	}
	table = table__new();
	if (!table)
		return -ENOMEM;
	table__add_column(table, "DEVICE");
	table__add_column(table, "REGION");
	table__add_column(table, "BLIND SPOT");
	table__add_column(table, "ANSWER");
	table__add_column(table, "DETAIL");
	for (size_t i = 0; i < run->nr_blind_spots; i++)
		add_blind_spot(table, run, &run->blind_spots[i]);
	err = table__print(table, out);
	table__free(table);
	return err;
}
