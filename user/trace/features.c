// SPDX-License-Identifier: GPL-2.0-only
/* What the running kernel can do beyond the oldest one supported, most of it asked of its BTF. */
#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>

#include "user/trace/tracer.h"

/* The number of parameters of a function; -1: there is no such function. */
static int parameters(const struct btf *btf, const char *function)
{
	int id = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, id);

	type = type ? btf__type_by_id(btf, type->type) : NULL;
	return type ? (int)btf_vlen(type) : -1;
}

static bool has_member(const struct btf *btf, const char *name, const char *member)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, id);

	for (int i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), member))
			return true;
	return false;
}

/*
 * Of 8 bytes since Linux 6.11 (kernel commit 4df13a6871d9, "vfio/pci: Support 8-byte PCI loads and
 * stores"), on x86 since 6.14 (2b938e3db335, "vfio/pci: Enable iowrite64 and ioread64 for vfio pci"):
 * wherever the core has a function for them.
 */
static unsigned int core_widest_access(const struct btf *core)
{
	if (parameters(core, "vfio_pci_core_ioread64") >= 0)
		return 8;
	return parameters(core, "vfio_pci_core_read") >= 0 ? 4 : 0;
}

static void ask_core(struct features *features, struct btf *vmlinux)
{
	struct btf *module = btf__load_module_btf("vfio_pci_core", vmlinux);
	const struct btf *core = module ?: vmlinux;

	features->core_widest_access = core_widest_access(core);
	features->core_ioeventfds = parameters(core, "vfio_pci_ioeventfd_handler") >= 0;
	btf__free(module);
}

/* Without the compiler fentry programs load, and then fail to attach. */
static bool compiles_bpf(void)
{
	FILE *file = fopen("/proc/sys/net/core/bpf_jit_enable", "re");
	int enabled = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &enabled) != 1)
		enabled = 0;
	fclose(file);
	return enabled;
}

const struct features *trace_features(void)
{
	static struct features features;
	static bool known;
	struct btf *btf = known ? NULL : btf__load_vmlinux_btf();

	if (!known)
		features.compiles_bpf = compiles_bpf();
	if (btf) {
		/* With the context as its parameter, as bpf/session.bpf.c has it: since Linux 7.0. */
		features.session = parameters(btf, "bpf_session_is_return") == 1;
		/*
		 * Since commit dd8657894c11 ("bpf: Count missed stats in trace_call_bpf") of Linux
		 * 6.7, which left no mark in BTF; sessions came later, in 6.10.
		 */
		features.counts_muted = parameters(btf, "bpf_session_is_return") >= 0;
		ask_core(&features, btf);
		features.mapped_stacks = has_member(btf, "task_struct", "stack_vm_area");
		btf__free(btf);
	}
	known = true;
	return &features;
}
