// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/barbench/pci_sysfs.h"
#include "benchmarks/barbench/sysfs.h"

#define PCI_COMMAND 4
#define PCI_COMMAND_MASTER 4

static int read_number(const char *sysfs, const char *bdf, const char *attribute, int fallback)
{
	char line[32];

	sysfs__read_line(line, sizeof(line), "%s/bus/pci/devices/%s/%s", sysfs, bdf, attribute);
	return line[0] ? (int)strtol(line, NULL, 0) : fallback;
}

void pci_facts__init(struct pci_facts *facts, const char *name)
{
	memset(facts, 0, sizeof(*facts));
	snprintf(facts->bdf, sizeof(facts->bdf), "%s", name);
	facts->iommu_group = -1;
	facts->vendor_id = facts->device_id = -1;
	facts->subvendor_id = facts->subdevice_id = facts->class_id = -1;
	facts->numa_node = facts->link_width = -1;
}

int pci_sysfs__parse_bdf(const char *text, char *bdf, size_t len)
{
	unsigned int domain = 0, bus, slot, function;
	int end = -1;

	sscanf(text, "%8x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &end);
	if (end < 0 || text[end]) {
		domain = 0;
		end = -1;
		sscanf(text, "%2x:%2x.%1x%n", &bus, &slot, &function, &end);
	}
	if (end < 0 || text[end] || slot > 0x1f || function > 7 || strpbrk(text, " +-xX"))
		return -EINVAL;
	snprintf(bdf, len, "%04x:%02x:%02x.%x", domain, bus, slot, function);
	return 0;
}

static void read_vfio_dev(const char *sysfs, struct pci_facts *facts)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/vfio-dev", sysfs, facts->bdf);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			snprintf(facts->vfio_dev, sizeof(facts->vfio_dev), "%.31s", entry->d_name);
	}
	closedir(dir);
}

int pci_sysfs__read(const char *sysfs, const char *bdf, struct pci_facts *facts,
		    struct trouble *trouble)
{
	char path[PATH_MAX], group[16];

	pci_facts__init(facts, bdf);
	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s", sysfs, bdf);
	if (access(path, F_OK))
		return trouble__say(trouble, ENODEV, "there is no PCI device %s", bdf);
	sysfs__read_link(facts->driver, sizeof(facts->driver), "%s/driver", path);
	sysfs__read_link(facts->module, sizeof(facts->module), "%s/driver/module", path);
	if (facts->module[0])
		sysfs__read_line(facts->srcversion, sizeof(facts->srcversion),
				 "%s/module/%s/srcversion", sysfs, facts->module);
	sysfs__read_link(group, sizeof(group), "%s/iommu_group", path);
	if (group[0])
		facts->iommu_group = (int)strtol(group, NULL, 10);
	sysfs__read_line(facts->runtime_status, sizeof(facts->runtime_status),
			 "%s/power/runtime_status", path);
	read_vfio_dev(sysfs, facts);
	facts->vendor_id = read_number(sysfs, bdf, "vendor", -1);
	facts->device_id = read_number(sysfs, bdf, "device", -1);
	facts->subvendor_id = read_number(sysfs, bdf, "subsystem_vendor", -1);
	facts->subdevice_id = read_number(sysfs, bdf, "subsystem_device", -1);
	facts->class_id = read_number(sysfs, bdf, "class", -1);
	facts->numa_node = read_number(sysfs, bdf, "numa_node", -1);
	facts->enable = read_number(sysfs, bdf, "enable", -1);
	facts->vfs = read_number(sysfs, bdf, "sriov_numvfs", 0);
	return 0;
}

/* A speed that the kernel has no name for is "Unknown"; a link that is down has width 0. */
void pci_sysfs__read_link_state(const char *sysfs, struct pci_facts *facts)
{
	int width = read_number(sysfs, facts->bdf, "current_link_width", -1);

	sysfs__read_line(facts->link_speed, sizeof(facts->link_speed),
			 "%s/bus/pci/devices/%s/current_link_speed", sysfs, facts->bdf);
	if (!strncmp(facts->link_speed, "Unknown", strlen("Unknown")))
		facts->link_speed[0] = '\0';
	facts->link_width = width > 0 ? width : -1;
}

