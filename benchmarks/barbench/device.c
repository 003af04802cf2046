// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "benchmarks/barbench/device.h"

static void list_regions(const struct bench_device *device, char *text, size_t len)
{
	char name[32];
	size_t used = 0, i;

	text[0] = '\0';
	for (i = 0; i < device->nr_regions; i++) {
		const struct bench_region *region = &device->regions[i];

		if (!region->size || used >= len)
			continue;
		run_region__name("pci", region->index, name, sizeof(name));
		used += (size_t)snprintf(text + used, len - used, "%s%s (%" PRIu64 " bytes)",
					 used ? ", " : "", name, region->size);
	}
}

int bench_device__select(struct bench_device *device, uint32_t index, struct trouble *trouble)
{
	char name[32], others[300];
	size_t i;

	for (i = 0; i < device->nr_regions; i++) {
		if (device->regions[i].index == index && device->regions[i].size) {
			device->region = &device->regions[i];
			return 0;
		}
	}
	run_region__name("pci", index, name, sizeof(name));
	list_regions(device, others, sizeof(others));
	return trouble__say(trouble, ENOENT, "%s has no %s; it has %s", device->pci.bdf, name,
			    others[0] ? others : "no regions at all");
}

static const struct bench_ops *ops_of(const struct bench_request *request)
{
	return strcmp(request->name, DEVICE_MEMORY) ? &bench_device_vfio : &bench_device_memory;
}

int bench_device__examine(const struct bench_request *request, struct pci_facts *facts,
			  struct trouble *trouble)
{
	return ops_of(request)->examine(request, facts, trouble);
}

int bench_device__open(struct bench_device *device, const struct bench_request *request,
		       struct trouble *trouble)
{
	int err;

	memset(device, 0, sizeof(*device));
	device->maxstbl = -1;
	device->fd = device->container_fd = device->group_fd = -1;
	device->iommu_fd = device->request_fd = -1;
	device->ops = ops_of(request);
	err = device->ops->examine(request, &device->pci, trouble);
	err = err ?: device->ops->open(device, request, trouble);
	if (err)
		return err;
	return bench_device__select(device, request->region, trouble);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void bench_device__unmap(struct bench_device *device)
{
	if (device->mapping)
		munmap(device->mapping, device->mapped_bytes);
	device->mapping = NULL;
	device->map = NULL;
}

void bench_device__close(struct bench_device *device)
{
	size_t i;

	bench_device__unmap(device);
	close_fd(device->request_fd);
	close_fd(device->fd);
	close_fd(device->group_fd);
	close_fd(device->container_fd);
	close_fd(device->iommu_fd);
	for (i = 0; i < device->nr_regions; i++)
		free(device->regions[i].areas);
	free(device->regions);
	memset(device, 0, sizeof(*device));
	device->fd = device->container_fd = device->group_fd = -1;
	device->iommu_fd = device->request_fd = -1;
}

struct bench_region *bench_device__add_region(struct bench_device *device)
{
	struct bench_region *regions, *region;

	regions = realloc(device->regions, (device->nr_regions + 1) * sizeof(*regions));
	if (!regions)
		return NULL;
	device->regions = regions;
	region = &regions[device->nr_regions++];
	memset(region, 0, sizeof(*region));
	return region;
}

static bool may_map(const struct bench_region *region, uint64_t offset, uint64_t end)
{
	size_t i;

	if (!region->areas)
		return true;
	for (i = 0; i < region->nr_areas; i++) {
		const struct bench_area *area = &region->areas[i];

		if (offset >= area->offset && end <= area->offset + area->size)
			return true;
	}
	return false;
}

int bench_device__map(struct bench_device *device, uint64_t offset, uint64_t length, bool writable,
		      struct trouble *trouble)
{
	const struct bench_region *region = device->region;
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t start = offset / page * page, end = (offset + length + page - 1) / page * page;
	char name[32];

