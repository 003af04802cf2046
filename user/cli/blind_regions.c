// SPDX-License-Identifier: GPL-2.0-only
/*
 * By device and region: accesses through mappings, and writes that the kernel makes for ioeventfds. A region
 * that has any is named; then the rest of the device is answered for, as one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/cli/blind_spots.h"
#include "user/render/units.h"

#define SHARED_DOUBT "processes outside of our PID namespace cannot be seen"

/* --- text -------------------------------------------------------------------------------------- */

struct text {
	char *chars;
	size_t size;
	FILE *stream; /* NULL: no memory */
};

static void text__open(struct text *text)
{
	*text = (struct text){};
	text->stream = open_memstream(&text->chars, &text->size);
}

/* The caller's to free; NULL: no memory. */
static char *text__close(struct text *text)
{
	if (text->stream && !fclose(text->stream))
		return text->chars;
	free(text->chars);
	return NULL;
}

/* Takes @detail over, where NULL is a failure to make it. */
static int add_region(struct run *run, const char *device, int region, const char *kind,
		      uint64_t count, char *detail)
{
	struct run_blind_spot *spot = detail ? blind_spots__add(run, device, kind, RUN_YES, detail)
					     : NULL;

	free(detail);
	if (!spot)
		return -ENOMEM;
	spot->region = region;
	spot->count = count;
	return 0;
}

/* The answer for what of a device was not named. */
static int add_rest(struct run *run, const char *device, const char *kind, const char *doubt)
{
	return blind_spots__add(run, device, kind, doubt ? RUN_UNKNOWN : RUN_NO, doubt) ? 0
											: -ENOMEM;
}

/* --- mappings ---------------------------------------------------------------------------------- */

#define MAPPINGS_NAMED 4 /* of a region, in its text */

static bool is_of(const struct run_mapping *mapping, const char *device, int region)
{
	return mapping->region == region && !strcmp(mapping->device, device);
}

static void describe_range(FILE *out, const char *what, const struct run_range *range)
{
	char min[UNITS_LEN], max[UNITS_LEN];

	if (range->min == range->max)
		fprintf(out, ", %s at %s", what, units__duration(range->min, min));
	else
		fprintf(out, ", %s between %s and %s", what, units__duration(range->min, min),
			units__duration(range->max, max));
}

static void describe_mapping(FILE *out, const struct run *run, const struct run_mapping *mapping)
{
	const struct run_process *process = &run->processes[mapping->process];

	fprintf(out, "%s[%d]", process->comm, process->pid);
	if (process->vm)
		fprintf(out, " (VM %s)", process->vm);
	if (mapping->region < 0)
		fprintf(out, " 0x%" PRIx64 " bytes", mapping->length);
	else
		fprintf(out, " 0x%" PRIx64 "+0x%" PRIx64, mapping->offset, mapping->length);
	fprintf(out, " %s", mapping->prot[0] ? mapping->prot : "without access");
	if (mapping->before_trace)
		fputs(", before the trace", out);
	else
		describe_range(out, "made", &mapping->made);
	if (mapping->dropped.max)
		describe_range(out, "dropped", &mapping->dropped);
}

/* Mapped is not bypassed: QEMU keeps its mappings while it traps accesses. */
static uint64_t count_calls(const struct run *run, const char *device, int region)
{
	uint64_t count = 0;

	for (size_t i = 0; i < run->nr_cells; i++) {
		const struct run_cell *cell = &run->cells[i];

		if ((int)cell->region == region && !strcmp(run->devices[cell->device].name, device))
			count += cell->count;
	}
	return count;
}

static char *describe_mapped(const struct run *run, const char *device, int region)
{
	uint64_t calls = count_calls(run, device, region);
	struct text text;
	size_t nr = 0;

	text__open(&text);
	for (size_t i = 0; text.stream && i < run->nr_mappings; i++) {
		const struct run_mapping *mapping = &run->mappings[i];

		if (!is_of(mapping, device, region) || nr++ >= MAPPINGS_NAMED)
			continue;
		fputs(nr > 1	   ? "; "
		      : region < 0 ? "which region is not known: mapped by "
				   : "mapped by ",
		      text.stream);
		describe_mapping(text.stream, run, mapping);
	}
	if (text.stream && nr > MAPPINGS_NAMED)
		fprintf(text.stream, "; and %zu more", nr - MAPPINGS_NAMED);
	if (text.stream && calls)
		fprintf(text.stream, "; mixed: %" PRIu64 " calls were counted as well", calls);
	return text__close(&text);
}

