// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plain RAM in the place of a device: one BAR0, a memfd, so that system calls are real ones and
 * mappings are ordinary cached memory. It shows what the loop and the machine can do at most.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "benchmarks/barbench/device.h"

#define MEMORY_SIZE (256ULL << 20) /* beyond any cache; only pages that are touched exist */

static int examine_memory(const struct bench_request *request, struct pci_facts *facts,
			  struct trouble *trouble)
{
	(void)request;
	(void)trouble;
	pci_facts__init(facts, DEVICE_MEMORY);
	return 0;
}

static int open_memory(struct bench_device *device, const struct bench_request *request,
		       struct trouble *trouble)
{
	struct bench_region *bar;

	(void)request;
	device->bus = "memory";
	device->fd = memfd_create("barbench", MFD_CLOEXEC);
	if (device->fd < 0 || ftruncate(device->fd, MEMORY_SIZE))
		return trouble__say(trouble, errno, "cannot make a memory device: %s",
				    strerror(errno));
	bar = bench_device__add_region(device);
	if (!bar)
		return trouble__say(trouble, ENOMEM, "no memory");
	bar->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
		     VFIO_REGION_INFO_FLAG_MMAP;
	bar->size = MEMORY_SIZE;
	return 0;
}

const struct bench_ops bench_device_memory = {
	.name = DEVICE_MEMORY,
	.examine = examine_memory,
	.open = open_memory,
};
