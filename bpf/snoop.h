/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Single calls to user space. Each was counted in its cell before: then a filter leaves it out, which is
 * counted, or it gets a place in the ring, or there is none, which is counted too.
 */
#ifndef VFIOSCOPE_BPF_SNOOP_H
#define VFIOSCOPE_BPF_SNOOP_H

#include "starts.h"

/* linux/bpf.h; macros and enums without a name are not in the generated headers */
#define BPF_RB_AVAIL_DATA 0
#define BPF_F_USER_STACK (1ULL << 8)

/* One for all copies of the programs; not made where nobody snoops. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* set before load */
} ring SEC(".maps");

/* Beside the starts of a copy, for the kprobe family: the caller's buffer, if what was read is judged. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, VS_DIRS *VS_START_SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} buffers SEC(".maps");

static __always_inline __u64 *buffer_of(const struct vs_start *slot)
{
	__u32 at = ((__u64)slot - (__u64)starts) / sizeof(*slot);

	return bpf_map_lookup_elem(&buffers, &at);
}

static __always_inline void keep_buffer(const struct vs_start *slot, __u64 buf)
{
	__u64 *kept = config.snoop.all_ones ? buffer_of(slot) : NULL;

	if (kept)
		*kept = buf;
}

static __always_inline __u64 kept_buffer(const struct vs_start *slot)
{
	const __u64 *kept = config.snoop.all_ones ? buffer_of(slot) : NULL;

	return kept ? *kept : 0;
}

/* A page that is not there is not fetched. */
static __always_inline enum vs_ones judge_piece(__u64 buf, __u64 bytes)
{
	__u64 words[VS_ONES_PIECE / sizeof(__u64)], ones = ~0ULL;

	for (int i = 0; i < VS_ONES_PIECE / sizeof(__u64); i++)
		words[i] = ~0ULL;
	if (bytes > sizeof(words))
		bytes = sizeof(words);
	barrier_var(bytes); /* so that what was compared is what the verifier sees below */
	bytes &= 2 * sizeof(words) - 1;
	if (bytes > sizeof(words))
		return VS_ONES_UNKNOWN;
	if (bpf_probe_read_user(words, bytes, (void *)buf))
		return VS_ONES_UNKNOWN;
	for (int i = 0; i < VS_ONES_PIECE / sizeof(__u64); i++)
		ones &= words[i];
	return ones == ~0ULL ? VS_ONES_YES : VS_ONES_NO;
}

/*
 * What the caller's buffer holds after a read: all ones only if all of it was seen, no as soon as
 * a byte that was seen is another. Not static: so the verifier walks it once, and nothing of it where nobody
 * asked. The rest has a piece of its own, for a loop over pieces of any size would be walked for each of them.
 */
__noinline int judge_ones(__u64 buf, __u64 bytes)
{
	enum vs_ones ones = VS_ONES_YES;
	__u64 at = 0;

	if (!config.snoop.all_ones || !buf)
		return VS_ONES_UNKNOWN;
	for (; ones == VS_ONES_YES && at < VS_ONES_MOST && bytes - at >= VS_ONES_PIECE;
	     at += VS_ONES_PIECE)
		ones = judge_piece(buf + at, VS_ONES_PIECE);
	if (ones != VS_ONES_YES || at == bytes)
		return ones;
	return at < VS_ONES_MOST ? judge_piece(buf + at, bytes - at) : VS_ONES_UNKNOWN;
}

static __always_inline enum vs_ones count_ones(const struct access *access, enum vs_dir dir,
					       __u64 buf)
{
	enum vs_ones ones;

	if (!config.snoop.all_ones || dir != VS_READ || access->ret <= 0)
		return VS_ONES_NOT_ASKED;
	ones = judge_ones(buf, access->ret);
	if (ones == VS_ONES_YES)
		COUNT_EVENT(VS_READ, all_ones);
	else if (ones == VS_ONES_UNKNOWN)
		COUNT_EVENT(VS_READ, ones_unknown);
	return ones;
}

static __always_inline bool width_wanted(__u64 width)
{
	if (!config.snoop.nr_widths)
		return true;
	for (int i = 0; i < VS_WIDTH_RANGES && i < config.snoop.nr_widths; i++)
		if (width >= config.snoop.widths[i].from && width <= config.snoop.widths[i].to)
			return true;
	return false;
}

