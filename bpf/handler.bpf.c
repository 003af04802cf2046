// SPDX-License-Identifier: GPL-2.0-only
/*
 * The region handlers of struct vfio_device_ops: one copy of these programs is loaded for each
 * handler function and direction, in one of two flavours:
 *
 *   fentry + fexit        the cheapest; the exit sees the arguments, so that an access whose entry
 *                         the kernel skipped is still counted, if untimed
 *   kprobe + kretprobe    where there is no BPF trampoline; the arguments are kept from the entry
 *
 * A program records only if vdev->ops names the very function that it is attached to. So a variant
 * handler that calls vfio_pci_core_read() counts once, without state.
 */
#include "record.h"

const volatile __u64 handler_address;
const volatile __u32 filter_tgid; /* 0: any */
const volatile char filter_comm[VS_COMM_LEN]; /* of the process; empty: any */
const volatile __u64 filter_cgroup; /* id; 0: any */
const volatile __u32 filter_cgroup_level;

static __always_inline bool task_wanted(struct task_struct *task)
{
	if (filter_tgid && task->tgid != filter_tgid)
		return false;
	if (filter_comm[0]) {
		char comm[VS_COMM_LEN] = {};

		bpf_probe_read_kernel(comm, sizeof(comm), task->group_leader->comm);
		for (int i = 0; i < VS_COMM_LEN && (filter_comm[i] || comm[i]); i++)
			if (filter_comm[i] != comm[i])
				return false;
	}
	if (filter_cgroup && bpf_get_current_ancestor_cgroup_id(filter_cgroup_level) != filter_cgroup)
		return false;
	return true;
}

/*
 * What tells one call of a thread from the next: the kernel counts each read and write system call
 * when it ends (include/linux/sched/xacct.h). Comparing the buffer as well covers the calls that
 * one readv or writev makes.
 */
static __always_inline __u64 call_stamp(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->ioac.syscr)) /* CONFIG_TASK_XACCT */
		return 0;
	return task->ioac.syscr + task->ioac.syscw;
}

static __always_inline struct vs_start *first_slot(__u64 tag)
{
	return &state.starts[tag & (VS_START_SLOTS - 1)];
}

static __always_inline struct vs_start *second_slot(__u64 tag)
{
	return &state.starts[((__u32)tag * 0x9e3779b1U >> 16) & (VS_START_SLOTS - 1)];
}

/* For an entry whose first slot is taken. */
static __noinline struct vs_start *start_make_room(__u64 tag)
{
	struct vs_start *start = first_slot(tag);

	if (start->tag != tag)
		start = second_slot(tag);
	if (start->ts_ns)
		__sync_fetch_and_add(start->tag == tag ? &HANDLER->replaced : &HANDLER->evicted, 1);
	return start;
}

static __always_inline struct vs_start *start_find(__u64 tag)
{
	struct vs_start *start = first_slot(tag);

	if (start->ts_ns && start->tag == tag)
		return start;
	start = second_slot(tag);
	if (start->ts_ns && start->tag == tag)
		return start;
	return NULL;
}

static __always_inline bool device_traced(int device)
{
	return device >= 0 &&
	       state.devices[device & (VS_MAX_DEVICES - 1)].state == VS_DEVICE_TRACED;
}

/* A call began in this handler, which is its device's own. */
static __always_inline struct vs_start *call_begin(struct task_struct *task, __u64 vdev, int device,
						   __u64 buf)
{
	__u64 tag = VS_START_TAG(handler_index, (__u32)task->pid);
	struct vs_start *start = first_slot(tag);

	if (device < 0 && state.active_from_ns != VS_PRIMING)
		COUNT_EVENT(no_device);
	if (!device_traced(device))
		return NULL;
	if (start->ts_ns)
		start = start_make_room(tag);
	start->tag = tag;
	start->vdev = vdev;
	start->stamp = call_stamp(task);
	start->buf = buf;
	start->device = device;
	return start;
}

/* --- fentry + fexit ---------------------------------------------------------------------------- */

