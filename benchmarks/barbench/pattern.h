/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where accesses go. A range is cut into slots of one access each; a pattern is an order of slots.
 *
 * A slot is as large as the width, rounded up to a power of two, so that slots of any width stay
 * as aligned as the start of the range.
 */
#ifndef BARBENCH_PATTERN_H
#define BARBENCH_PATTERN_H

#include <stdint.h>

enum pattern_kind { PATTERN_SEQ, PATTERN_RAND, PATTERN_FIXED, PATTERN_KINDS };

/*
 * The random order is a table, looked up in order: the CPU can fetch ahead what it cannot compute
 * ahead. A range with more slots than this is sampled: each of the table's entries is drawn anew.
 */
#define PATTERN_MAX_ORDER (1U << 16)

struct pattern {
	enum pattern_kind kind;
	uint64_t first; /* region offset of slot 0 */
	uint64_t stride; /* from slot to slot, bytes */
	uint64_t slots;
	uint64_t lap; /* accesses until the order repeats */
	uint64_t *order; /* PATTERN_RAND: @lap region offsets */
};

const char *pattern__name(enum pattern_kind kind);
int pattern__parse(const char *name); /* kind or -EINVAL */

/* Bytes from one slot to the next for accesses of @width. */
uint64_t pattern__stride(uint64_t width);

/*
 * A pattern over @length bytes from region offset @offset: 0, -EINVAL (not even one access fits)
 * or -ENOMEM. The same @seed gives the same order.
 */
int pattern__init(struct pattern *pattern, enum pattern_kind kind, uint64_t width, uint64_t offset,
		  uint64_t length, uint64_t seed);
void pattern__free(struct pattern *pattern);

/* Bytes from pattern->first to the end of the last access of @width: what writes may overwrite. */
uint64_t pattern__span(const struct pattern *pattern, uint64_t width);

#endif
