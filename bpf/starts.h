/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls in flight: a slot for each thread, from entry to exit. */
#ifndef VFIOSCOPE_BPF_STARTS_H
#define VFIOSCOPE_BPF_STARTS_H

#include "client.h"
#include "record.h"

/* Struct vs_copy in two parts, so that the address of each is a constant of the program. */
__u64 gate SEC(".data.copy") = VS_SHUT;
struct vs_start starts[VS_DIRS][VS_START_SLOTS] SEC(".data.copy") = {};

static __noinline bool task_passes(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (config.filter_tgid && task->tgid != config.filter_tgid)
		return false;
	if (config.filter_comm[0]) {
		char comm[VS_COMM_LEN] = {};

		bpf_probe_read_kernel(comm, sizeof(comm), task->group_leader->comm);
		for (int i = 0; i < VS_COMM_LEN && (config.filter_comm[i] || comm[i]); i++)
			if (config.filter_comm[i] != comm[i])
				return false;
	}
	if (config.filter_cgroup &&
	    bpf_get_current_ancestor_cgroup_id(config.filter_cgroup_level) != config.filter_cgroup)
		return false;
	return true;
}

static __always_inline bool task_wanted(void)
{
	return !config.filter_tasks || task_passes();
}

/*
 * What tells one call of a thread from the next. The kernel counts a read or write system call when
 * it ends (include/linux/sched/xacct.h). It does not count what io_uring does; but only if the thread
 * gave way in between can a start be stale: what the programs were skipped for is another thread
 * that is inside of them. So there a call that gave way has a stamp that does not fit any more.
 */
static __always_inline __u64 call_stamp(struct task_struct *task, bool by_system_call,
					const enum vs_dir dir)
{
	__u64 stamp = dir == VS_READ ? task->ioac.syscr : task->ioac.syscw;

	barrier_var(stamp); /* so that the usual way has no jump in it */
	if (!by_system_call)
		stamp = task->nvcsw + task->nivcsw;
	return stamp;
}

/* The position of a system call is on the thread's stack, that of io_uring's in a request. */
#define STACK_MOST (64 << 10)

/*
 * The thread as a number: the verifier allows no arithmetic on a pointer but to take another one off,
 * and who may trace may do that.
 */
static __always_inline __u64 thread_number(struct task_struct *task)
{
	__u64 number = (__u64)task - (__u64)starts;

	barrier_var(number);
	return number;
}

/*
 * A slot by a stretch of a product: any odd factor will do that is a constant of one instruction and
 * spreads the bits that tell tasks from one another, from the 10th or so on. Where that slot is another
 * thread's there are more, from a second stretch on.
 */
#define SLOT_HASH(owner) ((owner)*0x1e3779b1)
#define FIRST_SLOT(owner) (SLOT_HASH(owner) >> 40 & (VS_START_SLOTS - 1))
#define MORE_SLOTS 16
#define MORE_SLOT(owner, i) (((SLOT_HASH(owner) >> 31) + (i)) & (VS_START_SLOTS - 1))

/* The barrier has one pointer made, where clang would make the same one again for each field. */
static __always_inline struct vs_start *first_slot(__u64 owner, const enum vs_dir dir)
{
	struct vs_start *slot = &starts[dir][FIRST_SLOT(owner)];

	barrier_var(slot);
	return slot;
}

static __always_inline struct vs_start *more_slot(__u64 owner, int i, enum vs_dir dir)
{
	return &starts[dir & 1][MORE_SLOT(owner, i)];
}

/*
 * The slot is the thread's from its last call on this device, and no call is in flight. All that must be as
 * it was is in one number, which costs least: the device; since when the thread is, if processes are told
 * apart, for another one may come to have its task_struct; and how often what was kept of devices went out
 * of date, which moves fewer bits than devices, and threads that have one task_struct, differ by. The
 * verifier allows no arithmetic on the device's address, as an argument: so it stands alone.
 */
static __always_inline bool slot_ready(const struct vs_start *slot, __u64 owner, __u64 vdev,
				       const struct task_struct *task, const bool by_process)
{
	__u64 ready = slot->ready ^ shared.changes ^ slot->ts_ns;

	if (by_process)
		ready ^= task->start_boottime;
	return slot->owner == owner && ready == vdev;
}

/* The top bit of a device's address is not in what it is compared with: times and counts do not reach it. */
#define NEVER_READY(vdev) ((1ULL << 63) & ~(vdev))

static __always_inline __u64 ready_for(__u64 vdev, const struct task_struct *task, __u32 changes)
{
	if (config.filter_tasks)
		return NEVER_READY(vdev);
	return vdev ^ changes ^ (config.by_process ? task->start_boottime : 0);
}

/* Does the slot hold the start of the call that ends? */
static __always_inline bool slot_fits(const struct vs_start *slot, __u64 owner, __u64 proof)
{
	return slot->owner == owner && slot->ts_ns && (slot->seal ^ slot->ts_ns) == proof;
}

static __always_inline bool slot_in_flight(const struct vs_start *slot, __u64 owner)
{
	return slot->owner == owner && slot->ts_ns;
}

