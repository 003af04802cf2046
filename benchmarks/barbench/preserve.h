/* SPDX-License-Identifier: GPL-2.0-only */
/* Saves what a writing case is about to overwrite, and puts it back. */
#ifndef BARBENCH_PRESERVE_H
#define BARBENCH_PRESERVE_H

#include "benchmarks/barbench/access.h"

struct preserve {
	struct pattern_extent extent; /* what was saved */
	uint64_t bytes; /* of it in all, and not put back yet; 0: nothing saved */
	unsigned char *saved;
	uint64_t accesses; /* made so far, to save and to put back */
	struct tally tally; /* of those that were refused */
};

/*
 * Read what @extent holds, the way @mode accesses the region: by 4-byte reads (ROM and VGA take no
 * wider ones, and some devices answer 8-byte ones with all ones), narrower ones at unaligned ends,
 * 8-byte ones where a driver refuses 4. Nothing between its stretches is read. 0 or a negative errno.
 */
int preserve__save(struct preserve *preserve, const struct access_mode *mode,
		   const struct target *target, const struct pattern_extent *extent);

/*
 * Write it back, by 4-byte writes; if these are refused by 8-byte ones, if these are too by writes
 * of the width that the case used. 0 or the errno of the last attempt: then preserve->bytes is how
 * much could not be put back, from preserve__offset() on.
 */
int preserve__restore(struct preserve *preserve, const struct access_mode *mode,
		      const struct target *target);
uint64_t preserve__offset(const struct preserve *preserve);
void preserve__free(struct preserve *preserve);

#endif
