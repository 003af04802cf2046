/* SPDX-License-Identifier: GPL-2.0-only */
/* Saves what a writing case is about to overwrite, and puts it back. */
#ifndef BARBENCH_PRESERVE_H
#define BARBENCH_PRESERVE_H

#include "benchmarks/barbench/access.h"

struct preserve {
	uint64_t offset, length; /* region-relative; length 0: nothing saved */
	unsigned char *saved;
	uint64_t accesses; /* made so far, to save and to put back */
	struct tally tally; /* of those that were refused */
};

/*
 * Read @length bytes at region offset @offset, the way @mode accesses the region: by 4-byte reads
 * (ROM and VGA take no wider ones, and some devices answer 8-byte ones with all ones), narrower
 * ones at unaligned ends, 8-byte ones where a driver refuses 4. 0 or a negative errno.
 */
int preserve__save(struct preserve *preserve, const struct access_mode *mode,
		   const struct target *target, uint64_t offset, uint64_t length);

/*
 * Write it back, by 4-byte writes; if these are refused by 8-byte ones, if these are too by writes
 * of the width that the case used. 0 or the errno of the last attempt, and @preserve->offset and
 * ->length say what could not be put back.
 */
int preserve__restore(struct preserve *preserve, const struct access_mode *mode,
		      const struct target *target);
void preserve__free(struct preserve *preserve);

#endif
