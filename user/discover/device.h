/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFIO devices of this machine, from sysfs and BTF, without touching a device: no config space is
 * read, so that a sleeping device sleeps on.
 *
 * Ownership: a device_list owns all that its pointers reach; device_list__free() frees it.
 * Functions return 0 or a negative errno.
 */
#ifndef VFIOSCOPE_DEVICE_H
#define VFIOSCOPE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/abi.h"

struct btf_store;
struct pci_names;

/* A function with the prototype of vfio_device_ops.read or .write. */
struct handler {
	char *function;
	char *module;
	enum vs_dir dir;
	bool confirmed; /* it is in the live ops of an open device */
};

/* A process that has the device open. */
struct opener {
	int pid;
	int fd;
	char *comm;
};

struct device {
	char *name; /* BDF or mdev UUID */
	char *bus; /* "pci", "mdev", ... */
	char *driver; /* NULL: none */
	char *module; /* of the driver; NULL: built in */
	char *srcversion;
	char *ops; /* vfio_device_ops.name; known of open devices only, else NULL */
	char *vfio_dev; /* "vfio0": the name in /sys/class/vfio-dev */
	int iommu_group; /* -1: none */
	int vendor_id, device_id, subvendor_id, subdevice_id, class_id; /* -1: not PCI */
	uint32_t memory_bars, io_bars; /* bit masks by BAR number; PCI only */
	char *title; /* "Vendor Device" by the PCI ids file; NULL */
	struct handler *handlers; /* candidates, or what is confirmed */
	size_t nr_handlers;
	bool no_btf; /* of the driver's module: a handler of its own would not be among @handlers */
	struct opener *openers;
	size_t nr_openers;
};

struct device_list {
	struct device *devices;
	size_t nr;
};

/*
 * All devices bound to a VFIO driver, by name, with their candidate handlers. @sysroot: a captured
 * tree in place of "/", or NULL. An empty list is no error. @error (size @len) gets one line.
 */
int device_list__load(struct device_list *list, const char *sysroot, char *error, size_t len);
/* The same without handlers, and cheaper: no BTF is read. */
int device_list__scan(struct device_list *list, const char *sysroot, char *error, size_t len);
void device_list__free(struct device_list *list);
struct device *device_list__find(const struct device_list *list, const char *name);

/* Append to a device; the strings are copied. */
int device__add_handler(struct device *device, const char *function, const char *module,
			enum vs_dir dir, bool confirmed);
int device__add_opener(struct device *device, int pid, int fd, const char *comm);
void device__drop_handlers(struct device *device);

/* sysfs.c: what is below @sysroot. Strings are the caller's; NULL when absent. */
char *sysfs__path(const char *sysroot, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *sysfs__read(const char *path); /* first line */
int sysfs__read_int(const char *path, int base); /* -1: absent or no number */
char *sysfs__link_name(const char *path); /* last component of a symbolic link's target */

/*
 * candidates.c: functions of @module, and of the modules it depends on, that have the prototype of
 * a region handler in their BTF, appended to @device. @module NULL: the driver is built in.
 * -ENOENT: there is no BTF of @module.
 */
struct btf_store *btf_store__new(const char *sysroot);
void btf_store__free(struct btf_store *store);
int device__add_candidates(struct device *device, struct btf_store *store, const char *module);

/* pci_names.c: "Vendor Device", or NULL. The caller frees. */
struct pci_names *pci_names__new(void);
void pci_names__free(struct pci_names *names);
char *pci_names__title(struct pci_names *names, int vendor_id, int device_id);

#endif
