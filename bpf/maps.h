/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps, shared by all program files: user space creates them once and hands them to each. */
#ifndef VFIOSCOPE_BPF_MAPS_H
#define VFIOSCOPE_BPF_MAPS_H

#include "vmlinux.h"
#include "../newer.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "abi.h"

const volatile struct vs_config config;

/* In .bss: their addresses are constants of the program, so that reaching them needs no look-up. */
struct vs_shared shared;
__u16 cell_index[VS_INDEXES]; /* cell numbers, by VS_INDEX_BASE + VS_INDEX */
_Static_assert(VS_INDEXES >= VS_MAX_CLIENTS * VS_INDEX_PER_CLIENT, "each client has indexes");

/*
 * [cpu * cells per CPU + cell], without cell 0, which stands for none. A plain array and not a
 * per-CPU one: the same cost, and user space can map it, where reading a per-CPU map is a system
 * call that mutes kprobe programs meanwhile.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set before load */
	__type(key, __u32);
	__type(value, struct vs_cell);
} cells SEC(".maps");

#endif
