/* SPDX-License-Identifier: GPL-2.0-only */
/* An open device: its regions, what to read and write, what to map. */
#ifndef BARBENCH_DEVICE_H
#define BARBENCH_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/vfio.h>

#include "benchmarks/barbench/pci_sysfs.h"
#include "benchmarks/barbench/trouble.h"
#include "user/run/run.h"

#define DEVICE_MEMORY "memory" /* the name of the device that is plain RAM */

enum device_attach { ATTACH_AUTO, ATTACH_GROUP, ATTACH_CDEV };

/* What is asked for. */
struct bench_request {
	const char *name; /* BDF or DEVICE_MEMORY */
	enum device_attach attach;
	const char *vf_token; /* UUID or NULL */
	bool may_reset; /* opening resets the device: that is all right */
	uint32_t region; /* the region to be used */
};

/* A stretch of a region that may be mapped. */
struct bench_area {
	uint64_t offset, size;
};

struct bench_region {
	uint32_t index;
	uint32_t flags; /* VFIO_REGION_INFO_FLAG_* */
	uint64_t size; /* 0: does not exist */
	uint64_t offset; /* in the file descriptor */
	struct bench_area *areas; /* NULL: all of it, if the flags say so */
	size_t nr_areas;
};

struct bench_device {
	const struct bench_ops *ops;
	const char *bus; /* "pci", or "memory" */
	struct pci_facts pci; /* of a PCI device; pci.bdf is "memory" for memory */
	int maxstbl; /* zpci.h; -1: not known */
	int fd;
	int container_fd, group_fd; /* group and type1 */
	int iommu_fd; /* cdev */
	int request_fd; /* eventfd: the kernel wants the device back; -1: cannot tell */
	struct bench_region *regions; /* those asked about, ordered by index */
	size_t nr_regions;
	const struct bench_region *region; /* the one to be used */
	void *mapping;
	size_t mapped_bytes;
	unsigned char *map; /* where region offset 0 would be mapped; NULL: not mapped */
};

/* A kind of device, or a way to open it. On failure @trouble says why. */
struct bench_ops {
	const char *name;
	/* Whether it is there and may be opened, as far as that can be told without. */
	int (*examine)(const struct bench_request *request, struct pci_facts *facts,
		       struct trouble *trouble);
	int (*open)(struct bench_device *device, const struct bench_request *request,
		    struct trouble *trouble);
};

extern const struct bench_ops bench_device_memory; /* device_memory.c */
extern const struct bench_ops bench_device_vfio; /* device_vfio.c */

/*
 * What open does before it opens (which resets the device): find it, and check that it may be opened. 0, or a
 * negative errno and @trouble.
 */
int bench_device__examine(const struct bench_request *request, struct pci_facts *facts,
			  struct trouble *trouble);

/*
 * Open a device and find the region. 0, or a negative errno and @trouble; either way the caller
 * closes it.
 */
int bench_device__open(struct bench_device *device, const struct bench_request *request,
		       struct trouble *trouble);
void bench_device__close(struct bench_device *device);

/* Append a region, zeroed; NULL: no memory. For implementations of open. */
struct bench_region *bench_device__add_region(struct bench_device *device);

/*
 * Use another region: one that opening it asked about, which is any but the ROM, and that if it was
 * the one requested. 0, or -ENOENT and @trouble: there is none.
 */
int bench_device__select(struct bench_device *device, uint32_t index, struct trouble *trouble);

/* Map @length bytes at @offset of the region, for stores too if @writable; one at a time. */
int bench_device__map(struct bench_device *device, uint64_t offset, uint64_t length, bool writable,
		      struct trouble *trouble);
void bench_device__unmap(struct bench_device *device);

/* The kernel asks for the device back (unbind, hot unplug). */
bool bench_device__wanted_back(const struct bench_device *device);

/*
 * How the CPU sees the region's mapping: "cached", "uncached" or "unknown". vfio-pci maps BARs
 * uncached (vfio_pci_core_mmap(): pgprot_noncached()); a variant driver, or the driver of a
 * device-specific region, may have a way of its own, and nothing tells.
 */
const char *bench_device__mapping(const struct bench_device *device);

/* Describe the device in a run. 0 or -ENOMEM. */
int bench_device__record(const struct bench_device *device, struct run *run);

#endif
