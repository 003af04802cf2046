// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/cli/cli.h"

/* --- who has what open ------------------------------------------------------------------------- */

static int add_confirmed(struct device *device, const struct kallsym *symbol, enum vs_dir dir)
{
	for (size_t i = 0; i < device->nr_handlers; i++)
		if (device->handlers[i].dir == dir &&
		    !strcmp(device->handlers[i].function, symbol->function))
			return 0;
	return device__add_handler(device, symbol->function, symbol->module, dir, true);
}

static int confirm_device(struct device_list *devices, const struct vs_open_row *row,
			  const struct kallsym symbols[VS_DIRS])
{
	struct device *device = device_list__find(devices, row->name);
	int err = 0;

	if (!device)
		return 0;
	if (!device->nr_openers) {
		device__drop_handlers(device);
		device->no_btf = false;
		device->ops = strndup(row->ops, VS_NAME_LEN);
		if (!device->ops)
			return -ENOMEM;
	}
	for (enum vs_dir dir = VS_READ; !err && dir < VS_DIRS; dir++)
		if (symbols[dir].function[0])
			err = add_confirmed(device, &symbols[dir], dir);
	return err ? err : device__add_opener(device, row->tgid, row->fd, row->comm);
}

int kernel__open(struct kernel *kernel, bool all_symbols, char *error)
{
	return open_scan__new(&kernel->scan, all_symbols, error);
}

void kernel__close(struct kernel *kernel)
{
	open_scan__free(kernel->scan);
	*kernel = (struct kernel){};
}

static int confirm_devices(struct device_list *devices, const struct kernel *kernel,
			   const struct open_rows *open)
{
	struct kallsym *symbols = calloc(open->nr * VS_DIRS, sizeof(*symbols));
	int err = 0;

	if (!symbols)
		return -ENOMEM;
	for (size_t i = 0; i < open->nr; i++) {
		symbols[i * VS_DIRS + VS_READ].address = open->rows[i].read;
		symbols[i * VS_DIRS + VS_WRITE].address = open->rows[i].write;
	}
	kallsyms__resolve(open_scan__symbols(kernel->scan), symbols, open->nr * VS_DIRS);
	for (size_t i = 0; !err && i < open->nr; i++)
		err = confirm_device(devices, &open->rows[i], &symbols[i * VS_DIRS]);
	free(symbols);
	return err;
}

int machine__confirm(struct device_list *devices, const struct kernel *kernel, char *error)
{
	struct open_rows open;
	int err = open_scan__look(kernel->scan, &open, error);

	if (err || !open.nr)
		goto cleanup;
	err = confirm_devices(devices, kernel, &open);
	if (err)
		snprintf(error, TRACE_ERROR_LEN, "cannot name the handlers of open devices: %s",
			 strerror(-err));
cleanup:
	free(open.rows);
	return err;
}

/* --- handlers ---------------------------------------------------------------------------------- */

bool machine__selected(const struct selectors *selectors, const struct device *device)
{
	if (selectors->device && strcmp(selectors->device, device->name))
		return false;
	if (!selectors->driver)
		return true;
	return (device->driver && !strcmp(selectors->driver, device->driver)) ||
	       (device->ops && !strcmp(selectors->driver, device->ops));
}

static bool handler_known(const struct handler_set *set, const struct handler *handler)
{
	for (size_t i = 0; i < set->nr; i++)
		if (set->handlers[i].dir == handler->dir &&
		    !strcmp(set->symbols[i].function, handler->function) &&
		    !strcmp(set->symbols[i].module, handler->module))
			return true;
	return false;
}

static void add_handlers(struct handler_set *set, const struct device *device, uint32_t dir_mask)
{
	for (size_t i = 0; i < device->nr_handlers; i++) {
		const struct handler *handler = &device->handlers[i];
		struct kallsym *symbol = &set->symbols[set->nr];

		if (!(dir_mask & 1U << handler->dir) || handler_known(set, handler))
			continue;
		snprintf(symbol->function, sizeof(symbol->function), "%s", handler->function);
		snprintf(symbol->module, sizeof(symbol->module), "%s", handler->module);
		set->handlers[set->nr++] = (struct trace_handler){ .dir = handler->dir };
	}
}

/* A candidate that BTF describes but that the compiler left no function of cannot be a handler. */
static void take_addresses(struct handler_set *set)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->nr; i++) {
		if (!set->symbols[i].address)
			continue;
		set->symbols[kept] = set->symbols[i];
		set->handlers[kept] = (struct trace_handler){
			.function = set->symbols[kept].function,
			.module = set->symbols[kept].module,
			.address = set->symbols[kept].address,
			.dir = set->handlers[i].dir,
		};
		kept++;
	}
	set->nr = kept;
}

static size_t count_handlers(const struct device_list *devices, const struct selectors *selectors)
{
	size_t nr = 0;

	for (size_t i = 0; i < devices->nr; i++)
		if (machine__selected(selectors, &devices->devices[i]))
			nr += devices->devices[i].nr_handlers;
	return nr;
}