/* What the searches below say instead of a slot's number. */
#define NO_SLOT (-1)

static __always_inline struct vs_start *slot_at(int at, enum vs_dir dir)
{
	return at == NO_SLOT ? NULL : &starts[dir & 1][at & (VS_START_SLOTS - 1)];
}

/*
 * None of these is static: so the verifier walks each once, and not once for all that can be before it.
 */

/* The thread's start is not in the first slot. */
__noinline int more_slots_in_flight(__u64 owner, enum vs_dir dir)
{
	for (int i = 0; i < MORE_SLOTS; i++)
		if (slot_in_flight(more_slot(owner, i, dir), owner))
			return MORE_SLOT(owner, i);
	return NO_SLOT;
}

/* The start that @slot holds, if any, is over and no exit met it. */
static __always_inline void slot_drop(struct vs_start *slot, __u64 owner, enum vs_dir dir)
{
	if (!slot->ts_ns)
		return;
	if (slot->ts_ns < gate)
		COUNT_EVENT(dir, outside);
	else if (slot->owner == owner)
		COUNT_EVENT(dir, replaced);
	else
		COUNT_EVENT(dir, evicted);
	slot->ts_ns = 0;
}

/* The thread's own, or with @used_by 0 one that nobody has used yet. */
__noinline int more_slots_used_by(__u64 owner, __u64 used_by, enum vs_dir dir)
{
	for (int i = 0; i < MORE_SLOTS; i++)
		if (more_slot(owner, i, dir)->owner == used_by)
			return MORE_SLOT(owner, i);
	return NO_SLOT;
}

__noinline int more_slots_idle(__u64 owner, enum vs_dir dir)
{
	for (int i = 0; i < MORE_SLOTS; i++)
		if (!more_slot(owner, i, dir)->ts_ns)
			return MORE_SLOT(owner, i);
	return MORE_SLOT(owner, MORE_SLOTS - 1);
}

/*
 * The thread's own slot, else one that nobody has used yet, else one with no call in flight: an idle one
 * is taken from a thread, which may want it at that very moment, only if there is no other.
 */
__noinline int slot_choose(__u64 owner, enum vs_dir dir)
{
	int first = FIRST_SLOT(owner), at;
	const struct vs_start *slot = slot_at(first, dir);

	if (slot->owner == owner || !slot->owner)
		return first;
	at = more_slots_used_by(owner, owner, dir);
	if (at == NO_SLOT)
		at = more_slots_used_by(owner, 0, dir);
	if (at != NO_SLOT)
		return at;
	return slot->ts_ns ? more_slots_idle(owner, dir) : first;
}

/*
 * A slot for a call of the device, made the thread's own; NULL: it is not to be counted. From here
 * on the slot is ready, as the device is now: so the count of changes is read before the shift.
 */
static __always_inline struct vs_start *slot_take(__u64 owner, __u64 vdev, int device,
						  enum vs_dir dir)
{
	__u32 changes = shared.changes;
	struct vs_start *slot;

	if (device < 0 || !task_wanted())
		return NULL;
	slot = slot_at(slot_choose(owner, dir) & (VS_START_SLOTS - 1), dir);
	slot_drop(slot, owner, dir);
	slot->owner = owner;
	slot->ready = ready_for(vdev, bpf_get_current_task_btf(), changes);
	slot->tid = bpf_get_current_pid_tgid();
	slot->index_base = VS_INDEX_BASE(client_of(device), dir);
	device_meet(device_at(device));
	slot->shift = device_at(device)->shift;
	return slot;
}

/* A call is not counted since its device has no room in the table. */
static __always_inline void count_no_device(enum vs_dir dir)
{
	if (gate != VS_SHUT)
		COUNT_EVENT(dir, no_device);
	else
		COUNT_EVENT(dir, outside);
}

static __always_inline void slot_begin(struct vs_start *slot, __u64 proof)
{
	__u64 ts = bpf_ktime_get_ns();

	flight_begin(slot);
	slot->seal = ts ^ proof;
	slot->ts_ns = ts;
}

/*
 * Drop a start of this thread that is in flight though its call is over: its exit was skipped. Was it one
 * that counts?
 */
__noinline int slot_clear(int at, __u64 owner, enum vs_dir dir)
{
	struct vs_start *slot = &starts[dir & 1][at & (VS_START_SLOTS - 1)];
	__u64 ts = slot->ts_ns;

	if (slot->owner != owner || !ts)
		return false;
	slot->ts_ns = 0;
	if (ts >= gate)
		return true;
	COUNT_EVENT(dir, outside);
	return false;
}

/* Was there one that counts? */
__noinline int slots_clear(__u64 owner, enum vs_dir dir)
{
	int counts = slot_clear(FIRST_SLOT(owner), owner, dir);

	for (int i = 0; i < MORE_SLOTS; i++)
		counts |= slot_clear(MORE_SLOT(owner, i), owner, dir);
	if (counts)
		COUNT_EVENT(dir, stale);
	return counts;
}

#endif
