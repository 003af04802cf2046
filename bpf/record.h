/* SPDX-License-Identifier: GPL-2.0-only */
/* One access into its cell. */
#ifndef VFIOSCOPE_BPF_RECORD_H
#define VFIOSCOPE_BPF_RECORD_H

#include "accesses.h"
#include "offsets.h"

#define COUNT_EVENT(dir, event) \
	__sync_fetch_and_add(   \
		&shared.handlers[config.handler_index[(dir)&1] & (VS_HANDLER_SLOTS - 1)].event, 1)

/* Bounded by the mask, which the verifier wants to see. */
static __always_inline __u16 *index_slot(__u64 key)
{
	return &cell_index[key & (VS_INDEXES - 1)];
}

/* A new cell, or VS_CELL_NONE: there is no room, which is counted, or it is not wanted. */
__noinline int cell_take(__u64 key)
{
	struct vs_cell *cell = NULL;
	__u32 id = VS_MAX_CELLS;

	if (config.filter_regions && !(config.filter_regions >> VS_INDEX_REGION(key) & 1)) {
		COUNT_EVENT(VS_INDEX_DIR(key), unwanted);
		return VS_CELL_NONE; /* never gets a cell */
	}
	if (shared.next_cell < config.cells_per_cpu)
		id = __sync_fetch_and_add(&shared.next_cell, 1) + 1; /* 0 is VS_CELL_NONE */
	if (id < config.cells_per_cpu)
		cell = bpf_map_lookup_elem(&cells, &id); /* CPU 0's copy */
	if (!cell) {
		COUNT_EVENT(VS_INDEX_DIR(key), overflow);
		return VS_CELL_NONE;
	}
	cell->client = key / VS_INDEX_PER_CLIENT;
	cell->index = key % VS_INDEX_PER_CLIENT;
	cell->valid = 1;
	*index_slot(key) = id;
	return id;
}

/* (8, 16] is class 9, (16, 32] class 10, ... */
__noinline int wide_class(__u64 count)
{
	__u32 wclass = VS_WIDTH_EXACT_MAX;

	for (__u64 limit = VS_WIDTH_EXACT_MAX; limit < count && wclass < VS_WIDTH_ABOVE; limit *= 2)
		wclass++;
	return wclass;
}

static __always_inline void count_errno(struct vs_cell *cell, __u32 err)
{
	cell->errors++;
	for (int i = 0; i < VS_ERRNOS; i++) {
		if (!cell->errnos[i].err)
			cell->errnos[i].err = err;
		if (cell->errnos[i].err == err) {
			cell->errnos[i].count++;
			break;
		}
	}
}

/* A call that failed or was short; also any of more than 8 bytes, whose width varies in its cell. */
static __always_inline void count_result(struct vs_cell *cell, __u64 count, __s64 ret)
{
	if (count <= VS_WIDTH_EXACT_MAX)
		cell->bytes -= count;
	if (ret < 0) {
		count_errno(cell, -ret);
		return;
	}
	cell->bytes += ret;
	if (ret < count)
		cell->shorts++;
}

static __always_inline void count_geometry(struct vs_cell *cell, __u64 offset, __u64 count)
{
	/* Of the largest power of two up to the width, at most 8: what one load or store can be. */
	__u64 alignment = count >= 8 ? 8 : count >= 4 ? 4 : count >= 2 ? 2 : 1;

	if (offset & (alignment - 1))
		cell->unaligned++;
	if ((offset & (VS_PAGE - 1)) + count > VS_PAGE)
		cell->crossing++;
}

/* 2^14 ns and more, 16 us. */
static __noinline int count_slow_latency(struct vs_cell *cell, __u64 ns)
{
	__u32 bucket = vs_hist_bucket(ns);

	if (cell && bucket < VS_HIST_BUCKETS)
		cell->buckets[bucket]++;
	return 0;
}

static __always_inline void count_latency(struct vs_cell *cell, __u64 ns)
{
	__u64 bucket;

	cell->sum_ns += ns;
	if (cell->max_ns < ns)
		cell->max_ns = ns;
	if (cell->inv_min_ns < ~ns)
		cell->inv_min_ns = ~ns;
	if (ns >= VS_HIST_FAST_NS) {
		count_slow_latency(cell, ns);
		return;
	}
	bucket = vs_hist_fast_bucket(ns);
	barrier_var(bucket);
	cell->buckets[bucket & 511]++; /* below 320, which the verifier does not know */
}

static __always_inline void probe_position(__u64 *pos, __u64 ppos)
{
	bpf_probe_read_kernel(pos, sizeof(*pos), (void *)ppos);
}

/* Since kernel commit a35b9af4ec2c ("bpf: Add a kfunc for generic type cast"). */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

/* Of the kernels that have it, a mark that libbpf turns into a constant. */
enum special_kfunc_type___cast {
	KF_bpf_rdonly_cast,
};

