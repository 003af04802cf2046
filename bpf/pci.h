/* SPDX-License-Identifier: GPL-2.0-only */
/* From a device of vfio-pci-core to its PCI function. */
#ifndef VFIOSCOPE_BPF_PCI_H
#define VFIOSCOPE_BPF_PCI_H

static __always_inline struct vfio_pci_core_device *core_device(__u64 vdev)
{
	return (void *)(vdev - bpf_core_field_offset(struct vfio_pci_core_device, vdev));
}

/*
 * By the kernel's own size of an element: an index that is no constant goes by that of the header's,
 * which lacks most members.
 */
static __always_inline const struct resource *resource_of(const struct pci_dev *pdev, int i)
{
	return (const void *)pdev + bpf_core_field_offset(struct pci_dev, resource) +
	       i * bpf_core_type_size(struct resource);
}

#endif
