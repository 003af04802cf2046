/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stores to PCI devices of s390 (zPCI). Up to 8 bytes are stored by PCISTG. A store block (PCISTB)
 * is of 16 bytes up to a maximum of the device's, a multiple of 8, at an offset that is one, and
 * within 4 KiB. Which of both a driver makes of a write is the driver's affair: vfio-pci-core takes
 * the first, ism-vfio-pci the second, with the width that it was called with.
 */
#ifndef BARBENCH_ZPCI_H
#define BARBENCH_ZPCI_H

#include <stddef.h>
#include <stdint.h>
#include <linux/vfio.h>

/*
 * The longest store block in bytes, of an answer to VFIO_DEVICE_GET_INFO of @size bytes; -1: it is
 * no zPCI device, or does not say.
 */
int zpci__maxstbl(const struct vfio_device_info *info, uint32_t size);

/*
 * What store blocks such a device takes, and which of the @nr @widths of writes can be none wherever
 * they go. For a message: such a write may still be right, or an error that somebody wants to see,
 * so it is told of and never refused.
 */
void zpci__describe_stores(int maxstbl, const uint64_t *widths, size_t nr, char *text, size_t len);

#endif
