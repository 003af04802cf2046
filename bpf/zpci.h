/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions through which s390 issues PCI loads and stores by function handle (arch/s390/pci/pci_insn.c):
 *
 *   int __zpci_load(u64 *data, u64 req, u64 offset)
 *   int __zpci_store(u64 data, u64 req, u64 offset)
 *   int __zpci_store_block(const u64 *data, u64 req, u64 offset)
 *
 * Each access belongs to the call in flight of its thread, if that is one of this copy's handlers and the
 * function handle is that of the call's device: an interrupt may come in between.
 */
#ifndef VFIOSCOPE_BPF_ZPCI_H
#define VFIOSCOPE_BPF_ZPCI_H

#include "starts.h"

/* ZPCI_CREATE_REQ() in arch/s390/include/asm/pci_insn.h: handle, space, and a length of 16 bits. */
#define REQ_HANDLE(req) ((__u32)((req) >> 32))
#define REQ_LENGTH(req) ((__u16)(req))

/* A function that is enabled again has another handle. */
static __noinline bool handle_fits(struct vs_device *dev, __u32 handle)
{
	struct zpci_dev *zdev;

	if (!dev)
		return false;
	if (dev->pci_handle != handle) {
		zdev = zpci_device(dev->vdev);
		dev->pci_handle = BPF_CORE_READ(zdev, fh);
	}
	return dev->pci_handle == handle;
}

/* The thread's call in flight. */
static __noinline struct vs_start *slot_under_way(__u64 owner)
{
	for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++) {
		struct vs_start *slot = first_slot(owner, dir);

		if (!slot_in_flight(slot, owner))
			slot = slot_at(more_slots_in_flight(owner, dir), dir);
		if (slot)
			return slot;
	}
	return NULL;
}

/* Attributed or not; only while calls count. */
static __always_inline void count_issued(enum vs_access access, bool attributed)
{
	__u32 id = bpf_get_smp_processor_id() * config.cells_per_cpu + VS_CELL_NONE;
	struct vs_passages *here = bpf_map_lookup_elem(&cells, &id);

	if (!here || gate == VS_SHUT)
		return;
	if (config.counts_all_accesses)
		here->accesses[access]++;
	if (attributed)
		here->attributed[access]++;
}

static __always_inline int access_begins(__u64 req, enum vs_access access)
{
	struct vs_start *slot = slot_under_way(thread_number(bpf_get_current_task_btf()));
	bool ours = slot &&
		    handle_fits(device_at(client_device(slot->index_base / VS_INDEX_PER_CLIENT)),
				REQ_HANDLE(req));

	if (ours && slot) {
		slot->flight.accesses[access]++;
		slot->flight.pending = 1 + access;
	}
	count_issued(access, ours);
	return 0;
}

static __always_inline int access_ends(int err)
{
	struct vs_start *slot = slot_under_way(thread_number(bpf_get_current_task_btf()));
	__u32 access;

	if (!slot || !slot->flight.pending)
		return 0;
	access = slot->flight.pending - 1;
	slot->flight.pending = 0;
	if (err && access < VS_ACCESS_REFUSED) {
		slot->flight.accesses[access]--;
		slot->flight.accesses[VS_ACCESS_REFUSED]++;
	}
	return 0;
}

static __always_inline enum vs_access access_of(__u16 length)
{
	return length >= 8   ? VS_ACCESS_8
	       : length >= 4 ? VS_ACCESS_4
	       : length >= 2 ? VS_ACCESS_2
			     : VS_ACCESS_1;
}

SEC("kprobe")
int BPF_KPROBE(zpci_access_entry, __u64 data, __u64 req)
{
	return access_begins(req, access_of(REQ_LENGTH(req)));
}

SEC("kprobe")
int BPF_KPROBE(zpci_block_entry, __u64 data, __u64 req)
{
	return access_begins(req, VS_ACCESS_BLOCK);
}

SEC("kretprobe")
int BPF_KRETPROBE(zpci_exit, int err)
{
	return access_ends(err);
}

#endif
