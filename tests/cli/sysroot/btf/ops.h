/* SPDX-License-Identifier: GPL-2.0-only */
/* What a driver's BTF has around its region handlers, compiled to BTF and never run. */
typedef long __kernel_ssize_t;
typedef __kernel_ssize_t ssize_t;
typedef unsigned long __kernel_size_t;
typedef __kernel_size_t size_t;
typedef long long __kernel_loff_t;
typedef __kernel_loff_t loff_t;

#define __user __attribute__((btf_type_tag("user")))

struct vfio_device {
	const void *ops;
};

struct vfio_device_other {
	int index;
};

#define READ_HANDLER(name)                                                                   \
	ssize_t name(struct vfio_device *vdev, char __user *buf, size_t count, loff_t *ppos) \
	{                                                                                    \
		return 0;                                                                    \
	}

#define WRITE_HANDLER(name)                                                                        \
	ssize_t name(struct vfio_device *vdev, const char __user *buf, size_t count, loff_t *ppos) \
	{                                                                                          \
		return 0;                                                                          \
	}
