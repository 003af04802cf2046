/* SPDX-License-Identifier: GPL-2.0-only */
/* The device table: struct vfio_device to index, and what is known of the device. */
#ifndef VFIOSCOPE_BPF_DEVICE_H
#define VFIOSCOPE_BPF_DEVICE_H

#include "maps.h"
#include "pci.h"

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

static __noinline bool driver_is_wanted(struct vfio_device *vdev)
{
	char name[VS_NAME_LEN] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(vdev, ops, name));
	if (name_is(config.filter_driver, name))
		return true;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(vdev, dev, driver, name));
	return name_is(config.filter_driver, name);
}

/* Who is it, and does it pass the filters? */
static __always_inline bool device_identify(struct vs_identity *is, struct vfio_device *vdev)
{
	bpf_probe_read_kernel_str(is->name, sizeof(is->name), BPF_CORE_READ(vdev, dev, kobj.name));
	is->read = (__u64)BPF_CORE_READ(vdev, ops, read);
	is->write = (__u64)BPF_CORE_READ(vdev, ops, write);
	if (config.filter_device[0] && !name_is(config.filter_device, is->name))
		return false;
	return !config.filter_driver[0] || driver_is_wanted(vdev);
}

static __always_inline bool identity_is(const struct vs_identity *a, const struct vs_identity *b)
{
	for (int i = 0; i < sizeof(*a) / sizeof(__u64); i++)
		if (((const __u64 *)a)[i] != ((const __u64 *)b)[i])
			return false;
	return true;
}

/* To compare with 64 entries at one look each: the verifier walks all of a loop within a loop. */
static __always_inline __u64 identity_hash(const struct vs_identity *is)
{
	__u64 hash = 0;

	for (int i = 0; i < sizeof(*is) / sizeof(hash); i++)
		hash = (hash ^ ((const __u64 *)is)[i]) * 0x9e3779b97f4a7c15ULL;
	return hash;
}

static __always_inline bool device_take(struct vs_device *dev, __u64 from, __u64 vdev)
{
	__u64 old = __sync_val_compare_and_swap(&dev->vdev, from, vdev);

	return old == from || old == vdev;
}

/*
 * The searches below are not static: so the verifier walks each once, and knows nothing of what they
 * return but that it is a number.
 */

/* An entry of a device that was unbound, or DEVICE_NO_ROOM. */
__noinline int device_find_gone(__u64 hash)
{
	for (int i = 0; i < VS_MAX_DEVICES; i++)
		if (device_at(i)->vdev == VS_VDEV_GONE && device_at(i)->identity_hash == hash)
			return i;
	return DEVICE_NO_ROOM;
}

/* Of those who take one at once for the same device, all get the same. */
__noinline int device_take_free(__u64 vdev)
{
	__u32 first = device_hash(vdev, VS_MAX_DEVICES);

	for (int i = 0; i < VS_MAX_DEVICES; i++)
		if (device_take(device_at(first + i), 0, vdev))
			return (first + i) & (VS_MAX_DEVICES - 1);
	return DEVICE_NO_ROOM;
}

/* The device's entry, or DEVICE_NO_ROOM: it has none. */
__noinline int device_look_up(__u64 vdev)
{
	for (int i = 0; i < VS_MAX_DEVICES; i++)
		if (device_at(i)->vdev == vdev && device_at(i)->filled)
			return i;
	return DEVICE_NO_ROOM;
}

/* All drivers on vfio-pci-core name its request() in their ops. */
static __always_inline bool is_on_core(const struct vfio_device *vdev)
{
	return config.core_request &&
	       (__u64)BPF_CORE_READ(vdev, ops, request) == config.core_request;
}

/*
 * The core reads from the device where its MSI-X table is, when it is opened: vfio_pci_core_enable() in
 * drivers/vfio/pci/vfio_pci_core.c.
 */
static __always_inline void learn_msix(struct vs_device *dev, const struct vfio_device *vdev)
{
	const struct vfio_pci_core_device *core = core_device((__u64)vdev);

	dev->msix_bar = BPF_CORE_READ(core, msix_bar);
	if (dev->msix_bar < VS_STANDARD_BARS) {
		dev->msix_offset = BPF_CORE_READ(core, msix_offset);
		dev->msix_size = BPF_CORE_READ(core, msix_size);
	}
	dev->msix_known = 1;
}

/* Two CPUs may do this at once for the same device: both write the same. */
static __always_inline void device_fill(struct vs_device *dev, const struct vs_identity *is,
					__u64 hash)
{
	struct vfio_device *vdev = (void *)dev->vdev;
	const char *name;

	if (dev->filled)
		return;
	dev->is = *is;
	dev->identity_hash = hash;
	name = BPF_CORE_READ(vdev, ops, name);
	bpf_probe_read_kernel_str(dev->ops, sizeof(dev->ops), name);
	dev->shift_source = config.given_shift ? VS_SHIFT_GIVEN : VS_SHIFT_ASSUMED;
	dev->shift = config.given_shift ?: VS_SHIFT_DEFAULT;
	dev->has_mmap = BPF_CORE_READ(vdev, ops, mmap) != 0;
	if (is_on_core(vdev)) {
		learn_msix(dev, vdev);
		dev->maxstbl = maxstbl_of(dev->vdev);
	}
	dev->filled = 1;
}

static __always_inline int device_enter(__u64 vdev, const struct vs_identity *is)
{
	__u64 hash = identity_hash(is);
	int device = device_find_gone(hash);

	if (device >= 0 && identity_is(&device_at(device)->is, is) &&
	    device_take(device_at(device), VS_VDEV_GONE, vdev))
		return device;
	device = device_take_free(vdev);
	if (device >= 0)
		device_fill(device_at(device), is, hash);
	return device;
}

/* Nor is this, which is called in more than one place. */
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
