/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for the values of one document of jansson's, released at once: of reading many runs, a fifth went into
 * allocating and freeing small objects.
 */
#ifndef VFIOSCOPE_JSON_REGION_H
#define VFIOSCOPE_JSON_REGION_H

struct json_region_chunk;

struct json_region {
	struct json_region_chunk *chunks; /* the one in use first */
};

/*
 * Until json_region__leave(), what this thread has jansson allocate is @region's, and nothing is freed. Not
 * nested.
 */
void json_region__enter(struct json_region *region);
/* Values that were made since must not be used any more, nor be given to json_decref(). */
void json_region__leave(struct json_region *region);

#endif