	run_region__name("pci", region->index, name, sizeof(name));
	if (!(region->flags & VFIO_REGION_INFO_FLAG_MMAP))
		return trouble__say(trouble, ENODEV,
				    "%s of %s cannot be mapped: use --mode pread or pwrite", name,
				    device->pci.bdf);
	if (!may_map(region, offset, offset + length))
		return trouble__say(
			trouble, ENODEV,
			"the kernel lets only parts of %s be mapped (the MSI-X table is not "
			"one of them): choose another --offset or --mode pread",
			name);
	/* Populated, for RAM not to fault while it is measured; for a BAR that does nothing. */
	device->mapping = mmap(NULL, end - start, PROT_READ | (writable ? PROT_WRITE : 0),
			       MAP_SHARED | MAP_POPULATE, device->fd,
			       (off_t)(region->offset + start));
	if (device->mapping == MAP_FAILED) {
		int err = errno;

		device->mapping = NULL;
		return trouble__say(trouble, err, "cannot map %s of %s: %s", name, device->pci.bdf,
				    strerror(err));
	}
	device->mapped_bytes = end - start;
	device->map = (unsigned char *)((uintptr_t)device->mapping - start);
	return 0;
}

const char *bench_device__mapping(const struct bench_device *device)
{
	if (device->ops == &bench_device_memory)
		return "cached";
	if (!strcmp(device->pci.driver, "vfio-pci") &&
	    device->region->index <= VFIO_PCI_BAR5_REGION_INDEX)
		return "uncached";
	return "unknown";
}

bool bench_device__wanted_back(const struct bench_device *device)
{
	struct pollfd request = { .fd = device->request_fd, .events = POLLIN };

	return device->request_fd >= 0 && poll(&request, 1, 0) > 0;
}

/*
 * The shift that makes every region's offset its index << shift. Region 0 says nothing: its offset
 * is 0 under any shift.
 */
static bool find_shift(const struct bench_device *device, uint32_t *shift)
{
	bool found = false;
	size_t i;

	for (i = 0; i < device->nr_regions; i++) {
		const struct bench_region *region = &device->regions[i];
		uint32_t candidate;

		if (!region->index)
			continue;
		if (!region->offset)
			return false;
		candidate =
			(uint32_t)(__builtin_ctzll(region->offset) - __builtin_ctz(region->index));
		if (candidate > 63 || (uint64_t)region->index << candidate != region->offset ||
		    (found && candidate != *shift))
			return false;
		*shift = candidate;
		found = true;
	}
	return found;
}

static int record_regions(const struct bench_device *device, struct run_device *to)
{
	char name[32];
	size_t i;

	for (i = 0; i < device->nr_regions; i++) {
		const struct bench_region *from = &device->regions[i];
		struct run_region *region;

		if (!from->size)
			continue;
		region = run_device__add_region(to);
		if (!region)
			return -ENOMEM;
		region->index = from->index;
		region->size = from->size;
		region->flags = from->flags;
		region->name = strdup(run_region__name("pci", from->index, name, sizeof(name)));
		if (!region->name)
			return -ENOMEM;
	}
	return 0;
}

static int copy_text(char **to, const char *from)
{
	if (!from[0])
		return 0;
	*to = strdup(from);
	return *to ? 0 : -ENOMEM;
}

int bench_device__record(const struct bench_device *device, struct run *run)
{
	const struct pci_facts *pci = &device->pci;
	struct run_device *to = run__add_device(run);

	if (!to)
		return -ENOMEM;
	to->iommu_group = pci->iommu_group;
	to->vendor_id = pci->vendor_id;
	to->device_id = pci->device_id;
	to->subvendor_id = pci->subvendor_id;
	to->subdevice_id = pci->subdevice_id;
	to->class_id = pci->class_id;
	to->numa_node = pci->numa_node;
	to->link_width = pci->link_width;
	to->maxstbl = device->maxstbl;
	to->offset_shift = VS_SHIFT_DEFAULT;
	to->shift_source = VS_SHIFT_ASSUMED;
	if (find_shift(device, &to->offset_shift))
		to->shift_source = VS_SHIFT_OBSERVED;
	if (copy_text(&to->name, pci->bdf) || copy_text(&to->bus, device->bus) ||
	    copy_text(&to->driver, pci->driver) || copy_text(&to->module, pci->module) ||
	    copy_text(&to->srcversion, pci->srcversion) ||
	    copy_text(&to->runtime_status, pci->runtime_status) ||
	    copy_text(&to->link_speed, pci->link_speed))
		return -ENOMEM;
	return record_regions(device, to);
}