/*
 * Any kernel type that begins with a number of 64 bits will do, to read one without a call. Not for the
 * kprobe family, which has to do without the kernel's BPF compiler, and so without its kfuncs.
 */
static __always_inline void cast_position(__u64 *pos, __u64 ppos)
{
	struct timespec64 *as;

	if (bpf_core_enum_value_exists(enum special_kfunc_type___cast, KF_bpf_rdonly_cast)) {
		as = bpf_rdonly_cast((void *)ppos, bpf_core_type_id_kernel(struct timespec64));
		*pos = as->tv_sec;
	} else {
		probe_position(pos, ppos);
	}
}

static __always_inline __u64 region_of(__u64 pos, __u64 shift)
{
	__u64 region = pos >> shift;

	return region > VS_REGION_BAD ? VS_REGION_BAD : region;
}

/* The cell of the access on this CPU; NULL: there is no room for it, or it is not wanted. */
static __always_inline struct vs_cell *cell_of(__u64 key, __u32 cpu)
{
	__u32 id = *index_slot(key);

	if (id == VS_CELL_NONE) {
		id = cell_take(key);
		if (id == VS_CELL_NONE)
			return NULL;
	}
	id += cpu * config.cells_per_cpu;
	return bpf_map_lookup_elem(&cells, &id);
}

/* A call that has ended. */
struct access {
	__u64 end; /* the position after it */
	__u64 count;
	__s64 ret;
	__u64 ns;
	__u32 index_base; /* of the client */
	__u32 shift; /* of the device */
	__u32 cpu;
	bool timed;
};

/* An access that is in its cell into the table of offsets. One that was timed ended when its slot says. */
static __always_inline void record_offset(const struct access *access, const struct vs_start *slot,
					  __u32 cell, __u64 offset)
{
	__u64 ns = access->timed && slot ? slot->ts_ns + access->ns : bpf_ktime_get_ns();
	__u64 key = offset >> VS_OFFSET_BITS ? 0 : VS_OFFSET_KEY(cell, offset);

	count_offset(key, access->count, access->ret, ns, access->cpu);
}

/*
 * Any access into its cell. @slot has had it in flight; NULL: there is none. Of pointers in the arguments of
 * a function that is not static the verifier knows neither that they are not NULL nor, if the function
 * makes nothing of them, that they are there.
 */
__noinline int record_any(const struct access *access, const struct vs_start *slot)
{
	__u64 pos, count, wclass, key, offset;
	struct vs_cell *cell;

	barrier_var(slot);
	if (!access)
		return 0;
	pos = access->ret > 0 ? access->end - access->ret : access->end;
	count = access->count;
	wclass = count <= VS_WIDTH_EXACT_MAX ? count : wide_class(count);
	key = access->index_base + VS_INDEX(0, region_of(pos, access->shift), wclass);
	offset = pos & ((1ULL << (access->shift & 63)) - 1);
	cell = cell_of(key, access->cpu);
	if (!cell)
		return 0;
	cell->count++;
	if (count > VS_WIDTH_EXACT_MAX || access->ret != count)
		count_result(cell, count, access->ret);
	count_geometry(cell, offset, count);
	count_accesses(cell, slot, pos, access->ret);
	if (access->timed)
		count_latency(cell, access->ns);
	else
		cell->untimed++;
	if (config.offsets_per_cpu)
		record_offset(access, slot, *index_slot(key), offset);
	return 0;
}

/* Does its count say all of a call? One of 1, 2, 4 or 8 bytes, aligned to them, that succeeded. */
static __always_inline bool is_plain(__u64 end, __u64 count, __u64 ret)
{
	return ret == count && count <= VS_WIDTH_EXACT_MAX && !((end | count) & (count - 1));
}

/*
 * A timed call that ended at @end into its cell. Only four registers survive a call of a helper: so the
 * calls come first, and what is at hand elsewhere is read after them, by pointer.
 */
static __always_inline void record(const struct vs_start *slot, __u64 end, const __u64 *counts,
				   const __u64 *rets, __u64 ns)
{
	struct vs_cell *cell;
	__u64 count, ret;
	__u32 cpu;

	cpu = bpf_get_smp_processor_id();
	count = *counts;
	ret = *rets;
	if (!is_plain(end, count, ret)) {
		struct access access = { .end = end,
					 .count = count,
					 .ret = ret,
					 .ns = ns,
					 .index_base = slot->index_base,
					 .shift = slot->shift,
					 .cpu = cpu,
					 .timed = true };

		record_any(&access, slot);
		return;
	}
	cell = cell_of(slot->index_base + VS_INDEX(0, region_of(end - count, slot->shift), count),
		       cpu);
	if (!cell)
		return;
	cell->count++;
	count_observed(cell, slot);
	count_latency(cell, ns);
}

#endif
