// SPDX-License-Identifier: GPL-2.0-only
/* A PCI device by VFIO. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "benchmarks/barbench/vfio_attach.h"
#include "benchmarks/barbench/vfio_caps.h"
#include "benchmarks/barbench/zpci.h"

int vfio_attach__explain(const struct pci_facts *pci, const char *what, int err,
			 struct trouble *trouble)
{
	switch (err) {
	case EBUSY:
		return trouble__say(trouble, err,
				    "%s is in use: another process has it or its IOMMU group open "
				    "(opening %s: %s)",
				    pci->bdf, what, strerror(err));
	case ENOENT:
	case ENXIO:
		return trouble__say(trouble, err,
				    "%s: cannot open %s: %s; is VFIO loaded (modprobe vfio-pci)?",
				    pci->bdf, what, strerror(err));
	case EACCES:
	case EPERM:
		return trouble__say(
			trouble, err,
			"%s: no permission to open %s (%s): run as root or get access to "
			"/dev/vfio; a virtual function may need --vf-token",
			pci->bdf, what, strerror(err));
	default:
		return trouble__say(trouble, err, "%s: cannot open %s: %s", pci->bdf, what,
				    strerror(err));
	}
}

static const struct bench_ops *choose_attach(const struct bench_device *device,
					     const struct bench_request *request)
{
	if (request->attach == ATTACH_CDEV)
		return &vfio_cdev;
	/* Kernels from 6.6 to 6.16 can take a token only by the group. */
	if (request->attach == ATTACH_GROUP || request->vf_token)
		return &vfio_group;
	return vfio_cdev__available(&device->pci) ? &vfio_cdev : &vfio_group;
}

