/* SPDX-License-Identifier: GPL-2.0-only */
/* The process table: who uses a device. */
#ifndef VFIOSCOPE_BPF_CLIENT_H
#define VFIOSCOPE_BPF_CLIENT_H

#include "device.h"

static __always_inline struct vs_process *process_at(__u32 process)
{
	return &shared.processes[process & (VS_MAX_PROCESSES - 1)];
}

static __always_inline bool process_is(const struct vs_process *process, __u64 since, __u32 tgid,
				       __u32 device)
{
	return process->since == since && process->tgid == tgid && process->device == device &&
	       process->filled;
}

static __always_inline void process_fill(struct vs_process *process, struct task_struct *task,
					 __u32 device)
{
	process->tgid = task->tgid;
	process->device = device;
	bpf_probe_read_kernel(process->comm, sizeof(process->comm), task->group_leader->comm);
	process->filled = 1;
}

/*
 * One more is told apart as long as half of the cells are free: short-lived processes, one after another,
 * must not take the cells that calls need, whoever makes them.
 */
static __always_inline bool room_for_process(void)
{
	return shared.next_cell < config.cells_per_cpu / 2;
}

/*
 * The current process's number as a client of the device; that of the device: there is no room. Not static,
 * for the reason given in device.h.
 */
__noinline int client_find(__u32 device)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 since = task->group_leader->start_boottime;
	__u32 tgid = task->tgid, first = device_hash(since + device, VS_MAX_PROCESSES);

	for (int i = 0; i < VS_MAX_PROCESSES; i++) {
		struct vs_process *process = process_at(first + i);

		if (!process->since && !room_for_process())
			break;
		if (!process->since && __sync_bool_compare_and_swap(&process->since, 0, since))
			process_fill(process, task, device);
		if (process_is(process, since, tgid, device))
			return VS_MAX_DEVICES + ((first + i) & (VS_MAX_PROCESSES - 1));
	}
	return device;
}

static __always_inline __u32 client_of(__u32 device)
{
	return config.by_process ? client_find(device) : device;
}

static __always_inline __u32 client_device(__u32 client)
{
	return client < VS_MAX_DEVICES ? client : process_at(client)->device;
}

#endif
