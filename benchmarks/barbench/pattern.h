/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where accesses go. A range is cut into slots of one access each; a pattern is an order of slots.
 *
 * A slot is as large as the width, rounded up to a power of two, so that slots of any width stay
 * as aligned as the start of the range. A strided pattern has its slots as far apart as was asked
 * for, and leaves out what is between them.
 */
#ifndef BARBENCH_PATTERN_H
#define BARBENCH_PATTERN_H

#include <stddef.h>
#include <stdint.h>

enum pattern_kind { PATTERN_SEQ, PATTERN_RAND, PATTERN_FIXED, PATTERN_STRIDE, PATTERN_KINDS };

/* What is asked for. */
struct pattern_spec {
	enum pattern_kind kind;
	uint64_t stride; /* PATTERN_STRIDE: bytes from access to access; else 0 */
};

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

#define PATTERN_NAME_LEN 32

/* "seq", "rand", "fixed", "stride:4096", written to @name. */
const char *pattern__name(const struct pattern_spec *spec, char *name, size_t len);

/* The same, with sizes as "4k" too. 0; -EINVAL: no such pattern; -ERANGE: no such stride. */
int pattern__parse(const char *name, struct pattern_spec *spec);

/* Bytes from one slot to the next for accesses of @width. */
uint64_t pattern__stride(uint64_t width);

/*
 * A pattern over @length bytes from region offset @offset: 0, -EINVAL (not even one access fits)
 * or -ENOMEM. The same @seed gives the same order.
 */
int pattern__init(struct pattern *pattern, const struct pattern_spec *spec, uint64_t width,
		  uint64_t offset, uint64_t length, uint64_t seed);
void pattern__free(struct pattern *pattern);

/* Region offset of the access at @cursor of the lap. */
uint64_t pattern__place(const struct pattern *pattern, uint64_t cursor);

/*
 * What writes of @width may overwrite: @slots stretches of @length bytes, @stride bytes apart. Slots
 * that lie side by side, but for rounding, are one stretch.
 */
struct pattern_extent {
	uint64_t first, length, stride, slots;
};
void pattern__extent(const struct pattern *pattern, uint64_t width, struct pattern_extent *extent);

#endif
