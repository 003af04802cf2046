/* SPDX-License-Identifier: GPL-2.0-only */
/* The function itself: its configuration space, its BARs and their faults. */
#ifndef ISM_DEVICE_DEVICE_H
#define ISM_DEVICE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registers.h"

struct device {
	uint8_t config[ISM_CONFIG_SIZE];
	uint8_t bar2[ISM_BAR2_SIZE];
	uint8_t bar4[ISM_BAR4_SIZE];
	bool gone;
};

/* As after power-on. */
void device__reset(struct device *device);

/* @region: an index as in <linux/vfio.h>. Returns bytes, 0 for a region that the device has not. */
uint64_t device__region_size(uint32_t region);

/* Returns what the log calls it, NULL for an index that is none. */
const char *device__region_name(uint32_t region);

/* Returns how many interrupts of this kind there are; @kind is an index as in <linux/vfio.h>. */
uint32_t device__nr_irqs(uint32_t kind);

/*
 * Access @count bytes at @offset of @region.
 * Return: 0; -EINVAL if the region has no such bytes; -EIO, -ENODEV by a fault; -ECONNRESET if the
 * connection must be closed without an answer.
 */
int device__read(struct device *device, uint32_t region, uint64_t offset, void *data, size_t count);
int device__write(struct device *device, uint32_t region, uint64_t offset, const void *data,
		  size_t count);

#endif
