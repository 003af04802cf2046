/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sysfs knows of a PCI device, and what it tells about opening it. Nothing here wakes a
 * sleeping device. @sysfs is where sysfs is mounted ("/sys"; tests have trees of their own).
 */
#ifndef BARBENCH_PCI_SYSFS_H
#define BARBENCH_PCI_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

#include "benchmarks/barbench/trouble.h"

struct pci_facts {
	char bdf[16];
	char driver[64]; /* empty: none */
	char module[64];
	char srcversion[64];
	char vfio_dev[32]; /* "vfio0"; empty: no VFIO driver, or a kernel before 6.1 */
	char runtime_status[16]; /* power/runtime_status, before the device was opened */
	int iommu_group; /* -1: none */
	int vendor_id, device_id, subvendor_id, subdevice_id, class_id; /* -1: not known */
	int numa_node; /* -1: none, or not known */
	char link_speed[32]; /* "8.0 GT/s PCIe"; empty: no PCIe, or not read */
	int link_width; /* lanes; -1: as above */
	int enable; /* how often the device was enabled */
	int vfs; /* sriov_numvfs: virtual functions that exist through this one */
};

/* Facts about nothing but a name. */
void pci_facts__init(struct pci_facts *facts, const char *name);

/* "0000:00:04.0" or "00:04.0" to the full form (struct pci_facts has room for it). 0 or -EINVAL. */
int pci_sysfs__parse_bdf(const char *text, char *bdf, size_t len);

/* 0, or -ENODEV and @trouble: no such device. Everything but the link. */
int pci_sysfs__read(const char *sysfs, const char *bdf, struct pci_facts *facts,
		    struct trouble *trouble);

/*
 * Read the link's state: only of a device that is open, and so awake. To answer, the kernel reads
 * config space, and since "PCI/sysfs: Ensure devices are powered for config reads" wakes the device
 * to do so.
 */
void pci_sysfs__read_link_state(const char *sysfs, struct pci_facts *facts);

/* 0, or -ENODEV and @trouble: what the device is bound to, and how to bind it. */
int pci_sysfs__check_driver(const char *sysfs, const struct pci_facts *facts,
			    struct trouble *trouble);

/*
 * Opening a device resets it. 0: it is plainly idle, a reset takes nothing from anyone. -EBUSY and
 * @trouble: why it may not be. Plainly idle is a device that
 *
 *   - has no virtual functions: resetting their physical function takes them away; and
 *   - is suspended at run time, so that nothing can be going on in it, or
 *   - has been enabled by no driver and has bus mastering off, so that it cannot be doing DMA on
 *     behalf of firmware or of a driver that was there before.
 *
 * That nobody has it open the kernel itself makes sure of (EBUSY).
 */
int pci_sysfs__check_idle(const char *sysfs, const struct pci_facts *facts,
			  struct trouble *trouble);

/* The other devices of its IOMMU group that no VFIO driver holds, for a message. */
void pci_sysfs__list_group(const char *sysfs, const struct pci_facts *facts, char *text,
			   size_t len);

#endif
