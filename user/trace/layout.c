// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the regions of devices are that were open before the trace: their clients have asked the
 * driver long ago. We ask once more, on a duplicate of the client's own file, so that the programs of
 * bpf/watch.bpf.c see the answer as they see any other.
 */
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/trace/trace.h"

/* A duplicate of the file @fd of process @tgid; -1: it is gone, or we may not. */
static int duplicate_of(int tgid, int fd)
{
	int process = syscall(SYS_pidfd_open, tgid, 0), copy;

	if (process < 0)
		return -1;
	copy = syscall(SYS_pidfd_getfd, process, fd, 0);
	close(process);
	return copy;
}

/* The number may have become another file's since it was found. */
static bool is_vfio_device(int fd)
{
	char path[64], target[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		return false;
	return !strcmp(target, "anon_inode:[vfio-device]") ||
	       !strncmp(target, "/dev/vfio/devices/", strlen("/dev/vfio/devices/"));
}

/* An answer on these costs the device an access: the driver looks whether a ROM is there. */
static bool is_harmless(const struct vfio_device_info *device, unsigned int index)
{
	return !(device->flags & VFIO_DEVICE_FLAGS_PCI) ||
	       (index != VFIO_PCI_ROM_REGION_INDEX && index != VFIO_PCI_VGA_REGION_INDEX);
}

static void ask(int fd)
{
	struct vfio_device_info device = { .argsz = sizeof(device) };

	if (ioctl(fd, VFIO_DEVICE_GET_INFO, &device))
		return;
	for (unsigned int i = 0; i < device.num_regions && i < VS_REGION_BAD; i++) {
		struct vfio_region_info region = { .argsz = sizeof(region), .index = i };

		if (is_harmless(&device, i))
			ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &region);
	}
}

static bool asked_before(const struct vs_open_row *rows, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (rows[j].vdev == rows[i].vdev)
			return true;
	return false;
}

void trace_ask_layout(const struct open_rows *open)
{
	const struct vs_open_row *rows = open->rows;

	for (size_t i = 0; i < open->nr; i++) {
		int fd = asked_before(rows, i) ? -1 : duplicate_of(rows[i].tgid, rows[i].fd);

		if (fd < 0)
			continue;
		if (is_vfio_device(fd))
			ask(fd);
		close(fd);
	}
}
