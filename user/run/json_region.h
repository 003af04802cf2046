/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for one document of jansson's, released at once: of a run most of the time went into allocating and
 * freeing four small objects for each bucket.
 */
#ifndef VFIOSCOPE_JSON_REGION_H
#define VFIOSCOPE_JSON_REGION_H

#include <stddef.h>

struct json_region_chunk;

struct json_region {
	struct json_region_chunk *chunks; /* the one in use first */
	size_t step; /* bytes of the next one */
};

/*
 * Until json_region__leave(), what this thread has jansson allocate is @region's, and nothing that it frees is
 * freed. @expected: bytes, about. Not nested.
 */
void json_region__enter(struct json_region *region, size_t expected);
/* Values that were made since must not be used any more, nor be given to json_decref(). */
void json_region__leave(struct json_region *region);

#endif
