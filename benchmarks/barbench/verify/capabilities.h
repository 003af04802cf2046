/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of config space must not be read or written as a matter of course: capabilities through whose
 * registers something behind them is reached. A read of their data register starts or ends a
 * transaction, and what it gives depends on an index.
 *
 * They are looked for in the device's own config space. VFIO's CONFIG hides some capabilities from the
 * chain (DOE is one), but not their registers.
 */
#ifndef BARBENCH_VERIFY_CAPABILITIES_H
#define BARBENCH_VERIFY_CAPABILITIES_H

#include <stddef.h>
#include <stdint.h>

#define CAPABILITIES_MAX 32

struct capability {
	const char *name;
	uint64_t offset, length;
};

/* Read the aligned 4 bytes at @offset. 0 or a negative errno. */
typedef int capability_read(void *arg, uint32_t offset, uint32_t *value);

/*
 * Find them in a config space of @size bytes. The number of them in @found, or a negative errno: that
 * of a read, -E2BIG if there are more than CAPABILITIES_MAX, or -ELOOP: a chain leads in a circle or out.
 */
int capabilities__find(capability_read *read, void *arg, uint32_t size, struct capability *found);

#endif
