// SPDX-License-Identifier: GPL-2.0-only
/* The handlers most drivers use, among functions that are nearly ones and must not be listed. */
#include "ops.h"

READ_HANDLER(vfio_pci_core_read)
WRITE_HANDLER(vfio_pci_core_write)

long vfio_pci_core_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	return 0;
}

ssize_t near_other_device(struct vfio_device_other *vdev, char *buf, size_t count, loff_t *ppos)
{
	return 0;
}

ssize_t near_five_arguments(struct vfio_device *vdev, char *buf, size_t count, loff_t *ppos,
			    _Bool iswrite)
{
	return 0;
}

ssize_t near_three_arguments(struct vfio_device *vdev, char *buf, size_t count)
{
	return 0;
}

int near_other_result(struct vfio_device *vdev, char *buf, size_t count, loff_t *ppos)
{
	return 0;
}

ssize_t near_position_by_value(struct vfio_device *vdev, char *buf, size_t count, loff_t pos)
{
	return 0;
}

ssize_t near_other_buffer(struct vfio_device *vdev, void *buf, size_t count, loff_t *ppos)
{
	return 0;
}

ssize_t near_wide_buffer(struct vfio_device *vdev, int *buf, size_t count, loff_t *ppos)
{
	return 0;
}
