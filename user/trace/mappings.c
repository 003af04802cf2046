// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mappings of a trace. What is made by mmap() has its time from the program that saw it; what came by
 * fork(), or is what a part that was cut off or moved became, is found by a scan, made between the one
 * before and that one. That one is gone is found by a scan only: between the time it was last seen and
 * the end of the scan that missed it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/trace.h"

struct mapping {
	struct vs_mapping is;
	struct run_range made; /* max 0: before the first scan */
	uint64_t seen_ns; /* it was there then */
	uint64_t gone_ns; /* it was not there then; 0: it was, so far */
};

struct mappings {
	struct mapping *list; /* MAPPINGS_MAX */
	size_t nr;
	uint64_t left_out;
	uint64_t nr_made; /* of struct vs_watch, taken */
	uint64_t scanned_ns; /* when the last scan began; 0: there was none */
};

struct mappings *mappings__new(void)
{
	struct mappings *mappings = calloc(1, sizeof(*mappings));

	if (!mappings)
		return NULL;
	mappings->list = calloc(MAPPINGS_MAX, sizeof(*mappings->list));
	if (mappings->list)
		return mappings;
	free(mappings);
	return NULL;
}

void mappings__free(struct mappings *mappings)
{
	if (!mappings)
		return;
	free(mappings->list);
	free(mappings);
}

bool mappings__any(const struct mappings *mappings)
{
	for (size_t i = 0; i < mappings->nr; i++)
		if (!mappings->list[i].gone_ns)
			return true;
	return false;
}

/* The same place in the same address space. */
static struct mapping *find(const struct mappings *mappings, const struct vs_mapping *is)
{
	for (size_t i = 0; i < mappings->nr; i++) {
		struct mapping *mapping = &mappings->list[i];

		if (!mapping->gone_ns && mapping->is.mm == is->mm &&
		    mapping->is.start == is->start && mapping->is.length == is->length &&
		    !strncmp(mapping->is.name, is->name, VS_NAME_LEN))
			return mapping;
	}
	return NULL;
}

static void add(struct mappings *mappings, const struct vs_mapping *is, struct run_range made,
		uint64_t seen_ns)
{
	if (mappings->nr == MAPPINGS_MAX) {
		mappings->left_out++;
		return;
	}
	mappings->list[mappings->nr++] =
		(struct mapping){ .is = *is, .made = made, .seen_ns = seen_ns };
}

/* What was at the place before must have gone. */
static void take_one(struct mappings *mappings, const struct vs_mapping *is)
{
	struct mapping *before = find(mappings, is);

	if (before)
		before->gone_ns = is->time_ns;
	add(mappings, is, (struct run_range){ is->time_ns, is->time_ns }, is->time_ns);
}

/* One that is being written is left for the next time. */
void mappings__take_made(struct mappings *mappings, const struct vs_watch *watch)
{
	uint64_t nr = __atomic_load_n(&watch->nr_mappings, __ATOMIC_ACQUIRE);

	for (; mappings->nr_made < nr && mappings->nr_made < VS_MAPPINGS; mappings->nr_made++) {
		const struct vs_mapping *is = &watch->mappings[mappings->nr_made];

		if (!__atomic_load_n(&is->time_ns, __ATOMIC_ACQUIRE))
			return;
		take_one(mappings, is);
	}
	if (nr > mappings->nr_made) {
		mappings->left_out += nr - mappings->nr_made;
		mappings->nr_made = nr;
	}
}

/* What a program saw being made has the region from the call itself, which may be known no more. */
static void take_row(struct mappings *mappings, const struct vs_mapping *is, uint64_t begin_ns,
		     uint64_t end_ns)
{
	struct run_range made = { mappings->scanned_ns, mappings->scanned_ns ? end_ns : 0 };
	struct mapping *known = find(mappings, is);

	if (!known)
		add(mappings, is, made, begin_ns);
	else if (known->seen_ns < begin_ns)
		known->seen_ns = begin_ns;
	if (known)
		known->is.prot |= is->prot; /* mprotect() may have changed it */
}

void mappings__take_scan(struct mappings *mappings, const struct mapping_rows *rows,
			 uint64_t begin_ns, uint64_t end_ns)
{
	for (size_t i = 0; i < rows->nr; i++)
		take_row(mappings, &rows->rows[i], begin_ns, end_ns);
	for (size_t i = 0; i < mappings->nr; i++) {
		struct mapping *mapping = &mappings->list[i];

		if (!mapping->gone_ns && mapping->seen_ns < begin_ns)
			mapping->gone_ns = end_ns;
	}
	mappings->scanned_ns = begin_ns;
}

/* --- into a run -------------------------------------------------------------------------------- */

/* The run's index of a process, added if need be; or a negative errno. */
static int add_process(struct run *run, const struct vs_mapping *is)
{
	struct run_process *process;

	for (size_t i = 0; i < run->nr_processes; i++) {
		process = &run->processes[i];
		if (process->pid == (int)is->tgid && process->comm &&
		    !strncmp(process->comm, is->comm, VS_COMM_LEN))
			return i;
	}
	process = run__add_process(run);
	if (!process)
		return -ENOMEM;
	process->pid = is->tgid;
	process->comm = strndup(is->comm, VS_COMM_LEN);
	return process->comm ? (int)run->nr_processes - 1 : -ENOMEM;
}

static const char *prot_name(uint32_t prot)
{
	static const char *const names[] = { "", "r", "w", "rw" };

	return names[prot & (VS_PROT_READ | VS_PROT_WRITE)];
}

static uint64_t since(uint64_t start_ns, uint64_t ns)
{
	return ns > start_ns ? ns - start_ns : 0;
}

static int fill_one(const struct mapping *from, uint64_t start_ns, uint64_t end_ns, struct run *run)
{
	int process = add_process(run, &from->is);
	struct run_mapping *to = process < 0 ? NULL : run__add_mapping(run);

	if (!to)
		return -ENOMEM;
	to->device = strndup(from->is.name, VS_NAME_LEN);
	to->prot = strdup(prot_name(from->is.prot));
	to->region = from->is.region;
	to->offset = from->is.region < 0 ? 0 : from->is.offset;
	to->length = from->is.length;
	to->process = process;
	to->before_trace = from->made.max <= start_ns;
	to->made.min = since(start_ns, from->made.min);
	to->made.max = since(start_ns, from->made.max);
	if (from->gone_ns && from->seen_ns < end_ns) {
		to->dropped.min = since(start_ns, from->seen_ns);
		to->dropped.max = since(start_ns, from->gone_ns < end_ns ? from->gone_ns : end_ns);
	}
	return to->device && to->prot ? 0 : -ENOMEM;
}

int mappings__fill(const struct mappings *mappings, uint64_t start_ns, uint64_t end_ns,
		   struct run *run)
{
	int err = 0;

	for (size_t i = 0; !err && i < mappings->nr; i++) {
		const struct mapping *mapping = &mappings->list[i];

		if ((!mapping->gone_ns || mapping->gone_ns > start_ns) &&
		    mapping->made.min < end_ns)
			err = fill_one(mapping, start_ns, end_ns, run);
	}
	run->limits.mappings_dropped = mappings->left_out;
	return err;
}