/* Why there may be mappings that were not found; NULL: there are none. */
static const char *doubt_mappings(const struct blind_spots *blind, const struct run *run,
				  const char *device)
{
	if (tracer__cannot_map(blind->tracer, device))
		return NULL;
	if (blind->scan_err)
		return "mappings could not be looked for";
	if (!open_scan__sees_all_processes())
		return SHARED_DOUBT;
	if (!open_scan__knows_mappings(blind->scan))
		return "this kernel maps BARs by dma-bufs, which are not looked for";
	if (run->limits.mappings_dropped)
		return "there were more mappings than are kept";
	return tracer__watch_doubt(blind->tracer);
}

static bool is_first(const struct run *run, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (is_of(&run->mappings[j], run->mappings[i].device, run->mappings[i].region))
			return false;
	return true;
}

int blind_spots__add_mapped(const struct blind_spots *blind, struct run *run, const char *device)
{
	bool anywhere = false;
	int err = 0;

	for (size_t i = 0; !err && i < run->nr_mappings; i++) {
		const struct run_mapping *mapping = &run->mappings[i];

		if (strcmp(mapping->device, device) != 0 || !is_first(run, i))
			continue;
		anywhere |= mapping->region < 0;
		err = add_region(run, device, mapping->region, "mmap", 0,
				 describe_mapped(run, device, mapping->region));
	}
	if (err || anywhere)
		return err;
	return add_rest(run, device, "mmap", doubt_mappings(blind, run, device));
}

/* --- ioeventfds -------------------------------------------------------------------------------- */

/* As it was found when the trace began; NULL: it was not open. */
static const struct vs_open_row *find_open(const struct blind_spots *blind, const char *device)
{
	for (size_t i = 0; i < blind->open.nr; i++)
		if (!strncmp(blind->open.rows[i].name, device, VS_NAME_LEN))
			return &blind->open.rows[i];
	return NULL;
}

static char *describe_ioeventfds(const struct blind_spots *blind, bool before,
				 const struct vs_open_row *open,
				 const struct trace_ioeventfds *seen)
{
	struct text text;

	text__open(&text);
	if (!text.stream)
		return NULL;
	if (before)
		fprintf(text.stream, "armed before the trace: %" PRIu32 " on this device; ",
			open->ioeventfds);
	fprintf(text.stream, "armed since: %" PRIu64 ", disarmed: %" PRIu64 "; ", seen->armed,
		seen->disarmed);
	if (tracer__watches_ioeventfds(blind->tracer))
		fprintf(text.stream, "fired: %" PRIu64 ", each a write by the kernel", seen->fired);
	else
		fputs("how often they fired is not known", text.stream);
	return text__close(&text);
}

static const char *doubt_ioeventfds(const struct blind_spots *blind, const struct vs_open_row *open)
{
	if (!open_scan__sees_all_processes())
		return SHARED_DOUBT;
	if (open && !open->is_core)
		return "it was open before the trace, and its driver is not one of vfio-pci-core's";
	if (open && open->ioeventfds > VS_IOEVENTFDS)
		return "there were more when the trace began than were looked at";
	return tracer__watch_doubt(blind->tracer);
}

int blind_spots__add_ioeventfds(const struct blind_spots *blind, struct run *run,
				const char *device)
{
	const struct vs_open_row *open = find_open(blind, device);
	struct trace_ioeventfds regions[VS_REGIONS];
	int err = 0;

	tracer__ioeventfds(blind->tracer, device, regions);
	for (int i = 0; !err && i < VS_REGIONS; i++) {
		const struct trace_ioeventfds *seen = &regions[i];
		bool before = open && open->ioeventfd_regions & 1U << i;

		if (before || seen->armed || seen->disarmed || seen->fired)
			err = add_region(run, device, i, "ioeventfd", seen->fired,
					 describe_ioeventfds(blind, before, open, seen));
	}
	return err ?: add_rest(run, device, "ioeventfd", doubt_ioeventfds(blind, open));
}
