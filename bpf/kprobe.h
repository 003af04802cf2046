/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kprobe family does at entry and exit. The exit has no arguments: they are kept from the
 * entry, and an exit without its start is a call that is lost. The kernel runs these programs with
 * preemption off, so that scheduling loses none.
 */
#ifndef VFIOSCOPE_BPF_KPROBE_H
#define VFIOSCOPE_BPF_KPROBE_H

#include "snoop.h"

/* From the device table, which saves two reads of kernel memory. */
static __always_inline bool table_handler_serves(int device, const enum vs_dir dir)
{
	const struct vs_device *dev = device_at(device);

	return (dir == VS_READ ? dev->is.read : dev->is.write) == config.handler_address[dir & 1];
}

static __noinline struct vs_start *kprobe_slot(__u64 owner, __u64 vdev, enum vs_dir dir)
{
	int device = device_find(vdev);
	struct vs_start *slot = NULL;

	if (device == DEVICE_NO_ROOM) {
		count_no_device(dir);
		return NULL;
	}
	if (device >= 0 && table_handler_serves(device, dir))
		slot = slot_take(owner, vdev, device, dir);
	if (!slot)
		COUNT_EVENT(dir, others);
	return slot;
}

static __always_inline bool position_on_stack(struct task_struct *task, __u64 ppos)
{
	return ppos - (__u64)task->stack < STACK_MOST;
}

/* The exit does not know the buffer. */
static __always_inline __u64 kprobe_proof(struct task_struct *task, __u64 ppos,
					  const enum vs_dir dir)
{
	return VS_START_PROOF(0ULL, call_stamp(task, position_on_stack(task, ppos), dir));
}

/* Is the call one to be counted? */
static __always_inline bool kprobe_entry(__u64 vdev, __u64 buf, __u64 count, __u64 ppos,
					 const enum vs_dir dir, const bool detailed)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 owner = thread_number(task);
	struct vs_start *slot = first_slot(owner, dir);

	if (!slot_ready(slot, owner, vdev, task, config.by_process)) {
		slot = kprobe_slot(owner, vdev, dir);
		if (!slot)
			return false;
	}
	slot->count = count;
	slot->ppos = ppos;
	if (detailed)
		keep_buffer(slot, buf);
	slot_begin(slot, kprobe_proof(task, ppos, dir));
	return true;
}

/* How often a program ran: what the kernel's counts of hits, or of skipped runs, are held against. */
static __always_inline void count_passage(const enum vs_dir dir)
{
	__u32 id = bpf_get_smp_processor_id() * config.cells_per_cpu + VS_CELL_NONE;
	struct vs_passages *here = bpf_map_lookup_elem(&cells, &id);

	if (here)
		here->count[config.handler_index[dir] & (VS_HANDLER_SLOTS - 1)]++;
}

/*
 * The thread's start does not fit: it is another call's. Or, by io_uring, it may be this one's which gave
 * way: that is counted, but not timed.
 */
static __noinline bool kprobe_misfit(void *ctx, struct vs_start *slot, __s64 ret, enum vs_dir dir)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct access access = { .ret = ret };

	if (!slot)
		return false;
	if (position_on_stack(task, slot->ppos)) {
		slots_clear(thread_number(task), dir);
		return false;
	}
	if (slot->ts_ns >= gate) {
		probe_position(&access.end, slot->ppos);
		access.count = slot->count;
		access.index_base = slot->index_base;
		access.shift = slot->shift;
		access.cpu = bpf_get_smp_processor_id();
		record_any(&access, slot);
		if (config.snoop.on)
			snoop(ctx, &access, bpf_ktime_get_ns(), kept_buffer(slot));
	} else {
		COUNT_EVENT(dir, outside);
	}
	slot->ts_ns = 0;
	return true;
}

/* Was there a start of this call? */
static __always_inline bool kprobe_exit(void *ctx, __u64 ret, const enum vs_dir dir,
					const bool detailed)
{
	__u64 ns = bpf_ktime_get_ns(), ts, owner, end;
	struct task_struct *task = bpf_get_current_task_btf();
	struct vs_start *slot;

	owner = thread_number(task);
	slot = first_slot(owner, dir);
	if (!slot_in_flight(slot, owner))
		slot = slot_at(more_slots_in_flight(owner, dir), dir);
	if (!slot)
		return false;
	if (!slot_fits(slot, owner, kprobe_proof(task, slot->ppos, dir)))
		return kprobe_misfit(detailed ? ctx : NULL, slot, ret, dir);
	ts = slot->ts_ns;
	barrier_var(ts);
	ns -= ts;
	barrier_var(ns);
	if (ts >= gate) {
		probe_position(&end, slot->ppos);
		if (detailed)
			record_detailed(ctx, slot, end, slot->count, ret, ns, kept_buffer(slot));
		else
			record(slot, end, &slot->count, &ret, ns);
	} else {
		COUNT_EVENT(dir, outside);
	}
	slot->ts_ns = 0;
	return true;
}

#endif
