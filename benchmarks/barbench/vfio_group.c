// SPDX-License-Identifier: GPL-2.0-only
/* A device by its IOMMU group, in a container of its own. Nothing is mapped for DMA. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "benchmarks/barbench/vfio_attach.h"

#define CONTAINER "/dev/vfio/vfio"

static int open_container(struct bench_device *device, struct trouble *trouble)
{
	device->container_fd = open(CONTAINER, O_RDWR | O_CLOEXEC);
	if (device->container_fd < 0)
		return vfio_attach__explain(&device->pci, CONTAINER, errno, trouble);
	if (ioctl(device->container_fd, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		return trouble__say(trouble, EPROTO, "the kernel's VFIO is not version %d",
				    VFIO_API_VERSION);
	if (ioctl(device->container_fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1_IOMMU) <= 0)
		return trouble__say(trouble, ENODEV,
				    "VFIO has no type1 IOMMU: modprobe vfio_iommu_type1");
	return 0;
}

static int open_group(struct bench_device *device, struct trouble *trouble)
{
	const struct pci_facts *pci = &device->pci;
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[64], others[300];

	if (pci->iommu_group < 0)
		return trouble__say(
			trouble, ENODEV,
			"%s is in no IOMMU group: is the IOMMU enabled (intel_iommu=on)?",
			pci->bdf);
	snprintf(path, sizeof(path), "/dev/vfio/%d", pci->iommu_group);
	device->group_fd = open(path, O_RDWR | O_CLOEXEC);
	if (device->group_fd < 0)
		return vfio_attach__explain(pci, path, errno, trouble);
	if (ioctl(device->group_fd, VFIO_GROUP_GET_STATUS, &status))
		return vfio_attach__explain(pci, path, errno, trouble);
	if (status.flags & VFIO_GROUP_FLAGS_VIABLE)
		return 0;
	pci_sysfs__list_group(SYSFS, pci, others, sizeof(others));
	return trouble__say(trouble, EPERM,
			    "IOMMU group %d of %s is not viable: bind its other devices to VFIO "
			    "drivers or to none: %s",
			    pci->iommu_group, pci->bdf, others);
}

static int join_container(struct bench_device *device, struct trouble *trouble)
{
	if (ioctl(device->group_fd, VFIO_GROUP_SET_CONTAINER, &device->container_fd))
		return vfio_attach__explain(&device->pci, "the group", errno, trouble);
	if (ioctl(device->container_fd, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU))
		return trouble__say(trouble, errno, "cannot set up the IOMMU for %s: %s",
				    device->pci.bdf, strerror(errno));
	return 0;
}

static int get_device(struct bench_device *device, const struct bench_request *request,
		      struct trouble *trouble)
{
	const char *token = request->vf_token;
	char name[80];
	int err;

	snprintf(name, sizeof(name), "%s%s%s", device->pci.bdf, token ? " vf_token=" : "",
		 token ? token : "");
	device->fd = ioctl(device->group_fd, VFIO_GROUP_GET_DEVICE_FD, name);
	if (device->fd >= 0)
		return 0;
	err = errno;
	if (err == ENODEV)
		return trouble__say(trouble, err, "%s is bound to %s, which is no VFIO driver",
				    device->pci.bdf, device->pci.driver);
	if (err == EINVAL && token)
		return trouble__say(
			trouble, err,
			"%s does not take this --vf-token: it is not a virtual function, or "
			"the user of its physical function has another one",
			device->pci.bdf);
	return vfio_attach__explain(&device->pci, "the device", err, trouble);
}

static int attach(struct bench_device *device, const struct bench_request *request,
		  struct trouble *trouble)
{
	int err;

	err = open_container(device, trouble);
	if (!err)
		err = open_group(device, trouble);
	if (!err)
		err = join_container(device, trouble);
	if (!err)
		err = get_device(device, request, trouble);
	return err;
}

const struct bench_ops vfio_group = {
	.name = "group",
	.open = attach,
};