/* @info has argsz bytes. */
static int read_areas(struct bench_region *region, const struct vfio_region_info *info)
{
	const uint32_t at = vfio_caps__find(info, info->argsz, info->cap_offset,
					    VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	struct vfio_region_info_cap_sparse_mmap sparse;
	struct vfio_region_sparse_mmap_area area;
	const char *from = (const char *)info + at + sizeof(sparse);
	size_t i, room;

	if (!at || info->argsz - at < sizeof(sparse))
		return 0;
	memcpy(&sparse, (const char *)info + at, sizeof(sparse));
	room = (info->argsz - at - sizeof(sparse)) / sizeof(area);
	region->nr_areas = sparse.nr_areas < room ? sparse.nr_areas : room;
	region->areas = calloc(region->nr_areas + 1, sizeof(*region->areas));
	if (!region->areas)
		return -ENOMEM;
	for (i = 0; i < region->nr_areas; i++, from += sizeof(area)) {
		memcpy(&area, from, sizeof(area));
		region->areas[i] = (struct bench_area){ area.offset, area.size };
	}
	return 0;
}

/*
 * What the ioctl @request answers to @ask, of @size bytes, whose first member is argsz. The kernel
 * answers with argsz, the size it wanted, where there are capabilities to tell; what is returned
 * has at least that. NULL and errno.
 */
static void *get_info(int fd, unsigned long request, const void *ask, uint32_t size)
{
	uint32_t argsz = size, wanted;
	void *info = NULL, *larger;

	for (;;) {
		larger = realloc(info, argsz);
		if (!larger)
			break;
		info = larger;
		memset(info, 0, argsz);
		memcpy(info, ask, size);
		memcpy(info, &argsz, sizeof(argsz));
		if (ioctl(fd, request, info))
			break;
		memcpy(&wanted, info, sizeof(wanted));
		if (wanted <= argsz)
			return info;
		argsz = wanted;
	}
	free(info);
	return NULL;
}

static int add_region(struct bench_device *device, uint32_t index)
{
	const struct vfio_region_info ask = { .index = index };
	struct vfio_region_info *info =
		get_info(device->fd, VFIO_DEVICE_GET_REGION_INFO, &ask, sizeof(ask));
	struct bench_region *region;
	int err = 0;

	/* There is no such region, e.g. VGA on a device that is none. */
	if (!info)
		return errno == ENOMEM ? -ENOMEM : 0;
	region = bench_device__add_region(device);
	if (!region) {
		err = -ENOMEM;
		goto cleanup;
	}
	region->index = index;
	region->flags = info->flags;
	region->size = info->size;
	region->offset = info->offset;
	if (info->flags & VFIO_REGION_INFO_FLAG_CAPS)
		err = read_areas(region, info);
cleanup:
	free(info);
	return err;
}

/*
 * Asking about the ROM makes the kernel read it (pci_map_rom() looks for its headers), so that is
 * asked only if it is the ROM that is wanted.
 */
static int add_regions(struct bench_device *device, uint32_t nr, uint32_t wanted,
		       struct trouble *trouble)
{
	uint32_t index;

	for (index = 0; index < nr; index++) {
		if (index == VFIO_PCI_ROM_REGION_INDEX && wanted != index)
			continue;
		if (add_region(device, index))
			return trouble__say(trouble, ENOMEM, "no memory");
	}
	return 0;
}

static int ask_device(struct bench_device *device, uint32_t wanted, struct trouble *trouble)
{
	const struct vfio_device_info ask = { 0 };
	struct vfio_device_info *info =
		get_info(device->fd, VFIO_DEVICE_GET_INFO, &ask, sizeof(ask));
	int err;

	if (!info)
		return trouble__say(trouble, errno, "%s does not say what it is: %s",
				    device->pci.bdf, strerror(errno));
	device->maxstbl = zpci__maxstbl(info, info->argsz);
	err = add_regions(device, info->num_regions, wanted, trouble);
	free(info);
	return err;
}

/* Where a device cannot tell that it is wanted back, it is held until the benchmark ends. */
static void watch_requests(struct bench_device *device)
{
	char buffer[sizeof(struct vfio_irq_set) + sizeof(int)]
		__attribute__((aligned(__alignof__(struct vfio_irq_set))));
	struct vfio_irq_set *set = (struct vfio_irq_set *)buffer;

	device->request_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (device->request_fd < 0)
		return;
	set->argsz = sizeof(buffer);
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = VFIO_PCI_REQ_IRQ_INDEX;
	set->start = 0;
	set->count = 1;
	memcpy(set->data, &device->request_fd, sizeof(int));
	if (ioctl(device->fd, VFIO_DEVICE_SET_IRQS, set)) {
		close(device->request_fd);
		device->request_fd = -1;
	}
}

static int examine_vfio(const struct bench_request *request, struct pci_facts *facts,
			struct trouble *trouble)
{
	char bdf[sizeof(facts->bdf)];
	int err;

	if (pci_sysfs__parse_bdf(request->name, bdf, sizeof(bdf)))
		return trouble__say(
			trouble, EINVAL,
			"'%s' is neither a PCI address (0000:00:04.0) nor `" DEVICE_MEMORY "'",
			request->name);
	err = pci_sysfs__read(SYSFS, bdf, facts, trouble);
	if (!err)
		err = pci_sysfs__check_driver(SYSFS, facts, trouble);
	if (!err && !request->may_reset)
		err = pci_sysfs__check_idle(SYSFS, facts, trouble);
	return err;
}

static int open_vfio(struct bench_device *device, const struct bench_request *request,
		     struct trouble *trouble)
{
	int err;

	device->bus = "pci";
	err = choose_attach(device, request)->open(device, request, trouble);
	if (!err)
		err = ask_device(device, request->region, trouble);
	if (err)
		return err;
	watch_requests(device);
	pci_sysfs__read_link_state(SYSFS, &device->pci);
	return 0;
}

const struct bench_ops bench_device_vfio = {
	.name = "vfio",
	.examine = examine_vfio,
	.open = open_vfio,
};
