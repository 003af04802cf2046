// SPDX-License-Identifier: GPL-2.0-only
/* Who uses devices: from the kernel's process table to the run's processes. */
#include <errno.h>
#include <string.h>

#include "user/trace/tracer.h"

uint32_t client__device(const struct tracer *tracer, uint32_t client)
{
	return client < VS_MAX_DEVICES ? client
				       : tracer->shared->processes[client - VS_MAX_DEVICES].device;
}

/* A process has a slot for each device that it uses. */
static bool same_process(const struct vs_process *a, const struct vs_process *b)
{
	return a->filled && b->filled && a->tgid == b->tgid && a->since == b->since;
}

static uint32_t first_slot(const struct tracer *tracer, uint32_t slot)
{
	const struct vs_process *processes = tracer->shared->processes;

	for (uint32_t i = 0; i < slot; i++)
		if (same_process(&processes[i], &processes[slot]))
			return i;
	return slot;
}

/* What was found when its first slot was taken: later it may have been gone. */
static const struct process_info *find_info(const struct tracer *tracer, uint32_t slot)
{
	const struct vs_process *processes = tracer->shared->processes;

	for (uint32_t i = 0; i < VS_MAX_PROCESSES; i++)
		if (tracer->looked_at[i].info.cgroup &&
		    same_process(&processes[i], &processes[slot]))
			return &tracer->looked_at[i].info;
	return &tracer->looked_at[slot].info;
}

void tracer__look(struct tracer *tracer)
{
	for (uint32_t slot = 0; slot < VS_MAX_PROCESSES; slot++) {
		const struct vs_process *process = &tracer->shared->processes[slot];
		struct looked_at *looked_at = &tracer->looked_at[slot];

		if (looked_at->done || !__atomic_load_n(&process->filled, __ATOMIC_ACQUIRE))
			continue;
		process_info__look(&looked_at->info, process->tgid, process->since);
		looked_at->done = true;
	}
}

void clients__free(struct tracer *tracer)
{
	for (int i = 0; i < VS_MAX_PROCESSES; i++)
		process_info__clear(&tracer->looked_at[i].info);
}

static int copy_string(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

static int add_process(const struct tracer *tracer, uint32_t slot, struct run *run)
{
	const struct vs_process *seen = &tracer->shared->processes[slot];
	const struct process_info *info = find_info(tracer, slot);
	struct run_process *process = run__add_process(run);
	int err;

	if (!process)
		return -ENOMEM;
	process->pid = seen->tgid;
	process->comm = strndup(seen->comm, VS_COMM_LEN);
	err = process->comm ? copy_string(&process->cgroup, info->cgroup) : -ENOMEM;
	return err ?: copy_string(&process->vm, info->vm);
}

int client__fill_process(const struct tracer *tracer, uint32_t client, struct run *run,
			 int *indexes, int *index)
{
	uint32_t slot;
	int err;

	*index = RUN_NO_PROCESS;
	if (client < VS_MAX_DEVICES)
		return 0;
	slot = first_slot(tracer, client - VS_MAX_DEVICES);
	if (indexes[slot] < 0) {
		err = add_process(tracer, slot, run);
		if (err)
			return err;
		indexes[slot] = run->nr_processes - 1;
	}
	*index = indexes[slot];
	return 0;
}
