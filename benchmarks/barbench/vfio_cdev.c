// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device by its own node and an iommufd (Linux 6.6 and later). Regions work from the bind on; no
 * address space is attached, so the device can do no DMA at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "benchmarks/barbench/vfio_attach.h"

#define IOMMUFD "/dev/iommu"
#define CDEVS "/dev/vfio/devices"

/* As in linux/vfio.h of 6.17 (86624ba3b522): Debian 12's has neither the call nor the token. */
#define BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18)
#define BIND_FLAG_TOKEN (1 << 0)

struct bind_iommufd {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t out_devid;
	uint64_t token_uuid_ptr; /* 16 bytes, in the order in which they are written */
};

#define BIND_SIZE_WITHOUT_TOKEN offsetof(struct bind_iommufd, token_uuid_ptr)

static void cdev_path(const struct pci_facts *pci, char *path, size_t len)
{
	snprintf(path, len, CDEVS "/%s", pci->vfio_dev);
}

bool vfio_cdev__available(const struct pci_facts *pci)
{
	char path[64];

	cdev_path(pci, path, sizeof(path));
	return pci->vfio_dev[0] && !access(path, F_OK) && !access(IOMMUFD, F_OK);
}

static void parse_uuid(const char *text, unsigned char *uuid)
{
	unsigned int byte;
	int i = 0;

	while (i < 16 && *text) {
		if (*text == '-') {
			text++;
			continue;
		}
		if (sscanf(text, "%2x", &byte) != 1)
			return;
		uuid[i++] = (unsigned char)byte;
		text += 2;
	}
}

static int bind_iommufd(struct bench_device *device, const char *token, struct trouble *trouble)
{
	unsigned char uuid[16] = { 0 };
	struct bind_iommufd bind = {
		.argsz = BIND_SIZE_WITHOUT_TOKEN,
		.iommufd = device->iommu_fd,
	};

	if (token) {
		parse_uuid(token, uuid);
		bind.argsz = sizeof(bind);
		bind.flags = BIND_FLAG_TOKEN;
		bind.token_uuid_ptr = (uintptr_t)uuid;
	}
	if (!ioctl(device->fd, BIND_IOMMUFD, &bind))
		return 0;
	/* A device that is bound already says EINVAL; a kernel without the token too. */
	if (errno == EINVAL && !token)
		errno = EBUSY;
	return vfio_attach__explain(&device->pci, "the device", errno, trouble);
}

static int attach(struct bench_device *device, const struct bench_request *request,
		  struct trouble *trouble)
{
	char path[64];

	if (!vfio_cdev__available(&device->pci))
		return trouble__say(
			trouble, ENOENT,
			"this kernel has no device node with iommufd for %s: use --vfio group",
			device->pci.bdf);
	device->iommu_fd = open(IOMMUFD, O_RDWR | O_CLOEXEC);
	if (device->iommu_fd < 0)
		return vfio_attach__explain(&device->pci, IOMMUFD, errno, trouble);
	cdev_path(&device->pci, path, sizeof(path));
	device->fd = open(path, O_RDWR | O_CLOEXEC);
	if (device->fd < 0)
		return vfio_attach__explain(&device->pci, path, errno, trouble);
	return bind_iommufd(device, request->vf_token, trouble);
}

const struct bench_ops vfio_cdev = {
	.name = "cdev",
	.open = attach,
};
