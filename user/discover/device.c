// SPDX-License-Identifier: GPL-2.0-only
/* Devices bound to VFIO drivers: /sys/class/vfio-dev has one entry for each (Linux 6.1). */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/discover/device.h"

static void handler_clear(struct handler *handler)
{
	free(handler->function);
	free(handler->module);
}

void device__drop_handlers(struct device *device)
{
	for (size_t i = 0; i < device->nr_handlers; i++)
		handler_clear(&device->handlers[i]);
	free(device->handlers);
	device->handlers = NULL;
	device->nr_handlers = 0;
}

static void device_clear(struct device *device)
{
	device__drop_handlers(device);
	for (size_t i = 0; i < device->nr_openers; i++)
		free(device->openers[i].comm);
	free(device->openers);
	free(device->name);
	free(device->bus);
	free(device->driver);
	free(device->module);
	free(device->srcversion);
	free(device->ops);
	free(device->vfio_dev);
	free(device->title);
}

void device_list__free(struct device_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		device_clear(&list->devices[i]);
	free(list->devices);
	list->devices = NULL;
	list->nr = 0;
}

int device__add_handler(struct device *device, const char *function, const char *module,
			enum vs_dir dir, bool confirmed)
{
	struct handler *handler, *handlers = reallocarray(device->handlers, device->nr_handlers + 1,
							  sizeof(*handlers));

	if (!handlers)
		return -ENOMEM;
	device->handlers = handlers;
	handler = &handlers[device->nr_handlers];
	*handler = (struct handler){
		.function = strdup(function),
		.module = strdup(module),
		.dir = dir,
		.confirmed = confirmed,
	};
	if (!handler->function || !handler->module) {
		handler_clear(handler);
		return -ENOMEM;
	}
	device->nr_handlers++;
	return 0;
}

int device__add_opener(struct device *device, int pid, int fd, const char *comm)
{
	struct opener *openers =
		reallocarray(device->openers, device->nr_openers + 1, sizeof(*openers));

	if (!openers)
		return -ENOMEM;
	device->openers = openers;
	openers[device->nr_openers] = (struct opener){ .pid = pid, .fd = fd, .comm = strdup(comm) };
	if (!openers[device->nr_openers].comm)
		return -ENOMEM;
	device->nr_openers++;
	return 0;
}

struct device *device_list__find(const struct device_list *list, const char *name)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->devices[i].name, name))
			return &list->devices[i];
	return NULL;
}

/* --- one device, from sysfs -------------------------------------------------------------------- */

/* An attribute, or a link's target, of a device: "%s/NAME" with @dir the device's directory. */
static char *attribute(const char *dir, const char *name)
{
	char *path = sysfs__path(dir, "/%s", name), *text = sysfs__read(path);

	free(path);
	return text;
}

static char *link_target(const char *dir, const char *name)
{
	char *path = sysfs__path(dir, "/%s", name), *text = sysfs__link_name(path);

	free(path);
	return text;
}

static int hex_attribute(const char *dir, const char *name)
{
	char *path = sysfs__path(dir, "/%s", name);
	int value = sysfs__read_int(path, 16);

	free(path);
	return value;
}

static int group_of(const char *dir)
{
	char *text = link_target(dir, "iommu_group");
	bool is_number = text && *text && !text[strspn(text, "0123456789")];
	int group = is_number ? atoi(text) : -1;

	free(text);
	return group;
}

/* linux/ioport.h; as the lines of "resource" have them */
#define IORESOURCE_IO 0x100
#define IORESOURCE_MEM 0x200

/* "START END FLAGS", a line for each BAR. */
static void read_bars(struct device *device, const char *dir)
{
	char *path = sysfs__path(dir, "/resource");
	FILE *file = path ? fopen(path, "re") : NULL;
	unsigned long long flags;

	for (int i = 0; file && i < VS_STANDARD_BARS; i++) {
		if (fscanf(file, "%*x %*x %llx", &flags) != 1)
			break;
		if (flags & IORESOURCE_MEM)
			device->memory_bars |= 1U << i;
		else if (flags & IORESOURCE_IO)
			device->io_bars |= 1U << i;
	}
	if (file)
		fclose(file);
	free(path);
}

