// SPDX-License-Identifier: GPL-2.0-only
/* The floor of what fentry and fexit cost: programs that do nothing. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

SEC("fentry/vfio_pci_core_read")
int empty_entry(void *ctx)
{
	return 0;
}

SEC("fexit/vfio_pci_core_read")
int empty_exit(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
