// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <linux/vfio.h>

#include "benchmarks/barbench/vfio_caps.h"

uint32_t vfio_caps__find(const void *info, uint32_t size, uint32_t first, uint16_t id)
{
	struct vfio_info_cap_header header;
	uint32_t at = first, left = size / sizeof(header); /* more do not fit without a circle */

	for (; at && left; at = header.next, left--) {
		if (at > size || size - at < sizeof(header))
			return 0;
		memcpy(&header, (const char *)info + at, sizeof(header));
		if (header.id == id)
			return at;
	}
	return 0;
}
