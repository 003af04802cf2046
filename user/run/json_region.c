// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/json_region.h"

#include <jansson.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define CHUNK ((size_t)64 << 10) /* below what malloc() takes from the kernel each time anew */
#define ALIGNMENT alignof(max_align_t)

struct json_region_chunk {
	struct json_region_chunk *next;
	size_t left; /* bytes at the start of @memory */
	max_align_t memory[];
};

static _Thread_local struct json_region *current;

static struct json_region_chunk *add_chunk(struct json_region *region, size_t size)
{
	struct json_region_chunk *chunk = malloc(sizeof(*chunk) + size);

	if (!chunk)
		return NULL;
	*chunk = (struct json_region_chunk){ .next = region->chunks, .left = size };
	region->chunks = chunk;
	return chunk;
}

static void *allocate(size_t size)
{
	struct json_region_chunk *chunk;

	if (!current)
		return malloc(size);
	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	chunk = current->chunks;
	if (!chunk || size > chunk->left)
		chunk = add_chunk(current, size > CHUNK ? size : CHUNK);
	if (!chunk)
		return NULL;
	chunk->left -= size;
	return (char *)chunk->memory + chunk->left;
}

static void release(void *memory)
{
	if (!current)
		free(memory);
}

/* At the start: later, another thread might be in jansson. */
static __attribute__((constructor)) void set_up(void)
{
	json_set_alloc_funcs(allocate, release);
}

void json_region__enter(struct json_region *region)
{
	*region = (struct json_region){};
	current = region;
}

void json_region__leave(struct json_region *region)
{
	current = NULL;
	while (region->chunks) {
		struct json_region_chunk *chunk = region->chunks;

		region->chunks = chunk->next;
		free(chunk);
	}
}