/*
 * The PCI ids are attributes that the kernel keeps in memory; reading "config" would wake a device
 * that sleeps, so it is not read.
 */
static void read_pci(struct device *device, const char *dir, struct pci_names *names)
{
	device->vendor_id = hex_attribute(dir, "vendor");
	device->device_id = hex_attribute(dir, "device");
	device->subvendor_id = hex_attribute(dir, "subsystem_vendor");
	device->subdevice_id = hex_attribute(dir, "subsystem_device");
	device->class_id = hex_attribute(dir, "class");
	read_bars(device, dir);
	device->title = pci_names__title(names, device->vendor_id, device->device_id);
}

static int read_device(struct device *device, const char *sysroot, const char *vfio_dev,
		       struct pci_names *names)
{
	char *dir = sysfs__path(sysroot, "/sys/class/vfio-dev/%s/device", vfio_dev);
	int err = 0;

	*device = (struct device){
		.vendor_id = -1,
		.device_id = -1,
		.subvendor_id = -1,
		.subdevice_id = -1,
		.class_id = -1,
	};
	device->vfio_dev = strdup(vfio_dev);
	device->name = sysfs__link_name(dir);
	if (!device->name || !device->vfio_dev) {
		err = -ENOENT; /* it went away while we looked */
		goto cleanup;
	}
	device->bus = link_target(dir, "subsystem");
	device->driver = link_target(dir, "driver");
	device->module = link_target(dir, "driver/module");
	device->srcversion = attribute(dir, "driver/module/srcversion");
	device->iommu_group = group_of(dir);
	if (device->bus && !strcmp(device->bus, "pci"))
		read_pci(device, dir, names);
cleanup:
	free(dir);
	return err;
}

/* --- all devices ------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct device *)a)->name, ((const struct device *)b)->name);
}

static int append(struct device_list *list, const struct device *device)
{
	struct device *devices = reallocarray(list->devices, list->nr + 1, sizeof(*devices));

	if (!devices)
		return -ENOMEM;
	list->devices = devices;
	devices[list->nr++] = *device;
	return 0;
}

static int read_all(struct device_list *list, const char *sysroot, struct pci_names *names)
{
	char *path = sysfs__path(sysroot, "/sys/class/vfio-dev");
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *entry;
	struct device device;
	int err = 0;

	free(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (!read_device(&device, sysroot, entry->d_name, names)) {
			err = append(list, &device);
			if (!err)
				continue;
		}
		device_clear(&device);
	}
	closedir(dir);
	if (list->nr)
		qsort(list->devices, list->nr, sizeof(*list->devices), by_name);
	return err;
}

static int add_all_candidates(struct device_list *list, const char *sysroot)
{
	struct btf_store *store = btf_store__new(sysroot);
	int err = store ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < list->nr; i++) {
		err = device__add_candidates(&list->devices[i], store, list->devices[i].module);
		list->devices[i].no_btf = err;
		if (err != -ENOMEM)
			err = 0;
	}
	btf_store__free(store);
	return err;
}

static int fail(struct device_list *list, int err, char *error, size_t len)
{
	snprintf(error, len, "cannot list VFIO devices: %s", strerror(-err));
	device_list__free(list);
	return err;
}

int device_list__scan(struct device_list *list, const char *sysroot, char *error, size_t len)
{
	struct pci_names *names = pci_names__new();
	int err;

	*list = (struct device_list){};
	err = read_all(list, sysroot, names);
	pci_names__free(names);
	return err ? fail(list, err, error, len) : 0;
}

int device_list__load(struct device_list *list, const char *sysroot, char *error, size_t len)
{
	int err = device_list__scan(list, sysroot, error, len);

	if (err || !list->nr)
		return err;
	err = add_all_candidates(list, sysroot);
	return err ? fail(list, err, error, len) : 0;
}
