// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/pattern.h"
#include "benchmarks/barbench/quantity.h"

static const char *const names[PATTERN_KINDS] = {
	[PATTERN_SEQ] = "seq",
	[PATTERN_RAND] = "rand",
	[PATTERN_FIXED] = "fixed",
	[PATTERN_STRIDE] = "stride",
};

const char *pattern__name(const struct pattern_spec *spec, char *name, size_t len)
{
	if (spec->kind == PATTERN_STRIDE)
		snprintf(name, len, "%s:%" PRIu64, names[spec->kind], spec->stride);
	else
		snprintf(name, len, "%s", names[spec->kind]);
	return name;
}

int pattern__parse(const char *name, struct pattern_spec *spec)
{
	size_t len = strcspn(name, ":");
	int kind;

	for (kind = 0; kind < PATTERN_KINDS; kind++) {
		if (strlen(names[kind]) == len && !strncmp(name, names[kind], len))
			break;
	}
	/* A number belongs to a stride, and to nothing else. */
	if (kind == PATTERN_KINDS || (kind == PATTERN_STRIDE) != (name[len] == ':'))
		return -EINVAL;
	spec->kind = (enum pattern_kind)kind;
	spec->stride = 0;
	if (kind == PATTERN_STRIDE &&
	    (quantity__parse_size(name + len + 1, &spec->stride) || !spec->stride))
		return -ERANGE;
	return 0;
}

uint64_t pattern__stride(uint64_t width)
{
	uint64_t stride = 1;

	while (stride < width)
		stride <<= 1;
	return stride;
}

/* splitmix64 (S. Vigna, public domain): any seed will do, 0 included. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* The modulo favours low slots by less than slots/2^64. */
static void shuffle(uint64_t *order, uint64_t entries, uint64_t seed)
{
	uint64_t i, other, swap;

	for (i = entries - 1; i > 0; i--) {
		other = next_random(&seed) % (i + 1);
		swap = order[i];
		order[i] = order[other];
		order[other] = swap;
	}
}

static int make_order(struct pattern *pattern, uint64_t seed)
{
	uint64_t i;

	pattern->lap = pattern->slots < PATTERN_MAX_ORDER ? pattern->slots : PATTERN_MAX_ORDER;
	pattern->order = malloc(pattern->lap * sizeof(*pattern->order));
	if (!pattern->order)
		return -ENOMEM;
	for (i = 0; i < pattern->lap; i++) {
		uint64_t slot =
			pattern->lap == pattern->slots ? i : next_random(&seed) % pattern->slots;

		pattern->order[i] = pattern->first + slot * pattern->stride;
	}
	shuffle(pattern->order, pattern->lap, seed);
	return 0;
}

int pattern__init(struct pattern *pattern, const struct pattern_spec *spec, uint64_t width,
		  uint64_t offset, uint64_t length, uint64_t seed)
{
	uint64_t extent = width ? width : 1; /* an access of no width has a place all the same */

	memset(pattern, 0, sizeof(*pattern));
	if (length < extent)
		return -EINVAL;
	pattern->kind = spec->kind;
	pattern->first = offset;
	pattern->stride = spec->kind == PATTERN_STRIDE ? spec->stride : pattern__stride(width);
	pattern->slots = spec->kind == PATTERN_FIXED ? 1 : (length - extent) / pattern->stride + 1;
	if (pattern->slots == 1) {
		pattern->kind = PATTERN_FIXED;
		pattern->lap = UINT64_MAX;
		return 0;
	}
	if (spec->kind == PATTERN_RAND)
		return make_order(pattern, seed);
	pattern->lap = pattern->slots;
	return 0;
}

void pattern__free(struct pattern *pattern)
{
	free(pattern->order);
	pattern->order = NULL;
}

uint64_t pattern__place(const struct pattern *pattern, uint64_t cursor)
{
	switch (pattern->kind) {
	case PATTERN_RAND:
		return pattern->order[cursor];
	case PATTERN_FIXED:
		return pattern->first;
	default:
		return pattern->first + cursor * pattern->stride;
	}
}

void pattern__extent(const struct pattern *pattern, uint64_t width, struct pattern_extent *extent)
{
	bool apart = pattern->kind == PATTERN_STRIDE && pattern->stride > width;

	extent->first = pattern->first;
	extent->stride = pattern->stride;
	extent->slots = apart ? pattern->slots : 1;
	extent->length = apart ? width : (pattern->slots - 1) * pattern->stride + width;
	if (!width)
		extent->slots = extent->length = 0;
}