static bool exists(const char *sysfs, const char *what)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", sysfs, what);
	return !access(path, F_OK);
}

int pci_sysfs__check_driver(const char *sysfs, const struct pci_facts *facts,
			    struct trouble *trouble)
{
	char unbind[160] = "";

	if (facts->vfio_dev[0])
		return 0;
	/* A kernel before 6.1 has no class vfio-dev: there opening the device will tell. */
	if (facts->driver[0] && !exists(sysfs, "class/vfio-dev") && exists(sysfs, "class/vfio"))
		return 0;
	if (facts->driver[0])
		snprintf(unbind, sizeof(unbind), " echo %s > /sys/bus/pci/drivers/%s/unbind;",
			 facts->bdf, facts->driver);
	return trouble__say(trouble, ENODEV,
			    "%s is bound to %s%s, not to a VFIO driver; to bind it, if the host "
			    "does not use it: modprobe vfio-pci;%s "
			    "echo vfio-pci > /sys/bus/pci/devices/%s/driver_override; "
			    "echo %s > /sys/bus/pci/drivers_probe",
			    facts->bdf, facts->driver[0] ? "driver " : "no driver", facts->driver,
			    unbind, facts->bdf, facts->bdf);
}

/* 1 on, 0 off, negative errno. Reading config space wakes a sleeping device: not for those. */
static int bus_mastering(const char *sysfs, const char *bdf)
{
	char path[PATH_MAX];
	uint8_t command;
	ssize_t n;
	int fd, err;

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/config", sysfs, bdf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = pread(fd, &command, sizeof(command), PCI_COMMAND);
	err = n < 0 ? -errno : -EIO;
	close(fd);
	return n == sizeof(command) ? !!(command & PCI_COMMAND_MASTER) : err;
}

#define OPENING_RESETS "opening it resets it and clears bus mastering: give --i-may-reset if it may"

int pci_sysfs__check_idle(const char *sysfs, const struct pci_facts *facts, struct trouble *trouble)
{
	int master;

	if (facts->vfs > 0)
		return trouble__say(trouble, EBUSY,
				    "%s has %d virtual functions, and " OPENING_RESETS, facts->bdf,
				    facts->vfs);
	if (!strcmp(facts->runtime_status, "suspended"))
		return 0;
	if (facts->enable != 0)
		return trouble__say(trouble, EBUSY,
				    "%s may be in use (it is awake and enabled: sysfs enable is "
				    "%d), and " OPENING_RESETS,
				    facts->bdf, facts->enable);
	master = bus_mastering(sysfs, facts->bdf);
	if (master < 0)
		return trouble__say(trouble, EBUSY,
				    "cannot tell whether %s is in use (its config space: %s), "
				    "and " OPENING_RESETS,
				    facts->bdf, strerror(-master));
	if (master)
		return trouble__say(trouble, EBUSY,
				    "%s may be in use (it is awake and bus mastering is on), "
				    "and " OPENING_RESETS,
				    facts->bdf);
	return 0;
}

void pci_sysfs__list_group(const char *sysfs, const struct pci_facts *facts, char *text, size_t len)
{
	char path[PATH_MAX];
	struct pci_facts other;
	struct trouble ignored;
	struct dirent *entry;
	size_t used = 0;
	DIR *dir;

	text[0] = '\0';
	snprintf(path, sizeof(path), "%s/kernel/iommu_groups/%d/devices", sysfs,
		 facts->iommu_group);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir)) && used < len) {
		char bdf[sizeof(other.bdf)];

		if (pci_sysfs__parse_bdf(entry->d_name, bdf, sizeof(bdf)) ||
		    pci_sysfs__read(sysfs, bdf, &other, &ignored) || !other.driver[0] ||
		    other.vfio_dev[0])
			continue;
		used += (size_t)snprintf(text + used, len - used, "%s%s (%s)", used ? ", " : "",
					 bdf, other.driver);
	}
	closedir(dir);
}