/* Of a call without a latency it is not known that it was slow. */
static __always_inline bool call_wanted(const struct access *access)
{
	if (config.snoop.errors_only && access->ret >= 0)
		return false;
	if (config.snoop.slower_than_ns &&
	    (!access->timed || access->ns <= config.snoop.slower_than_ns))
		return false;
	return width_wanted(access->count);
}

/* One program writes to these of a handler on a CPU. */
static __always_inline void count_unsent(enum vs_dir dir, bool dropped)
{
	__u32 id = bpf_get_smp_processor_id() * config.cells_per_cpu + VS_CELL_NONE;
	struct vs_passages *here = bpf_map_lookup_elem(&cells, &id);
	__u32 handler = config.handler_index[dir & 1] & (VS_HANDLER_SLOTS - 1);

	if (!here)
		return;
	if (dropped)
		here->dropped[handler]++;
	else
		here->filtered[handler]++;
}

/*
 * When so much has gathered, and not for each call: that would cost the host more. A few calls wake, since
 * on another CPU one more may have got its place before it was looked.
 */
static __always_inline __u64 wake_flags(void)
{
	__u64 beyond = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) - config.snoop.wake_bytes;

	return beyond < VS_WAKE_WINDOW ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline void fill_stacks(void *ctx, struct vs_call_stacks *to)
{
	to->kernel_bytes = 0;
	to->user_bytes = 0;
	if (config.snoop.stacks & VS_STACK_KERNEL)
		to->kernel_bytes = bpf_get_stack(ctx, to->kernel, sizeof(to->kernel), 0);
	if (config.snoop.stacks & VS_STACK_USER)
		to->user_bytes = bpf_get_stack(ctx, to->user, sizeof(to->user), BPF_F_USER_STACK);
}

static __always_inline void fill_call(struct vs_call *call, const struct access *access, __u64 pos,
				      __u64 end_ns, enum vs_ones ones)
{
	struct task_struct *task = bpf_get_current_task_btf();

	call->end_ns = end_ns;
	call->latency_ns = access->ns;
	call->offset = pos & ((1ULL << (access->shift & 63)) - 1);
	call->width = access->count;
	call->result = access->ret;
	call->tgid = task->tgid;
	call->device = client_device(access->index_base / VS_INDEX_PER_CLIENT);
	call->region = region_of(pos, access->shift);
	call->dir = VS_INDEX_DIR(access->index_base);
	call->timed = access->timed;
	call->ones = ones;
	call->pad = 0;
	call->has_stacks = config.snoop.stacks != 0;
	bpf_probe_read_kernel(call->comm, sizeof(call->comm), task->group_leader->comm);
}

/* A call that was counted. */
static __noinline int snoop(void *ctx, const struct access *access, __u64 end_ns, __u64 buf)
{
	__u64 pos = access->ret > 0 ? access->end - access->ret : access->end;
	enum vs_dir dir = VS_INDEX_DIR(access->index_base);
	struct vs_call *call;
	enum vs_ones ones;

	if (config.filter_regions && !(config.filter_regions >> region_of(pos, access->shift) & 1))
		return 0;
	ones = count_ones(access, dir, buf);
	if (!call_wanted(access)) {
		count_unsent(dir, false);
		return 0;
	}
	call = config.snoop.stacks ? bpf_ringbuf_reserve(&ring, sizeof(struct vs_call_stacks), 0)
				   : bpf_ringbuf_reserve(&ring, sizeof(struct vs_call), 0);
	if (!call) {
		count_unsent(dir, true);
		return 0;
	}
	fill_call(call, access, pos, end_ns, ones);
	if (config.snoop.stacks)
		fill_stacks(ctx, (struct vs_call_stacks *)call);
	bpf_ringbuf_submit(call, wake_flags());
	return 0;
}

/* A timed call that ended at @end into its cell, and wherever else it is asked for. */
static __always_inline void record_detailed(void *ctx, const struct vs_start *slot, __u64 end,
					    __u64 count, __s64 ret, __u64 ns, __u64 buf)
{
	struct access access = { .end = end,
				 .count = count,
				 .ret = ret,
				 .ns = ns,
				 .index_base = slot->index_base,
				 .shift = slot->shift,
				 .cpu = bpf_get_smp_processor_id(),
				 .timed = true };

	record_any(&access, slot);
	if (config.snoop.on)
		snoop(ctx, &access, slot->ts_ns + ns, buf);
}

#endif
