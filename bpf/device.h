/* SPDX-License-Identifier: GPL-2.0-only */
/* The device table: struct vfio_device to index, and what is known of the device. */
#ifndef VFIOSCOPE_BPF_DEVICE_H
#define VFIOSCOPE_BPF_DEVICE_H

#include "maps.h"

/* What device_find() says instead of an index. */
#define DEVICE_NO_ROOM (-1)
#define DEVICE_UNWANTED (-2)

/* Fibonacci hashing (Knuth, TAOCP 6.4): the top bits of the product are well mixed. */
static __always_inline __u32 device_hash(__u64 vdev, const __u32 slots)
{
	return (vdev * 0x9e3779b97f4a7c15ULL) >> (64 - __builtin_ctz(slots));
}

static __always_inline struct vs_device *device_at(__u32 device)
{
	return &shared.devices[device & (VS_MAX_DEVICES - 1)];
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

/* Who is it, and does it pass the filters? */
static __always_inline bool device_identify(struct vs_identity *is, struct vfio_device *vdev)
{
	char driver[VS_NAME_LEN] = {};
	struct device *parent = BPF_CORE_READ(vdev, dev);

	bpf_probe_read_kernel_str(is->name, VS_NAME_LEN, BPF_CORE_READ(parent, kobj.name));
	bpf_probe_read_kernel_str(is->ops, VS_NAME_LEN, BPF_CORE_READ(vdev, ops, name));
	is->read = (__u64)BPF_CORE_READ(vdev, ops, read);
	is->write = (__u64)BPF_CORE_READ(vdev, ops, write);
	if (config.filter_device[0] && !name_is(config.filter_device, is->name))
		return false;
	if (!config.filter_driver[0] || name_is(config.filter_driver, is->ops))
		return true;
	bpf_probe_read_kernel_str(driver, VS_NAME_LEN, BPF_CORE_READ(parent, driver, name));
	return name_is(config.filter_driver, driver);
}

static __always_inline bool device_is(const struct vs_device *dev, const struct vs_identity *is)
{
	const __u64 *a = (const __u64 *)&dev->is, *b = (const __u64 *)is;

	for (int i = 0; i < sizeof(*is) / sizeof(*a); i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* Two CPUs may do this at once for the same device: both write the same. */
static __always_inline void device_fill(struct vs_device *dev, const struct vs_identity *is)
{
	if (dev->filled)
		return;
	dev->is = *is;
	dev->shift_source = config.given_shift ? VS_SHIFT_GIVEN : VS_SHIFT_ASSUMED;
	dev->shift = config.given_shift ?: VS_SHIFT_DEFAULT;
	dev->filled = 1;
}

static __always_inline bool device_take(struct vs_device *dev, __u64 from, __u64 vdev)
{
	__u64 old = __sync_val_compare_and_swap(&dev->vdev, from, vdev);

	return old == from || old == vdev;
}

/* The entry that a device had before it was unbound, else a free one. CPUs search in one order. */
static __always_inline int device_enter(__u64 vdev, const struct vs_identity *is)
{
	__u32 first = device_hash(vdev, VS_MAX_DEVICES);

	for (int i = 0; i < VS_MAX_DEVICES; i++) {
		struct vs_device *dev = device_at(i);

		if (dev->vdev == VS_VDEV_GONE && device_is(dev, is) &&
		    device_take(dev, VS_VDEV_GONE, vdev))
			return i;
	}
	for (int i = 0; i < VS_MAX_DEVICES; i++) {
		struct vs_device *dev = device_at(first + i);

		if (device_take(dev, 0, vdev)) {
			device_fill(dev, is);
			return (first + i) & (VS_MAX_DEVICES - 1);
		}
	}
	return DEVICE_NO_ROOM;
}

/* The device's index if it has an entry, or DEVICE_NO_ROOM. */
static __always_inline int device_look_up(__u64 vdev)
{
	for (int i = 0; i < VS_MAX_DEVICES; i++)
		if (device_at(i)->vdev == vdev && device_at(i)->filled)
			return i;
	return DEVICE_NO_ROOM;
}

/* Not static, so that the verifier looks at it once and not wherever it is called. */
__noinline int device_find_slow(__u64 vdev)
{
	__u64 *unwanted = &shared.unwanted[device_hash(vdev, VS_UNWANTED_SLOTS)];
	__u64 as_unwanted = VS_UNWANTED(vdev, shared.changes);
	struct vs_identity is = {};
	int device;

	if (*unwanted == as_unwanted)
		return DEVICE_UNWANTED;
	device = device_look_up(vdev);
	if (device >= 0)
		return device;
	if (device_identify(&is, (void *)vdev))
		return device_enter(vdev, &is);
	*unwanted = as_unwanted;
	return DEVICE_UNWANTED;
}

/* @vdev is the address as a number: the verifier allows no arithmetic on a typed pointer. */
static __always_inline int device_find(__u64 vdev)
{
	__u32 slot = device_hash(vdev, VS_MAX_DEVICES);
	struct vs_device *dev = device_at(slot);

	if (dev->vdev == vdev && dev->filled)
		return slot;
	return device_find_slow(vdev);
}

#endif
