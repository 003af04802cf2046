// SPDX-License-Identifier: GPL-2.0-only
/*
 * What holds devices from before: a struct vs_open_row for each open device file, a struct vs_mapping
 * for each stretch of a region that is mapped. And the kernel's symbols.
 */
#include "vmlinux.h"
#include "../newer.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "abi.h"
#include "file.h"
#include "pci.h"

/*
 * Addresses of the kernel's, 0 where it has none; set once kernel_symbols has told them. An extern
 * __ksym would have libbpf read all of /proc/kallsyms.
 */
__u64 device_fops; /* &vfio_device_fops */
__u64 core_request; /* vfio_pci_core_request: all drivers on the core name it in their ops */
__u64 core_mmap_ops; /* &vfio_pci_mmap_ops */
const volatile __u32 page_shift;
const volatile bool modules_only;

/*
 * A line for each: address, module, name. To have /proc/kallsyms write out some 100,000 of them, most
 * for nothing, takes longer than all else that a start reads.
 */
SEC("iter/ksym")
int kernel_symbols(struct bpf_iter__ksym *ctx)
{
	struct kallsym_iter *symbol = ctx->ksym;
	__u64 address;

	if (!symbol || (modules_only && !symbol->module_name[0]))
		return 0;
	address = symbol->show_value ? symbol->value : 0;
	if (symbol->module_name[0])
		BPF_SEQ_PRINTF(ctx->meta->seq, "%llx %s %s\n", address, symbol->module_name,
			       symbol->name);
	else
		BPF_SEQ_PRINTF(ctx->meta->seq, "%llx vmlinux %s\n", address, symbol->name);
	return 0;
}

/* The list may change meanwhile: what is read then may be wrong, but it ends. */
static __always_inline __u32 ioeventfd_regions(struct vfio_pci_core_device *core)
{
	struct list_head *head = (void *)core + bpf_core_field_offset(core->ioeventfds_list), *at;
	__u32 regions = 0;

	at = BPF_CORE_READ(head, next);
	for (int i = 0; i < VS_IOEVENTFDS && at && at != head; i++) {
		const struct vfio_pci_ioeventfd *armed =
			(void *)at - bpf_core_field_offset(struct vfio_pci_ioeventfd, next);

		regions |= 1U << (BPF_CORE_READ(armed, bar) & 31);
		at = BPF_CORE_READ(at, next);
	}
	return regions;
}

static __always_inline void fill_ioeventfds(struct vs_open_row *row, struct vfio_device *vdev)
{
	struct vfio_pci_core_device *core = core_device((__u64)vdev);

	row->is_core = core_request && (__u64)BPF_CORE_READ(vdev, ops, request) == core_request;
	if (!row->is_core)
		return;
	row->ioeventfds = BPF_CORE_READ(core, ioeventfds_nr);
	if (row->ioeventfds)
		row->ioeventfd_regions = ioeventfd_regions(core);
}

SEC("iter/task_file")
int open_devices(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct vs_open_row row = {};
	struct vfio_device *vdev;

	if (!task || !file || (__u64)file->f_op != device_fops)
		return 0;
	vdev = file_device(file);
	row.tgid = task->tgid;
	row.fd = ctx->fd;
	row.file = (__u64)file;
	row.vdev = (__u64)vdev;
	row.read = (__u64)BPF_CORE_READ(vdev, ops, read);
	row.write = (__u64)BPF_CORE_READ(vdev, ops, write);
	fill_ioeventfds(&row, vdev);
	bpf_probe_read_kernel_str(row.name, sizeof(row.name), BPF_CORE_READ(vdev, dev, kobj.name));
	bpf_probe_read_kernel_str(row.ops, sizeof(row.ops), BPF_CORE_READ(vdev, ops, name));
	bpf_probe_read_kernel(row.comm, sizeof(row.comm), task->group_leader->comm);
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

/* The BAR that a physical address is in. */
static __always_inline void place_by_address(struct vs_mapping *row, struct vfio_device *vdev,
					     __u64 address)
{
	const struct pci_dev *pdev = BPF_CORE_READ(core_device((__u64)vdev), pdev);

	for (int i = 0; i < VS_STANDARD_BARS; i++) {
		const struct resource *bar = resource_of(pdev, i);
		__u64 start = BPF_CORE_READ(bar, start);

		if (start && address >= start && address <= BPF_CORE_READ(bar, end)) {
			row->region = i;
			row->offset = address - start;
			return;
		}
	}
}

/* Of a mapping that a driver made by itself it is not known what is in vm_pgoff now. */
static __always_inline void place(struct vs_mapping *row, struct vm_area_struct *vma,
				  struct vfio_device *vdev)
{
	__u64 offset = (__u64)vma->vm_pgoff << page_shift;

	row->region = VS_REGION_UNKNOWN;
	if (!core_mmap_ops || (__u64)vma->vm_ops != core_mmap_ops)
		return;
	if (bpf_core_field_exists(struct vfio_pci_core_device___lists_mappings, vma_list)) {
		place_by_address(row, vdev, offset);
		return;
	}
	row->region = offset >> VS_SHIFT_DEFAULT;
	row->offset = offset & ((1ULL << VS_SHIFT_DEFAULT) - 1);
}

SEC("iter/task_vma")
int mapped_regions(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;
	struct vs_mapping row = {};
	struct vfio_device *vdev;
	struct file *file;

	if (!task || !vma)
		return 0;
	file = vma->vm_file;
	if (!file || (__u64)BPF_CORE_READ(file, f_op) != device_fops)
		return 0;
	vdev = file_device(file);
	row.mm = (__u64)vma->vm_mm;
	row.start = vma->vm_start;
	row.length = vma->vm_end - vma->vm_start;
	row.prot = vma->vm_flags & (VS_PROT_READ | VS_PROT_WRITE);
	row.tgid = task->tgid;
	place(&row, vma, vdev);
	bpf_probe_read_kernel(row.comm, sizeof(row.comm), task->group_leader->comm);
	bpf_probe_read_kernel_str(row.name, sizeof(row.name), BPF_CORE_READ(vdev, dev, kobj.name));
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