static __always_inline bool handler_serves(struct vfio_device *vdev)
{
	if (handler_dir == VS_READ)
		return (__u64)vdev->ops->read == handler_address;
	return (__u64)vdev->ops->write == handler_address;
}

SEC("fentry")
int BPF_PROG(enter_fentry, struct vfio_device *vdev, char *buf)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct vs_start *start;
	__u64 key = 0;

	if (state.active_from_ns == VS_OFF || !handler_serves(vdev) || !task_wanted(task))
		return 0;
	bpf_get_func_arg(ctx, 0, &key);
	start = call_begin(task, key, device_find(key), (__u64)buf);
	if (start)
		start->ts_ns = bpf_ktime_get_ns();
	return 0;
}

/* The entry was skipped, or its start is another call's: count the access all the same. */
static __noinline int count_untimed(struct access *access, __u64 vdev, bool stale)
{
	int device;

	if (!access || state.active_from_ns == VS_PRIMING)
		return 0;
	device = device_find_slow(vdev, true);
	if (!device_traced(device))
		return 0;
	if (stale)
		COUNT_EVENT(stale);
	else
		COUNT_EVENT(no_start);
	access->device = device;
	access->ns = UNTIMED;
	record(access);
	return 0;
}

SEC("fexit")
int BPF_PROG(exit_fexit, struct vfio_device *vdev, char *buf, size_t count, loff_t *ppos,
	     ssize_t ret)
{
	__u64 now = bpf_ktime_get_ns(), active_from = state.active_from_ns, ts = 0;
	struct access access = { .count = count, .ppos = (__u64)ppos, .ret = ret };
	struct task_struct *task = bpf_get_current_task_btf();
	struct vs_start *start;

	if (active_from == VS_OFF)
		return 0;
	start = start_find(VS_START_TAG(handler_index, (__u32)task->pid));
	if (start) {
		ts = start->ts_ns;
		start->ts_ns = 0;
		if (start->vdev == (__u64)vdev && start->buf == (__u64)buf &&
		    start->stamp == call_stamp(task)) {
			access.device = start->device;
			access.ns = now - ts;
			if (ts >= active_from)
				record(&access);
			return 0;
		}
	}
	if (handler_serves(vdev) && task_wanted(task)) {
		__u64 key = 0;

		bpf_get_func_arg(ctx, 0, &key);
		count_untimed(&access, key, start);
	}
	return 0;
}

/* --- kprobe + kretprobe ------------------------------------------------------------------------ */

SEC("kprobe")
int BPF_KPROBE(enter_kprobe, struct vfio_device *vdev, char *buf, size_t count, loff_t *ppos)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct vs_device *dev;
	struct vs_start *start;
	int device;

	if (state.active_from_ns == VS_OFF || !task_wanted(task))
		return 0;
	/* The table saves two reads of kernel memory, of vdev->ops->read. */
	device = device_find((__u64)vdev);
	dev = &state.devices[device & (VS_MAX_DEVICES - 1)];
	if (device >= 0 && (handler_dir == VS_READ ? dev->read : dev->write) != handler_address)
		return 0;
	start = call_begin(task, (__u64)vdev, device, (__u64)buf);
	if (!start)
		return 0;
	start->count = count;
	start->ppos = (__u64)ppos;
	start->ts_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("kretprobe")
int BPF_KRETPROBE(exit_kretprobe, ssize_t ret)
{
	__u64 now = bpf_ktime_get_ns(), active_from = state.active_from_ns, ts;
	struct task_struct *task = bpf_get_current_task_btf();
	struct access access = { .ret = ret };
	struct vs_start *start;

	if (active_from == VS_OFF)
		return 0;
	start = start_find(VS_START_TAG(handler_index, (__u32)task->pid));
	if (!start)
		return 0;
	ts = start->ts_ns;
	start->ts_ns = 0;
	if (ts < active_from)
		return 0;
	if (start->stamp != call_stamp(task)) {
		COUNT_EVENT(stale);
		return 0;
	}
	access.device = start->device;
	access.count = start->count;
	access.ppos = start->ppos;
	access.ns = now - ts;
	record(&access);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
