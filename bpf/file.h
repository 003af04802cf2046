/* SPDX-License-Identifier: GPL-2.0-only */
/* From an open device file to its device. */
#ifndef VFIOSCOPE_BPF_FILE_H
#define VFIOSCOPE_BPF_FILE_H

/*
 * private_data is the vfio_device itself up to 6.5, a vfio_device_file since kernel commit
 * b1a59be8a2b6 ("vfio: Refine vfio file kAPIs for KVM").
 */
static __always_inline struct vfio_device *file_device(struct file *file)
{
	void *data = BPF_CORE_READ(file, private_data);

	if (bpf_core_type_exists(struct vfio_device_file))
		return BPF_CORE_READ((struct vfio_device_file *)data, device);
	return data;
}

#endif
