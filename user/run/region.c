// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/run/run.h"

/* VFIO_PCI_BAR0_REGION_INDEX .. VFIO_PCI_VGA_REGION_INDEX of linux/vfio.h */
static const char *const pci_names[] = {
	"BAR0", "BAR1", "BAR2", "BAR3", "BAR4", "BAR5", "ROM", "CONFIG", "VGA",
};

#define NR_PCI_NAMES (sizeof(pci_names) / sizeof(pci_names[0]))

const char *run_region__name(const char *bus, uint32_t index, char *buf, size_t len)
{
	if (index == VS_REGION_BAD)
		snprintf(buf, len, "bad");
	else if (bus && !strcmp(bus, "pci") && index < NR_PCI_NAMES)
		snprintf(buf, len, "%s", pci_names[index]);
	else
		snprintf(buf, len, "region %u", index);
	return buf;
}

int run_region__parse(const char *name)
{
	unsigned long index;
	char *end;
	size_t i;

	if (!strcasecmp(name, "bad"))
		return VS_REGION_BAD;
	for (i = 0; i < NR_PCI_NAMES; i++) {
		if (!strcasecmp(name, pci_names[i]))
			return i;
	}
	if (!strncasecmp(name, "region", strlen("region"))) {
		name += strlen("region");
		name += *name == ' ';
	}
	/* strtoul would take blanks and signs */
	if (!isdigit((unsigned char)*name))
		return -EINVAL;
	index = strtoul(name, &end, 10);
	return *end == '\0' && index < VS_REGION_BAD ? (int)index : -EINVAL;
}
