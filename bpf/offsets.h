/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a cell is too coarse for: at which offsets in its region its calls were, by exact width, and when.
 *
 * Each CPU has a part of the table. An entry is taken by its key, atomically, for any program may want the
 * same place. All else in it is for the program that writes the cell: as for cells, plain adds are enough.
 */
#ifndef VFIOSCOPE_BPF_OFFSETS_H
#define VFIOSCOPE_BPF_OFFSETS_H

#include "maps.h"

/* [cpu * offsets per CPU + place]; a plain array for the reason that cells are one. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set before load */
	__type(key, __u32);
	__type(value, struct vs_offset);
} offsets SEC(".maps");

static __always_inline bool offset_take(struct vs_offset *entry, __u64 key, __u64 width)
{
	if (entry->key || __sync_val_compare_and_swap(&entry->key, 0, key))
		return false;
	entry->width = width;
	return true;
}

/*
 * The entry of the calls, taken if need be; NULL: there is no room. Double hashing; a product's upper half
 * times the number of places, without its lower half, is a place.
 */
static __always_inline struct vs_offset *offset_find(__u64 key, __u64 width, __u32 cpu)
{
	__u64 hash = (key ^ width << 40) * 0x9e3779b97f4a7c15ULL;
	__u32 at = hash >> 32, step = (__u32)hash | 1;

	for (int i = 0; i < VS_OFFSET_TRIES; i++, at += step) {
		__u32 id =
			cpu * config.offsets_per_cpu + ((__u64)at * config.offsets_per_cpu >> 32);
		struct vs_offset *entry = bpf_map_lookup_elem(&offsets, &id);

		if (!entry)
			break;
		if (entry->key == key && entry->width == width)
			return entry;
		if (offset_take(entry, key, width))
			return entry;
	}
	return NULL;
}

static __always_inline void count_dropped_offset(__u32 cpu)
{
	__u32 id = cpu * config.cells_per_cpu + VS_CELL_NONE;
	struct vs_passages *here = bpf_map_lookup_elem(&cells, &id);

	if (here)
		__sync_fetch_and_add(&here->offsets_dropped, 1);
}

/* A call of @cell that ended at @ns. */
static __noinline int count_offset(__u64 key, __u64 width, __s64 ret, __u64 ns, __u32 cpu)
{
	struct vs_offset *entry = NULL;

	if (VS_OFFSET_CELL(key))
		entry = offset_find(key, width, cpu);
	if (!entry) {
		count_dropped_offset(cpu);
		return 0;
	}
	if (!entry->count)
		entry->first_ns = ns;
	entry->last_ns = ns;
	entry->count++;
	if (ret >= 0)
		return 0;
	if (!entry->errors)
		entry->first_error_ns = ns;
	entry->last_error_ns = ns;
	entry->errors++;
	return 0;
}

#endif
