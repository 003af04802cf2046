// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdbool.h>

#include "benchmarks/barbench/verify/capabilities.h"

#define CONVENTIONAL_END 0x100
#define CONVENTIONAL_FIRST 0x40 /* the header ends there */
#define EXTENDED_HEADER 4

struct kind {
	unsigned int id;
	uint32_t length; /* 0: it says itself how long it is */
	const char *name;
	uint32_t (*own_length)(uint32_t value); /* of the 4 bytes at length_at */
	uint32_t length_at;
};

static uint32_t third_byte(uint32_t value)
{
	return value >> 16 & 0xff;
}

static uint32_t upper_twelve_bits(uint32_t value)
{
	return value >> 20;
}

/* Vendor-specific ones can be anything: virtio's has an index and data that reach all its BARs. */
static const struct kind conventional[] = {
	{ PCI_CAP_ID_VPD, .name = "VPD", .length = PCI_CAP_VPD_SIZEOF },
	{ PCI_CAP_ID_HT, .name = "HyperTransport (index and data)", .length = 8 },
	{ PCI_CAP_ID_VNDR, .name = "vendor-specific", .own_length = third_byte },
};

static const struct kind extended[] = {
	{ PCI_EXT_CAP_ID_PWR, .name = "Power Budgeting (index and data)",
	  .length = PCI_EXT_CAP_PWR_SIZEOF },
	{ PCI_EXT_CAP_ID_VNDR, .name = "vendor-specific", .own_length = upper_twelve_bits,
	  .length_at = PCI_VNDR_HEADER },
	{ PCI_EXT_CAP_ID_DVSEC, .name = "designated vendor-specific",
	  .own_length = upper_twelve_bits, .length_at = PCI_DVSEC_HEADER1 },
	{ PCI_EXT_CAP_ID_DOE, .name = "DOE", .length = 0x18 },
};

struct walk {
	capability_read *read;
	void *arg;
	uint32_t end; /* of this part of config space */
	struct capability *found;
	int nr;
};

/* @value: its first 4 bytes. */
static int add(struct walk *walk, const struct kind *kind, uint32_t at, uint32_t value)
{
	uint32_t length = kind->length;
	int err;

	if (kind->own_length) {
		err = kind->length_at ? walk->read(walk->arg, at + kind->length_at, &value) : 0;
		if (err)
			return err;
		length = kind->own_length(value);
	}
	if (length < EXTENDED_HEADER)
		length = EXTENDED_HEADER;
	if (length > walk->end - at)
		length = walk->end - at;
	if (walk->nr == CAPABILITIES_MAX)
		return -E2BIG;
	walk->found[walk->nr++] =
		(struct capability){ .name = kind->name, .offset = at, .length = length };
	return 0;
}

static int check(struct walk *walk, const struct kind *kinds, size_t nr, unsigned int id,
		 uint32_t at, uint32_t value)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (kinds[i].id == id)
			return add(walk, &kinds[i], at, value);
	}
	return 0;
}

static int walk_conventional(struct walk *walk)
{
	uint32_t left = (CONVENTIONAL_END - CONVENTIONAL_FIRST) / 4, value, at;
	int err;

	err = walk->read(walk->arg, PCI_COMMAND, &value);
	if (err || !(value >> 16 & PCI_STATUS_CAP_LIST))
		return err;
	err = walk->read(walk->arg, PCI_CAPABILITY_LIST, &value);
	at = value & 0xfc;
	while (!err && at) {
		if (at < CONVENTIONAL_FIRST || !left--)
			return -ELOOP;
		err = walk->read(walk->arg, at, &value);
		if (!err)
			err = check(walk, conventional,
				    sizeof(conventional) / sizeof(conventional[0]), value & 0xff,
				    at, value);
		at = value >> 8 & 0xfc;
	}
	return err;
}

static int walk_extended(struct walk *walk)
{
	uint32_t left = (walk->end - CONVENTIONAL_END) / 4, value, at = CONVENTIONAL_END;
	int err = 0;

	while (!err && at) {
		if (at < CONVENTIONAL_END || !left--)
			return -ELOOP;
		err = walk->read(walk->arg, at, &value);
		if (err || !value || value == UINT32_MAX)
			return err;
		err = check(walk, extended, sizeof(extended) / sizeof(extended[0]), value & 0xffff,
			    at, value);
		at = PCI_EXT_CAP_NEXT(value);
	}
	return err;
}

int capabilities__find(capability_read *read, void *arg, uint32_t size, struct capability *found)
{
	struct walk walk = { .read = read, .arg = arg, .found = found };
	int err;

	walk.end = size < CONVENTIONAL_END ? size : CONVENTIONAL_END;
	err = walk_conventional(&walk);
	walk.end = size;
	if (!err && size > CONVENTIONAL_END)
		err = walk_extended(&walk);
	return err ? err : walk.nr;
}
