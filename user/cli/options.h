/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of options: parsed strictly, whole, with nothing before or after. */
#ifndef VFIOSCOPE_CLI_OPTIONS_H
#define VFIOSCOPE_CLI_OPTIONS_H

#include <argp.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/abi.h"

/*
 * Each returns 0, -EINVAL (not such a value) or -ERANGE (out of bounds), and leaves the result
 * alone on failure.
 *
 * A duration is seconds, with a fraction if need be, or has a unit: ns, us, ms, s, m, h. Decimal
 * numbers only, or 0x and hexadecimal ones where parse_u64 is used.
 */
int parse_duration_ns(const char *text, uint64_t *ns);
int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* "BAR0,CONFIG" to a mask, bit = region index; "read", "write", or both, bit = enum vs_dir. */
int parse_regions(const char *text, uint32_t *mask);
int parse_dirs(const char *text, uint32_t *mask);

/* "1,2,4" or "9-4096", widths in bytes; at most VS_WIDTH_RANGES of them, or -E2BIG. */
int parse_widths(const char *text, struct vs_width_range *ranges, uint32_t *nr);

/*
 * A PCI address, "0000:03:00.0", or in short "03:00.0"; or the UUID of a mediated device. Written
 * to @name (size @len) as sysfs has it: complete and in lower case.
 */
int parse_device(const char *text, char *name, size_t len);

/* "1%" or "0.5%": a fraction, of 0 and up. */
int parse_percent(const char *text, double *fraction);

/* For option parsers: the same, but exit with a usage error that names @option. */
uint64_t option__duration_ns(const struct argp_state *state, const char *option, const char *text,
			     uint64_t min, uint64_t max);
uint64_t option__u64(const struct argp_state *state, const char *option, const char *text,
		     uint64_t min, uint64_t max);
double option__percent(const struct argp_state *state, const char *option, const char *text,
		       double max);
uint32_t option__regions(const struct argp_state *state, const char *option, const char *text);
uint32_t option__dirs(const struct argp_state *state, const char *option, const char *text);
void option__device(const struct argp_state *state, const char *option, const char *text,
		    char *name, size_t len);

#endif
