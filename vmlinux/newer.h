/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types of other kernels than the one the generated headers come from, by hand. Whether the running
 * kernel has one is asked with bpf_core_type_exists() or bpf_core_field_exists().
 */
#ifndef VFIOSCOPE_NEWER_H
#define VFIOSCOPE_NEWER_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/*
 * file->private_data of an open VFIO device, since 6.6. Before that it was the vfio_device itself.
 */
struct vfio_device_file {
	struct vfio_device *device;
};

/*
 * While it has this member, vfio_pci_core_mmap() leaves the physical page in vma->vm_pgoff; without, since
 * commit aac6db75a9fc ("vfio/pci: Use unmap_mapping_range()"), the page of the file.
 */
struct vfio_pci_core_device___lists_mappings {
	struct list_head vma_list;
};

#pragma clang attribute pop

#endif /* VFIOSCOPE_NEWER_H */
