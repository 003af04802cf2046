// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "user/render/snoop.h"

const char *names__region(const struct run_device *device, uint32_t region, char *buf)
{
	for (size_t i = 0; i < device->nr_regions; i++)
		if (device->regions[i].index == region && device->regions[i].name)
			return device->regions[i].name;
	return run_region__name(device->bus, region, buf, NAMES_LEN);
}

char *names__errnos(const struct run_errno *errnos, size_t nr)
{
	char name[NAMES_LEN];
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < nr; i++)
		fprintf(out, "%s%s:%" PRIu64, i ? " " : "",
			run_errno__name(errnos[i].err, name, sizeof(name)), errnos[i].count);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

const struct run_process *names__process(const struct run *run, const struct run_cell *cell)
{
	return cell->process == RUN_NO_PROCESS ? NULL : &run->processes[cell->process];
}

char *names__process_label(const struct run_process *process)
{
	char *label;

	if (asprintf(&label, "%s[%d]", process->comm ?: "", process->pid) < 0)
		return NULL;
	return label;
}

char *names__frame(const struct snoop_frame *frame)
{
	char *text;
	int n;

	if (frame->function)
		n = asprintf(&text, "%s+0x%" PRIx64 "%s%s%s", frame->function, frame->offset,
			     frame->module ? " [" : "", frame->module ?: "",
			     frame->module ? "]" : "");
	else
		n = asprintf(&text, "0x%" PRIx64, frame->address);
	return n < 0 ? NULL : text;
}

char *names__process_full(const struct run_process *process)
{
	char *label;

	if (asprintf(&label, "%s[%d]%s%s%s", process->comm ?: "", process->pid,
		     process->vm ? " (VM " : "", process->vm ?: "", process->vm ? ")" : "") < 0)
		return NULL;
	return label;
}
