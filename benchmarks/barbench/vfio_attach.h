/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways to a VFIO device's file descriptor. */
#ifndef BARBENCH_VFIO_ATTACH_H
#define BARBENCH_VFIO_ATTACH_H

#include "benchmarks/barbench/device.h"
#include "benchmarks/barbench/sysfs.h"

/*
 * Open device->pci: on success device->fd answers ioctls. On failure @trouble says why; what was
 * opened so far is the caller's to close.
 */
extern const struct bench_ops vfio_group; /* vfio_group.c: group and type1 container */
extern const struct bench_ops vfio_cdev; /* vfio_cdev.c: device node and iommufd */

/* The kernel has what vfio_cdev needs. */
bool vfio_cdev__available(const struct pci_facts *pci);

/* Say "in use", "no permission" and the like for @err (positive) of opening @what: -@err. */
int vfio_attach__explain(const struct pci_facts *pci, const char *what, int err,
			 struct trouble *trouble);

#endif
