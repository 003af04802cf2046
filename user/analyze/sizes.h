/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be said of sizes that are known by their class and their sum only: how many of them break
 * a rule, at least and at most. Never a guess: the truth is within what is returned.
 */
#ifndef VFIOSCOPE_ANALYZE_SIZES_H
#define VFIOSCOPE_ANALYZE_SIZES_H

#include <stdbool.h>
#include <stdint.h>

struct audit_range {
	uint64_t min, max;
};

struct sizes {
	uint64_t lo, hi; /* what a size can be: its class */
	uint64_t min, max, multiple; /* what it may be; @multiple is not 0 */
};

bool sizes__allowed(const struct sizes *sizes, uint64_t size);
bool sizes__some_allowed(const struct sizes *sizes); /* of those in the class */

/* Of @count sizes, whose sum is *@sum (NULL: not known). */
struct audit_range sizes__breaking(const struct sizes *sizes, uint64_t count, const uint64_t *sum);

#endif
