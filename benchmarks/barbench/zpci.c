// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <linux/vfio_zdev.h>

#include "benchmarks/barbench/vfio_caps.h"
#include "benchmarks/barbench/zpci.h"

/*
 * imaxstbl came with version 2, and is the function's own maximum; maxstbl is what the kernel's
 * memcpy_toio() of it is cut into (vfio_pci_zdev.c: ZPCI_MAX_WRITE_SIZE).
 */
int zpci__maxstbl(const struct vfio_device_info *info, uint32_t size)
{
	struct vfio_device_info_cap_zpci_group group;
	uint32_t at = 0, len;
	uint16_t maxstbl = 0;

	if (size >= sizeof(*info) && info->flags & VFIO_DEVICE_FLAGS_CAPS)
		at = vfio_caps__find(info, size, info->cap_offset, VFIO_DEVICE_INFO_CAP_ZPCI_GROUP);
	if (!at)
		return -1;
	len = size - at < sizeof(group) ? size - at : sizeof(group);
	memcpy(&group, (const char *)info + at, len);
	if (group.header.version >= 2 && len >= offsetof(typeof(group), imaxstbl) + 2)
		maxstbl = group.imaxstbl;
	else if (group.header.version == 1 && len >= offsetof(typeof(group), maxstbl) + 2)
		maxstbl = group.maxstbl;
	return maxstbl ? maxstbl : -1;
}

static bool is_block(int maxstbl, uint64_t width)
{
	return width >= 16 && width % 8 == 0 && width <= (uint64_t)maxstbl;
}

void zpci__describe_stores(int maxstbl, const uint64_t *widths, size_t nr, char *text, size_t len)
{
	const char *before = "; writes that are none: ";
	size_t used, i;

	used = (size_t)snprintf(
		text, len, "16 to %d bytes, multiples of 8, 8-aligned, not across 4 KiB", maxstbl);
	for (i = 0; i < nr && used < len; i++) {
		if (is_block(maxstbl, widths[i]))
			continue;
		used += (size_t)snprintf(text + used, len - used, "%s%" PRIu64, before, widths[i]);
		before = ", ";
	}
}
