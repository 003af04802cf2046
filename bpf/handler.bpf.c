// SPDX-License-Identifier: GPL-2.0-only
/*
 * The region handlers of struct vfio_device_ops: one copy of these programs is loaded for each pair
 * of handlers (read and write), in one of two flavours:
 *
 *   fentry + fexit        the cheapest; the exit sees the arguments, so that an access whose entry
 *                         the kernel skipped is still counted, if untimed
 *   kprobe + kretprobe    where there is no BPF trampoline; the arguments are kept from the entry
 *
 * A program records only if vdev->ops names the very function that it is attached to. So a variant
 * handler that calls vfio_pci_core_read() counts once, without state.
 */
#include "record.h"

const volatile __u64 handler_address[VS_DIRS];
const volatile __u64 handler_tag[VS_DIRS]; /* VS_START_TAG of no thread */
const volatile bool filter_tasks; /* any of the next three is set: one look instead of three */
const volatile __u32 filter_tgid; /* 0: any */
const volatile char filter_comm[VS_COMM_LEN]; /* of the process; empty: any */
const volatile __u64 filter_cgroup; /* id; 0: any */
const volatile __u32 filter_cgroup_level;

static __noinline bool task_passes(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (filter_tgid && task->tgid != filter_tgid)
		return false;
	if (filter_comm[0]) {
		char comm[VS_COMM_LEN] = {};

		bpf_probe_read_kernel(comm, sizeof(comm), task->group_leader->comm);
		for (int i = 0; i < VS_COMM_LEN && (filter_comm[i] || comm[i]); i++)
			if (filter_comm[i] != comm[i])
				return false;
	}
	if (filter_cgroup &&
	    bpf_get_current_ancestor_cgroup_id(filter_cgroup_level) != filter_cgroup)
		return false;
	return true;
}

static __always_inline bool task_wanted(void)
{
	return !filter_tasks || task_passes();
}

/*
 * What tells one call of a thread from the next: the kernel counts a read or write system call when
 * it ends (include/linux/sched/xacct.h).
 */
static __always_inline __u64 call_stamp(struct task_struct *task, const enum vs_dir dir)
{
	return dir == VS_READ ? task->ioac.syscr : task->ioac.syscw;
}

static __always_inline __u64 call_tag(struct task_struct *task, const enum vs_dir dir)
{
	return handler_tag[dir] | (__u32)task->pid;
}

/* --- starts ------------------------------------------------------------------------------------ */

/* The barrier has one pointer made, where clang would make the same one again for each field. */
static __always_inline struct vs_start *first_slot(__u64 tag)
{
	struct vs_start *slot = &starts[tag & (VS_START_SLOTS - 1)];

	barrier_var(slot);
	return slot;
}

static __always_inline struct vs_start *second_slot(__u64 tag)
{
	return &starts[((__u32)tag * 0x9e3779b1U >> 16) & (VS_START_SLOTS - 1)];
}

/* The slot is the thread's from its last call on this device. */
static __always_inline bool slot_ready(const struct vs_start *slot, __u64 tag, __u64 vdev)
{
	return slot->tag == tag && slot->vdev == vdev && !slot->ts_ns;
}

/* Does the slot hold the start of the call that ends? */
static __always_inline bool slot_fits(const struct vs_start *slot, __u64 tag, __u64 proof)
{
	return slot->tag == tag && slot->ts_ns && (slot->seal ^ slot->ts_ns) == proof;
}

static __noinline struct vs_start *slot_fits_second(__u64 tag, __u64 proof)
{
	struct vs_start *slot = second_slot(tag);

	return slot_fits(slot, tag, proof) ? slot : NULL;
}

/* Is there a start in flight that began after activation? */
static __always_inline bool start_counts(const struct vs_start *slot)
{
	return slot->ts_ns && slot->ts_ns >= control.active_from_ns;
}

/* A slot for a call of a traced device, made the thread's own. */
static __always_inline struct vs_start *slot_take(__u64 tag, __u64 vdev, __u32 device,
						  enum vs_dir dir)
{
	struct vs_start *slot = first_slot(tag);

