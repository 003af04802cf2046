// SPDX-License-Identifier: GPL-2.0-only
/*
 * The region handlers of struct vfio_device_ops: one copy of these programs is loaded for each pair
 * of handlers (read and write), in one of these flavours:
 *
 *   fentry + fexit        the cheapest; the exit sees the arguments, so that an access whose entry
 *                         the kernel skipped is still counted, if untimed
 *   kprobe + kretprobe    loses nothing to scheduling, and needs no BPF trampoline
 *   kprobe.multi          the same, with a count of the entries
 *
 * (session.bpf.c has one more.) A program records only if vdev->ops names the very function that it
 * is attached to. So a variant handler that calls vfio_pci_core_read() counts once, without state.
 */
#include "kprobe.h"
#if VS_OBSERVES_ACCESSES
#include "zpci.h"
#endif

/* --- fentry + fexit ---------------------------------------------------------------------------- */

static __always_inline bool handler_serves(struct vfio_device *vdev, const enum vs_dir dir)
{
	return (dir == VS_READ ? (__u64)vdev->ops->read : (__u64)vdev->ops->write) ==
	       config.handler_address[dir & 1];
}

/* The verifier lets nobody hash a pointer: the first argument as a number. */
static __always_inline __u64 vdev_number(__u64 *ctx)
{
	__u64 number = 0;

	bpf_get_func_arg(ctx, 0, &number);
	return number;
}

/*
 * @ctx is on the thread's stack too, at its end. On these architectures stacks are mapped (features.c
 * looks after that), and what is allocated otherwise lies below: to look at one side is enough.
 */
static __always_inline bool by_system_call(const __u64 *ctx)
{
#if defined(__TARGET_ARCH_x86) || defined(__TARGET_ARCH_arm64)
	return ctx[3] >= (__u64)ctx;
#else
	return ctx[3] >= (__u64)ctx && ctx[3] < (__u64)ctx + STACK_MOST;
#endif
}

/* What entry and exit of a call have in common. */
static __always_inline __u64 call_proof(const __u64 *ctx, struct task_struct *task,
					const enum vs_dir dir)
{
	return VS_START_PROOF(ctx[1], call_stamp(task, by_system_call(ctx), dir));
}

/* The start of the call that ends is not in the first slot. */
__noinline int more_slots_fit(__u64 owner, __u64 proof, enum vs_dir dir)
{
	for (int i = 0; i < MORE_SLOTS; i++)
		if (slot_fits(more_slot(owner, i, dir), owner, proof))
			return MORE_SLOT(owner, i);
	return NO_SLOT;
}

static __noinline struct vs_start *fentry_slot(__u64 owner, __u64 vdev, enum vs_dir dir)
{
	return slot_take(owner, vdev, device_find(vdev), dir);
}

static __always_inline int fentry_body(__u64 *ctx, const enum vs_dir dir, const bool by_process)
{
	struct vfio_device *vdev = (void *)ctx[0];
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 owner = thread_number(task);
	struct vs_start *slot = first_slot(owner, dir);

	if (!slot_ready(slot, owner, (__u64)vdev, task, by_process)) {
		slot = handler_serves(vdev, dir) ? fentry_slot(owner, vdev_number(ctx), dir) : NULL;
		if (!slot)
			return 0;
	}
	slot_begin(slot, call_proof(ctx, task, dir));
	return 0;
}

/* The device of a call that ended without its start; negative: it is not to be counted. */
static __noinline int device_of_untimed(__u64 *ctx, enum vs_dir dir)
{
	int device;

	if (!handler_serves((struct vfio_device *)ctx[0], dir))
		return DEVICE_UNWANTED;
	device = device_find(vdev_number(ctx));
	if (device == DEVICE_NO_ROOM)
		count_no_device(dir);
	return device >= 0 && !task_wanted() ? DEVICE_UNWANTED : device;
}

/* The entry was skipped, or its start is another call's: count the access all the same. */
static __noinline int count_untimed(__u64 *ctx, int device, enum vs_dir dir)
{
	struct access access = { .count = ctx[2], .ret = ctx[4] };

	if (!slots_clear(thread_number(bpf_get_current_task_btf()), dir) && gate != VS_SHUT)
		COUNT_EVENT(dir, no_start);
	if (gate == VS_SHUT)
		return 0;
	cast_position(&access.end, ctx[3]);
	access.cpu = bpf_get_smp_processor_id();
	access.index_base = VS_INDEX_BASE(client_of(device), dir);
	access.shift = device_at(device)->shift;
	record_any(&access, NULL);
	if (config.snoop.on)
		snoop(ctx, &access, bpf_ktime_get_ns(), ctx[1]);
	return 0;
}

