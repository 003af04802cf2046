// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "client.h"

static int open_group(const struct client *client)
{
	char path[PATH_MAX], link[PATH_MAX] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", client->device);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		die("%s: %m", path);
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(link, '/') + 1);
	fd = open(path, O_RDWR);
	if (fd < 0)
		die("%s: %m", path);
	return fd;
}

/* What is not there keeps size 0. */
static void ask_regions(struct client *client)
{
	for (uint32_t i = 0; i < REGION_BAD; i++) {
		struct vfio_region_info info = { .argsz = sizeof(info), .index = i };

		if (ioctl(client->fd, VFIO_DEVICE_GET_REGION_INFO, &info))
			continue;
		client->regions[i] = (struct region){ info.size, info.offset };
	}
	/* The layout is the driver's: the shift is whatever CONFIG's offset says. */
	while (client->shift < 63 &&
	       client->regions[VFIO_PCI_CONFIG_REGION_INDEX].offset >> client->shift !=
		       VFIO_PCI_CONFIG_REGION_INDEX)
		client->shift++;
	if (client->shift == 63)
		die("CONFIG is at 0x%llx",
		    (unsigned long long)client->regions[VFIO_PCI_CONFIG_REGION_INDEX].offset);
}

void open_device(struct client *client)
{
	int container = open("/dev/vfio/vfio", O_RDWR), group = open_group(client);

	if (container < 0)
		die("/dev/vfio/vfio: %m");
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) ||
	    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		die("%s: cannot set the container up: %m", client->device);
	client->fd = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, client->device);
	if (client->fd < 0)
		die("%s: %m", client->device);
	if (client->nonblock && fcntl(client->fd, F_SETFL, fcntl(client->fd, F_GETFL) | O_NONBLOCK))
		die("%s: cannot set O_NONBLOCK: %m", client->device);
	ask_regions(client);
}