	if (slot->tag != tag && slot->ts_ns)
		slot = second_slot(tag);
	if (start_counts(slot)) {
		if (slot->tag == tag)
			COUNT_EVENT(dir, replaced);
		else
			COUNT_EVENT(dir, evicted);
	}
	slot->ts_ns = 0;
	slot->tag = tag;
	slot->vdev = vdev;
	slot->index_base = VS_INDEX_BASE(device, dir);
	slot->shift = device_at(device)->shift;
	return slot;
}

/* For an entry whose slot is not ready; the device's handler is known to be this one. */
static __noinline struct vs_start *slot_find(__u64 tag, __u64 vdev, enum vs_dir dir)
{
	int device = device_find(vdev);

	if (device < 0) {
		if (control.active_from_ns != VS_PRIMING)
			COUNT_EVENT(dir, no_device);
		return NULL;
	}
	return device_at(device)->state == VS_DEVICE_TRACED ? slot_take(tag, vdev, device, dir)
							    : NULL;
}

static __always_inline void slot_begin(struct vs_start *slot, __u64 proof)
{
	__u64 ts = bpf_ktime_get_ns();

	slot->seal = ts ^ proof;
	slot->ts_ns = ts;
}

/* Drop a start of this thread that is in flight though its call is over: its exit was skipped. */
static __always_inline bool slot_clear(struct vs_start *slot, __u64 tag)
{
	bool counts = slot->tag == tag && start_counts(slot);

	if (slot->tag == tag)
		slot->ts_ns = 0;
	return counts;
}

/* Was there one that counts? */
static __noinline bool slots_clear(__u64 tag, enum vs_dir dir)
{
	bool first = slot_clear(first_slot(tag), tag), second = slot_clear(second_slot(tag), tag);

	if (first || second)
		COUNT_EVENT(dir, stale);
	return first || second;
}

/* --- fentry + fexit ---------------------------------------------------------------------------- */

static __always_inline bool handler_serves(struct vfio_device *vdev, const enum vs_dir dir)
{
	return (dir == VS_READ ? (__u64)vdev->ops->read : (__u64)vdev->ops->write) ==
	       handler_address[dir];
}

/* The verifier lets nobody hash a pointer: the first argument as a number. */
static __always_inline __u64 vdev_number(__u64 *ctx)
{
	__u64 number = 0;

	bpf_get_func_arg(ctx, 0, &number);
	return number;
}

static __always_inline int fentry_body(__u64 *ctx, const enum vs_dir dir)
{
	struct vfio_device *vdev = (void *)ctx[0];
	struct task_struct *task;
	struct vs_start *slot;
	__u64 tag;

	if (control.active_from_ns == VS_OFF || !task_wanted())
		return 0;
	task = bpf_get_current_task_btf();
	tag = call_tag(task, dir);
	slot = first_slot(tag);
	if (!slot_ready(slot, tag, (__u64)vdev)) {
		slot = handler_serves(vdev, dir) ? slot_find(tag, vdev_number(ctx), dir) : NULL;
		if (!slot)
			return 0;
	}
	slot_begin(slot, VS_START_PROOF(ctx[1], call_stamp(task, dir)));
	return 0;
}

/* The entry was skipped, or its start is another call's: count the access all the same. */
static __noinline int count_untimed(__u64 *ctx, __u64 tag, enum vs_dir dir)
{
	__u64 active_from = control.active_from_ns;
	int device;

	if (active_from == VS_OFF || !task_wanted())
		return 0;
	if (!slots_clear(tag, dir) && active_from != VS_PRIMING)
		COUNT_EVENT(dir, no_start);
	device = device_find(vdev_number(ctx));
	if (active_from != VS_PRIMING && device >= 0 &&
	    device_at(device)->state == VS_DEVICE_TRACED)
		record(VS_INDEX_BASE(device, dir), device_at(device)->shift, ctx[2], ctx[3], ctx[4],
		       0, false);
	return 0;
}

