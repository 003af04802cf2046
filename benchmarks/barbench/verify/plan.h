/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which accesses are made to a range. For each width:
 *
 *   start   the first place of each alignment: that is, the first eight offsets
 *   end     the last eight that still fit, as far as they are none of the former
 *   across  the last eight that do not fit: only where the region itself ends there, for beyond the
 *           range of any other are bytes that nobody named
 *   inside  if asked for: every aligned place between, of 1, 2, 4 and 8 bytes
 */
#ifndef BARBENCH_VERIFY_PLAN_H
#define BARBENCH_VERIFY_PLAN_H

#include "benchmarks/barbench/verify/record.h"
#include "benchmarks/barbench/verify/verify_options.h"

#define PLAN_MAX_ACCESSES (1U << 16)

/*
 * Append the accesses to @range in one direction; @ends_region: the region ends where the range
 * does. 0, -ENOMEM, or -E2BIG: there would be more than PLAN_MAX_ACCESSES.
 */
int plan__make(struct verify_range *range, const struct verify_options *options, enum vs_dir dir,
	       bool ends_region);

/* Say so for -E2BIG, and return it. */
int plan__too_big(struct trouble *trouble);

/* An access of this width at this place is one load or store. */
static inline bool plan__is_single(uint64_t width, uint64_t offset)
{
	return width <= VERIFY_WORD && !(width & (width - 1)) && offset % width == 0;
}

/*
 * For --dry-run: all that would be done, in words and compact ranges. 0, or a negative errno and
 * @trouble.
 */
int plan__print(const struct verify_options *options, FILE *out, struct trouble *trouble);

#endif
