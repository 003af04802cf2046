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

#if VS_OBSERVES_ACCESSES

/* As to_zpci() in arch/s390/include/asm/pci.h finds the function. */
static __always_inline struct zpci_dev *zpci_device(__u64 vdev)
{
	struct device *parent = BPF_CORE_READ((struct vfio_device *)vdev, dev);
	struct pci_dev *pdev = (void *)parent - bpf_core_field_offset(struct pci_dev, dev);
	struct zpci_bus *bus = BPF_CORE_READ(pdev, sysdata);
	__u32 devfn = BPF_CORE_READ(pdev, devfn) & 0xff;
	struct zpci_dev *zdev = NULL;

	bpf_probe_read_kernel(&zdev, sizeof(zdev),
			      (void *)bus + bpf_core_field_offset(struct zpci_bus, function) +
				      devfn * sizeof(zdev));
	return zdev;
}

/* What VFIO_DEVICE_GET_INFO tells as imaxstbl: zpci_group_cap() in drivers/vfio/pci/vfio_pci_zdev.c. */
static __always_inline __u32 maxstbl_of(__u64 vdev)
{
	struct zpci_dev *zdev = zpci_device(vdev);

	return bpf_core_field_exists(zdev->maxstbl) ? BPF_CORE_READ(zdev, maxstbl) : 0;
}

#else

static __always_inline __u32 maxstbl_of(__u64 vdev)
{
	return 0;
}

#endif

#endif
