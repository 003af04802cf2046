/* SPDX-License-Identifier: GPL-2.0-only */
/* The device table: struct vfio_device to index, and what is known of the device. */
#ifndef VFIOSCOPE_BPF_DEVICE_H
#define VFIOSCOPE_BPF_DEVICE_H

#include "maps.h"

/* Fibonacci hashing (Knuth, TAOCP 6.4): the top bits of the product are well mixed. */
static __always_inline __u32 device_hash(__u64 vdev)
{
	return (vdev * 0x9e3779b97f4a7c15ULL) >> (64 - __builtin_ctz(VS_MAX_DEVICES));
}

static __always_inline bool name_is(const volatile char *want, const char *name)
{
	for (int i = 0; i < VS_NAME_LEN; i++) {
		if (want[i] != name[i])
			return false;
		if (!want[i])
			return true;
	}
	return true;
}

/* Decided when a device is first met. */
static __always_inline bool device_wanted(const struct vs_device *dev, const char *driver)
{
	if (config.filter_device[0] && !name_is(config.filter_device, dev->name))
		return false;
	if (config.filter_driver[0] && !name_is(config.filter_driver, driver) &&
	    !name_is(config.filter_driver, dev->ops))
		return false;
	return true;
}

/* Two CPUs may do this at once for the same device: both write the same. */
static __noinline int device_fill(struct vs_device *dev, struct vfio_device *vdev)
{
	struct device *parent;
	const char *name;
	char driver[VS_NAME_LEN] = {};

	if (!dev)
		return 0;
	parent = BPF_CORE_READ(vdev, dev);
	name = BPF_CORE_READ(parent, kobj.name);
	bpf_probe_read_kernel_str(dev->name, sizeof(dev->name), name);
	name = BPF_CORE_READ(vdev, ops, name);
	bpf_probe_read_kernel_str(dev->ops, sizeof(dev->ops), name);
	name = BPF_CORE_READ(parent, driver, name);
	bpf_probe_read_kernel_str(driver, sizeof(driver), name);
	dev->read = (__u64)BPF_CORE_READ(vdev, ops, read);
	dev->write = (__u64)BPF_CORE_READ(vdev, ops, write);
	if (!dev->shift) {
		dev->shift_source = config.given_shift ? VS_SHIFT_GIVEN : VS_SHIFT_ASSUMED;
		dev->shift = config.given_shift ?: VS_SHIFT_DEFAULT;
	}
	dev->state = device_wanted(dev, driver) ? VS_DEVICE_TRACED : VS_DEVICE_SKIPPED;
	return 0;
}

/* The device's index, or -1: not there (with @enter: and the table is full). */
static __noinline int device_find_slow(__u64 vdev, bool enter)
{
	__u32 hash = device_hash(vdev);

	for (int i = 0; i < VS_MAX_DEVICES; i++) {
		__u32 slot = (hash + i) & (VS_MAX_DEVICES - 1);
		struct vs_device *dev = &shared.devices[slot];
		__u64 old = dev->vdev;

		if (!old && !enter)
			return -1;
		if (!old)
			old = __sync_val_compare_and_swap(&dev->vdev, 0, vdev);
		if (old && old != vdev)
			continue;
		if (dev->state == VS_DEVICE_FREE)
			device_fill(dev, (void *)vdev);
		return slot;
	}
	return -1;
}

/* @vdev is the address as a number: the verifier allows no arithmetic on a typed pointer. */
static __always_inline int device_find(__u64 vdev)
{
	__u32 slot = device_hash(vdev) & (VS_MAX_DEVICES - 1);
	struct vs_device *dev = &shared.devices[slot];

	if (dev->vdev == vdev && dev->state != VS_DEVICE_FREE)
		return slot;
	return device_find_slow(vdev, true);
}

static __always_inline struct vs_device *device_at(__u32 device)
{
	return &shared.devices[device & (VS_MAX_DEVICES - 1)];
}

#endif
