/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types of kernels newer than the one the generated headers come from, by hand. Whether the running
 * kernel has one is asked with bpf_core_type_exists().
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

#pragma clang attribute pop

#endif /* VFIOSCOPE_NEWER_H */
