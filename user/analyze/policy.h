/* SPDX-License-Identifier: GPL-2.0-only */
/* An access policy, vfioscope.policy/1: docs/policy.schema.json. */
#ifndef VFIOSCOPE_ANALYZE_POLICY_H
#define VFIOSCOPE_ANALYZE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/run/run.h"

#define POLICY_SCHEMA "vfioscope.policy/1"
#define POLICY_MAX_FILE (1u << 20)

enum policy_dir { POLICY_BOTH, POLICY_READ, POLICY_WRITE };
enum policy_level { POLICY_HANDLER, POLICY_DEVICE_ACCESS };
enum policy_severity { POLICY_ERROR, POLICY_WARNING };
enum policy_access { POLICY_READ_WRITE, POLICY_READ_ONLY, POLICY_WRITE_ONLY, POLICY_NO_ACCESS };

/* A number, or a symbol that stands for one of the device's or the host's. */
enum policy_limit_kind {
	POLICY_NO_LIMIT,
	POLICY_NUMBER,
	POLICY_MAXSTBL, /* the longest store block of a zPCI device */
	POLICY_PAGE, /* of the host */
	POLICY_REGION_SIZE,
};

struct policy_limit {
	enum policy_limit_kind kind;
	uint64_t number;
};

/* All that are given must fit. */
struct policy_device {
	int vendor, device; /* -1: any */
	char *driver; /* NULL: any */
};

/* In policy_rule.widths, behind the width classes: s390 store blocks (device accesses only) */
#define POLICY_BLOCKS 31

/* In policy_rule.aligned: to the widest of 1, 2, 4 and 8 bytes that fits in the width of the call */
#define POLICY_NATURALLY 1

/* The place of the MSI-X table, which each device tells; in rules it stands among the registers. */
#define POLICY_MSIX_TABLE "msix_table"

/* Bit = region index; both 0: all */
struct policy_regions {
	uint32_t pci; /* by PCI's names */
	uint32_t other; /* "region N", "bad": whatever the bus is */
};

/* Bytes of each of these regions. */
struct policy_range {
	struct policy_regions regions;
	uint64_t offset, length; /* the end is no more than 2^64 - 1 */
};

struct policy_register {
	char *name; /* unique */
	struct policy_range place; /* in one region */
};

struct policy_rule {
	char *id; /* unique */
	char *description;
	struct policy_regions regions; /* those of the registers, where it names some */
	/* What it speaks of: calls that touch one of these bytes; none, and no msix_table: all calls */
	struct policy_range *ranges;
	size_t nr_ranges;
	char **registers; /* names, NULL-terminated, or NULL; their places are among the ranges */
	bool msix_table;
	enum policy_dir dir;
	enum policy_level level;
	uint32_t widths; /* bit = width class; 0: any */
	struct policy_limit min, max;
	uint64_t multiple_of; /* 0: any */
	uint64_t aligned; /* 0: any; POLICY_NATURALLY; or to this power of two */
	struct policy_limit no_crossing; /* a power of two, or POLICY_PAGE */
	bool single_access;
	enum policy_access access;
	int *expect; /* errnos */
	size_t nr_expect;
	enum policy_severity severity;
};

struct policy {
	char *name;
	char *description;
	struct policy_device *devices; /* none: any device */
	size_t nr_devices;
	struct policy_register *registers;
	size_t nr_registers;
	struct policy_rule *rules;
	size_t nr_rules;
};

/*
 * A policy is taken as a whole or not at all: 0, or a negative errno and @error (size @len), one
 * line: file, line where there is one, reason. policy__parse() is the same from memory; @name stands
 * for the path in messages.
 */
int policy__read(const char *path, struct policy **policy, char *error, size_t len);
int policy__parse(const char *text, size_t size, const char *name, struct policy **policy,
		  char *error, size_t len);
void policy__free(struct policy *policy); /* NULL-safe */

/* Their words, as in the file; NULL for values out of range. */
const char *policy_level__name(unsigned int level);
const char *policy_severity__name(unsigned int severity);

/* Is the policy of this device? It may be if what it asks for is not known of the device. */
enum policy_match { POLICY_DOES_NOT_MATCH, POLICY_MAY_MATCH, POLICY_MATCHES };
enum policy_match policy__matches(const struct policy *policy, const struct run_device *device);

/* May the rule speak of this region, on this bus? */
bool policy_rule__has_region(const struct policy_rule *rule, const char *bus, uint32_t region);

/* Does it speak of bytes of regions, and not of regions as a whole? */
bool policy_rule__has_ranges(const struct policy_rule *rule);

/* Does a call of @width bytes at @offset of this region touch what the rule speaks of? */
enum policy_match policy_rule__touches(const struct policy_rule *rule,
				       const struct run_device *device, uint32_t region,
				       uint64_t offset, uint64_t width);

#endif