static __always_inline int fexit_body(__u64 *ctx, const enum vs_dir dir, const bool detailed)
{
	__u64 ns = bpf_ktime_get_ns(), owner, proof, ts, end;
	struct task_struct *task = bpf_get_current_task_btf();
	struct vs_start *slot;

	owner = thread_number(task);
	slot = first_slot(owner, dir);
	proof = call_proof(ctx, task, dir);
	if (!slot_fits(slot, owner, proof))
		slot = slot_at(more_slots_fit(owner, proof, dir), dir);
	if (!slot) {
		int device = device_of_untimed(ctx, dir);

		return device < 0 ? 0 : count_untimed(ctx, device, dir);
	}
	ts = slot->ts_ns;
	barrier_var(ts);
	ns -= ts;
	barrier_var(ns);
	if (ts >= gate) {
		cast_position(&end, ctx[3]);
		if (detailed)
			record_detailed(ctx, slot, end, ctx[2], ctx[4], ns, ctx[1]);
		else
			record(slot, end, &ctx[2], &ctx[4], ns);
	}
	/* Last, so that user space sees who is still counting. */
	slot->ts_ns = 0;
	return 0;
}

/*
 * --- the programs: one direction each, so that it costs nothing to know. For the same reason those that tell
 * processes apart, and those that do more with each call than to count it in its cell, "detailed", are
 * others: to look at a constant of the configuration would cost instructions.
 */

#define HANDLER_PROGRAMS(name, dir)                                                            \
	SEC("fentry") int name##_fentry(__u64 *ctx)                                            \
	{                                                                                      \
		return fentry_body(ctx, dir, false);                                           \
	}                                                                                      \
	SEC("fentry") int name##_fentry_by_process(__u64 *ctx)                                 \
	{                                                                                      \
		return fentry_body(ctx, dir, true);                                            \
	}                                                                                      \
	SEC("fexit") int name##_fexit(__u64 *ctx)                                              \
	{                                                                                      \
		return fexit_body(ctx, dir, false);                                            \
	}                                                                                      \
	SEC("fexit") int name##_fexit_detailed(__u64 *ctx)                                     \
	{                                                                                      \
		return fexit_body(ctx, dir, true);                                             \
	}                                                                                      \
	SEC("kprobe")                                                                          \
	int BPF_KPROBE(name##_kprobe, __u64 vdev, __u64 buf, __u64 count, __u64 ppos)          \
	{                                                                                      \
		count_passage(dir);                                                            \
		kprobe_entry(vdev, buf, count, ppos, dir, false);                              \
		return 0;                                                                      \
	}                                                                                      \
	SEC("kprobe")                                                                          \
	int BPF_KPROBE(name##_kprobe_detailed, __u64 vdev, __u64 buf, __u64 count, __u64 ppos) \
	{                                                                                      \
		count_passage(dir);                                                            \
		kprobe_entry(vdev, buf, count, ppos, dir, true);                               \
		return 0;                                                                      \
	}                                                                                      \
	SEC("kprobe")                                                                          \
	int BPF_KPROBE(name##_multi, __u64 vdev, __u64 buf, __u64 count, __u64 ppos)           \
	{                                                                                      \
		if (kprobe_entry(vdev, buf, count, ppos, dir, false))                          \
			count_passage(dir);                                                    \
		return 0;                                                                      \
	}                                                                                      \
	SEC("kprobe")                                                                          \
	int BPF_KPROBE(name##_multi_detailed, __u64 vdev, __u64 buf, __u64 count, __u64 ppos)  \
	{                                                                                      \
		if (kprobe_entry(vdev, buf, count, ppos, dir, true))                           \
			count_passage(dir);                                                    \
		return 0;                                                                      \
	}                                                                                      \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe, __s64 ret)                        \
	{                                                                                      \
		kprobe_exit(ctx, ret, dir, false);                                             \
		return 0;                                                                      \
	}                                                                                      \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe_detailed, __s64 ret)               \
	{                                                                                      \
		kprobe_exit(ctx, ret, dir, true);                                              \
		return 0;                                                                      \
	}

HANDLER_PROGRAMS(read, VS_READ)
HANDLER_PROGRAMS(write, VS_WRITE)

char LICENSE[] SEC("license") = "GPL";