int machine__handlers(const struct device_list *devices, const struct selectors *selectors,
		      const struct kernel *kernel, struct handler_set *set, char *error)
{
	size_t room = count_handlers(devices, selectors);

	*set = (struct handler_set){
		.symbols = calloc(room + 1, sizeof(*set->symbols)),
		.handlers = calloc(room + 1, sizeof(*set->handlers)),
	};
	if (!set->symbols || !set->handlers) {
		snprintf(error, TRACE_ERROR_LEN, "out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < devices->nr; i++)
		if (machine__selected(selectors, &devices->devices[i]))
			add_handlers(set, &devices->devices[i], selectors->dir_mask);
	if (!set->nr) {
		snprintf(error, TRACE_ERROR_LEN,
			 "the driver's module has no BTF, so its region handlers are not known: it "
			 "must be "
			 "built with CONFIG_DEBUG_INFO_BTF_MODULES=y (or open the device first)");
		return -ENOENT;
	}
	kallsyms__resolve(open_scan__symbols(kernel->scan), set->symbols, set->nr);
	take_addresses(set);
	if (set->nr)
		return 0;
	trace_explain(-ENOENT, "find the region handlers", error);
	return -ENOENT;
}

void handler_set__free(struct handler_set *set)
{
	free(set->symbols);
	free(set->handlers);
	*set = (struct handler_set){};
}

void machine__warn_unknown(const struct device_list *devices, const struct selectors *selectors)
{
	for (size_t i = 0; i < devices->nr; i++) {
		const struct device *device = &devices->devices[i];

		if (device->no_btf && machine__selected(selectors, device))
			cli__error(
				"%s may go untraced: its driver's module (%s) has no BTF, so its "
				"region handlers are not known until the device is open",
				device->name, device->module ?: "built in");
	}
}

/* --- nothing to trace -------------------------------------------------------------------------- */

#define explain(error, ...) snprintf(error, TRACE_ERROR_LEN, __VA_ARGS__)

/* A VFIO driver has the device, but not the one that was asked for. */
static void explain_other_driver(const struct selectors *selectors, const char *driver, char *error)
{
	explain(error, "device %s is bound to %s, not to %s", selectors->device, driver,
		selectors->driver);
}

static bool is_vfio_device(const char *name)
{
	struct device_list list;
	char error[TRACE_ERROR_LEN];
	bool found = false;

	if (device_list__scan(&list, NULL, error, sizeof(error)))
		return false;
	found = device_list__find(&list, name);
	device_list__free(&list);
	return found;
}

static void explain_device(const struct selectors *selectors, char *error)
{
	const char *name = selectors->device;
	char *dir = sysfs__path(NULL, "/sys/bus/pci/devices/%s", name);
	char *link = sysfs__path(dir, "/driver"), *driver = sysfs__link_name(link);

	if (!dir || access(dir, F_OK))
		explain(error, "there is no device %s", name);
	else if (driver && is_vfio_device(name))
		explain_other_driver(selectors, driver, error);
	else if (driver)
		explain(error,
			"device %s is bound to %s, which is no VFIO driver; bind it with: "
			"driverctl "
			"set-override %s vfio-pci",
			name, driver, name);
	else
		explain(error,
			"device %s is bound to no driver; bind it with: driverctl set-override %s "
			"vfio-pci",
			name, name);
	free(driver);
	free(link);
	free(dir);
}

void machine__explain_none(const struct selectors *selectors, char *error)
{
	if (access("/sys/module/vfio", F_OK) && access("/sys/class/vfio-dev", F_OK))
		explain(error, "VFIO is not loaded; load it with: modprobe vfio-pci");
	else if (access("/sys/class/vfio-dev", F_OK))
		explain(error, "this kernel does not list its VFIO devices in /sys/class/vfio-dev: "
			       "Linux 6.1 or later is needed");
	else if (selectors->device)
		explain_device(selectors, error);
	else if (selectors->driver)
		explain(error,
			"no device is bound to a VFIO driver %s: is it loaded? (--wait waits for "
			"it)",
			selectors->driver);
	else
		explain(error, "no device is bound to a VFIO driver (--wait waits for one)");
}

/* --- into the run ------------------------------------------------------------------------------ */

static int copy_string(char **to, const char *from)
{
	if (!from || *to)
		return 0;
	*to = strdup(from);
	return *to ? 0 : -ENOMEM;
}

static void copy_bars(struct run_device *to, const struct device *from)
{
	for (size_t i = 0; i < to->nr_regions; i++) {
		struct run_region *region = &to->regions[i];

		if (region->index >= VS_STANDARD_BARS)
			continue;
		if (from->memory_bars & 1U << region->index)
			region->bar = RUN_BAR_MEMORY;
		else if (from->io_bars & 1U << region->index)
			region->bar = RUN_BAR_IO;
	}
}

static int copy_device(struct run_device *to, const struct device *from)
{
	to->iommu_group = from->iommu_group;
	to->vendor_id = from->vendor_id;
	to->device_id = from->device_id;
	to->subvendor_id = from->subvendor_id;
	to->subdevice_id = from->subdevice_id;
	to->class_id = from->class_id;
	copy_bars(to, from);
	if (copy_string(&to->bus, from->bus) || copy_string(&to->driver, from->driver) ||
	    copy_string(&to->module, from->module) ||
	    copy_string(&to->srcversion, from->srcversion))
		return -ENOMEM;
	return 0;
}

static int name_regions(struct run_device *device)
{
	char name[32];

	for (size_t i = 0; i < device->nr_regions; i++)
		if (copy_string(&device->regions[i].name,
				run_region__name(device->bus, device->regions[i].index, name,
						 sizeof(name))))
			return -ENOMEM;
	return 0;
}

int machine__complete(const struct device_list *devices, struct run *run)
{
	for (size_t i = 0; i < run->nr_devices; i++) {
		struct run_device *device = &run->devices[i];
		const struct device *known = device_list__find(devices, device->name);
		int err = known ? copy_device(device, known) : 0;

		if (!err)
			err = name_regions(device);
		if (err)
			return err;
	}
	return 0;
}
