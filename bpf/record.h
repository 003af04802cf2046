/* SPDX-License-Identifier: GPL-2.0-only */
/* One access into its cell. */
#ifndef VFIOSCOPE_BPF_RECORD_H
#define VFIOSCOPE_BPF_RECORD_H

#include "device.h"

const volatile __u32 handler_dir; /* enum vs_dir */
const volatile __u32 handler_index; /* in vs_state.handlers */
const volatile __u32 cells_per_cpu;
const volatile __u32 filter_regions; /* bit mask; 0: all */

#define HANDLER (&state.handlers[handler_index & (VS_MAX_HANDLERS - 1)])
#define COUNT_EVENT(event) __sync_fetch_and_add(&HANDLER->event, 1)

/* All that is known of a call when it ends. */
struct access {
	__u32 device;
	__u64 count;
	__u64 ppos; /* address of the position, already advanced */
	__s64 ret;
	__s64 ns; /* latency; UNTIMED: not known */
};

#define UNTIMED (-1)

/* Bounded by the mask, which the verifier wants to see. */
static __always_inline __u16 *index_slot(__u32 key)
{
	return &state.index[key & (VS_MAX_DEVICES * VS_INDEX_PER_DEVICE - 1)];
}

static __noinline __u32 cell_alloc(__u32 key)
{
	__u32 id = __sync_fetch_and_add(&state.next_cell, 1) + 1; /* 0 is VS_CELL_NONE */
	struct vs_cell *cell = NULL;

	if (id < cells_per_cpu)
		cell = bpf_map_lookup_elem(&cells, &id); /* CPU 0's copy */
	if (!cell) {
		*index_slot(key) = VS_CELL_FULL;
		return VS_CELL_FULL;
	}
	cell->device = key / VS_INDEX_PER_DEVICE;
	cell->index = key % VS_INDEX_PER_DEVICE;
	cell->valid = 1;
	*index_slot(key) = id;
	return id;
}

static __always_inline __u32 width_class(__u64 count)
{
	if (count <= VS_WIDTH_EXACT_MAX)
		return count;
	if (count > VS_WIDTH_LIMIT)
		return VS_WIDTH_ABOVE;
	return vs_log2(count - 1) + 6; /* (8, 16] is class 9, (16, 32] class 10, ... */
}

/* Of the largest power of two up to the width, at most 8: what one load or store can be. */
static __always_inline __u64 alignment_mask(__u64 count)
{
	return count >= 8 ? 7 : count >= 4 ? 3 : count >= 2 ? 1 : 0;
}

static __always_inline struct vs_cell *cell_of(const struct access *access, __u64 pos,
					       const struct vs_device *dev)
{
	__u64 region = pos >> (dev->shift & 63);
	__u32 key, id;

	if (region > VS_REGION_BAD)
		region = VS_REGION_BAD;
	if (filter_regions && !(filter_regions >> region & 1))
		return NULL;
	key = access->device * VS_INDEX_PER_DEVICE +
	      VS_INDEX(handler_dir, region, width_class(access->count));
	id = *index_slot(key);
	if (id == VS_CELL_NONE)
		id = cell_alloc(key);
	if (id == VS_CELL_FULL) {
		COUNT_EVENT(overflow);
		return NULL;
	}
	id += bpf_get_smp_processor_id() * cells_per_cpu;
	return bpf_map_lookup_elem(&cells, &id);
}

static __noinline int count_errno(struct vs_cell *cell, __u32 err)
{
	if (!cell)
		return 0;
	cell->errors++;
	for (int i = 0; i < VS_ERRNOS; i++) {
		if (!cell->errnos[i].err)
			cell->errnos[i].err = err;
		if (cell->errnos[i].err == err) {
			cell->errnos[i].count++;
			break;
		}
	}
	return 0;
}

static __always_inline void count_latency(struct vs_cell *cell, __u64 ns)
{
	__u32 bucket = vs_hist_bucket(ns);

	cell->sum_ns += ns;
	if (cell->max_ns < ns)
		cell->max_ns = ns;
	if (cell->inv_min_ns < ~ns)
		cell->inv_min_ns = ~ns;
	if (bucket < VS_HIST_BUCKETS)
		cell->buckets[bucket]++;
}

static __always_inline void record(const struct access *access)
{
	const struct vs_device *dev = &state.devices[access->device & (VS_MAX_DEVICES - 1)];
	struct vs_cell *cell;
	__u64 pos = 0, offset;

	bpf_probe_read_kernel(&pos, sizeof(pos), (void *)access->ppos);
	if (access->ret > 0)
		pos -= access->ret;
	cell = cell_of(access, pos, dev);
	if (!cell)
		return;

	cell->count++;
	if (access->ret < 0) {
		count_errno(cell, -access->ret);
	} else {
		cell->bytes += access->ret;
		if (access->ret < access->count)
			cell->shorts++;
	}
	offset = pos & ((1ULL << (dev->shift & 63)) - 1);
	if (offset & alignment_mask(access->count))
		cell->unaligned++;
	if ((offset & (VS_PAGE - 1)) + access->count > VS_PAGE)
		cell->crossing++;
	if (access->ns >= 0)
		count_latency(cell, access->ns);
	else
		cell->untimed++;
}

#endif