static __always_inline int fexit_body(__u64 *ctx, const enum vs_dir dir)
{
	__u64 now = bpf_ktime_get_ns(), tag, proof, ts;
	struct vfio_device *vdev = (void *)ctx[0];
	struct task_struct *task;
	struct vs_start *slot;

	task = bpf_get_current_task_btf();
	tag = call_tag(task, dir);
	proof = VS_START_PROOF(ctx[1], call_stamp(task, dir));
	slot = first_slot(tag);
	if (!slot_fits(slot, tag, proof))
		slot = slot_fits_second(tag, proof);
	if (!slot || slot->vdev != (__u64)vdev)
		return handler_serves(vdev, dir) ? count_untimed(ctx, tag, dir) : 0;
	ts = slot->ts_ns;
	slot->ts_ns = 0;
	if (ts >= control.active_from_ns)
		record(slot->index_base, slot->shift, ctx[2], ctx[3], ctx[4], now - ts, true);
	return 0;
}

/* --- kprobe + kretprobe ------------------------------------------------------------------------ */

/* From the device table, which saves two reads of kernel memory. */
static __always_inline bool table_handler_serves(__u64 vdev, const enum vs_dir dir)
{
	int device = device_find(vdev);
	const struct vs_device *dev = device_at(device);

	return device < 0 || (dir == VS_READ ? dev->read : dev->write) == handler_address[dir];
}

static __always_inline int kprobe_body(__u64 vdev, __u64 count, __u64 ppos, const enum vs_dir dir)
{
	struct task_struct *task;
	struct vs_start *slot;
	__u64 tag;

	if (control.active_from_ns == VS_OFF || !task_wanted())
		return 0;
	task = bpf_get_current_task_btf();
	tag = call_tag(task, dir);
	slot = first_slot(tag);
	if (!slot_ready(slot, tag, vdev)) {
		slot = table_handler_serves(vdev, dir) ? slot_find(tag, vdev, dir) : NULL;
		if (!slot)
			return 0;
	}
	slot->count = count;
	slot->ppos = ppos;
	/* The exit does not know the buffer. */
	slot_begin(slot, VS_START_PROOF(0ULL, call_stamp(task, dir)));
	return 0;
}

static __always_inline int kretprobe_body(__s64 ret, const enum vs_dir dir)
{
	__u64 now = bpf_ktime_get_ns(), tag, proof, ts;
	struct task_struct *task;
	struct vs_start *slot;

	task = bpf_get_current_task_btf();
	tag = call_tag(task, dir);
	proof = VS_START_PROOF(0ULL, call_stamp(task, dir));
	slot = first_slot(tag);
	if (!slot_fits(slot, tag, proof))
		slot = slot_fits_second(tag, proof);
	if (!slot) {
		slots_clear(tag, dir);
		return 0;
	}
	ts = slot->ts_ns;
	slot->ts_ns = 0;
	if (ts >= control.active_from_ns)
		record(slot->index_base, slot->shift, slot->count, slot->ppos, ret, now - ts, true);
	return 0;
}

/* --- the programs: one direction each, so that it costs nothing to know -------------------------- */

#define HANDLER_PROGRAMS(name, dir)                                                   \
	SEC("fentry") int name##_fentry(__u64 *ctx)                                   \
	{                                                                             \
		return fentry_body(ctx, dir);                                         \
	}                                                                             \
	SEC("fexit") int name##_fexit(__u64 *ctx)                                     \
	{                                                                             \
		return fexit_body(ctx, dir);                                          \
	}                                                                             \
	SEC("kprobe")                                                                 \
	int BPF_KPROBE(name##_kprobe, __u64 vdev, __u64 buf, __u64 count, __u64 ppos) \
	{                                                                             \
		return kprobe_body(vdev, count, ppos, dir);                           \
	}                                                                             \
	SEC("kretprobe") int BPF_KRETPROBE(name##_kretprobe, __s64 ret)               \
	{                                                                             \
		return kretprobe_body(ret, dir);                                      \
	}

HANDLER_PROGRAMS(read, VS_READ)
HANDLER_PROGRAMS(write, VS_WRITE)

char LICENSE[] SEC("license") = "GPL";
