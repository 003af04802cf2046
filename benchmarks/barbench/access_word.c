// SPDX-License-Identifier: GPL-2.0-only
/* Mapped accesses of 1, 2, 4 and 8 bytes, and rows of 8. */
#include "benchmarks/barbench/access_mapped.h"

/* One load and one store of @type; volatile: neither elided nor merged nor split. */
#define WORD_ACCESS(bits)                                                                          \
	access_inline void load##bits(const struct target *target, struct lane *lane, uint64_t at) \
	{                                                                                          \
		(void)target;                                                                      \
		(void)lane;                                                                        \
		(void)*(const volatile uint##bits##_t *)(uintptr_t)at;                             \
	}                                                                                          \
	access_inline void store##bits(const struct target *target, struct lane *lane,             \
				       uint64_t at)                                                \
	{                                                                                          \
		(void)lane;                                                                        \
		*(volatile uint##bits##_t *)(uintptr_t)at = target->value.u##bits;                 \
	}                                                                                          \
	ACCESS_LOOPS(load##bits);                                                                  \
	MAPPED_STORE_LOOPS(store##bits, , (bits) / 8)

WORD_ACCESS(8);
WORD_ACCESS(16);
WORD_ACCESS(32);
WORD_ACCESS(64);

access_inline void load_row(const struct target *target, struct lane *lane, uint64_t at)
{
	const volatile uint64_t *from = (const volatile uint64_t *)(uintptr_t)at;
	uint64_t *to = (uint64_t *)target->buffer;
	uint64_t i;

	(void)lane;
	for (i = 0; i < target->width / ACCESS_WORD; i++)
		to[i] = from[i];
}

access_inline void store_row(const struct target *target, struct lane *lane, uint64_t at)
{
	volatile uint64_t *to = (volatile uint64_t *)(uintptr_t)at;
	const uint64_t *from = (const uint64_t *)target->buffer;
	uint64_t i;

	(void)lane;
	for (i = 0; i < target->width / ACCESS_WORD; i++)
		to[i] = from[i];
}

ACCESS_LOOPS(load_row);
MAPPED_STORE_LOOPS(store_row, , target->width);

static const struct access_loops *loads(const struct access_shape *shape)
{
	switch (shape->unit) {
	case 1:
		return &load8_loops;
	case 2:
		return &load16_loops;
	case 4:
		return &load32_loops;
	default:
		return shape->width == ACCESS_WORD ? &load64_loops : &load_row_loops;
	}
}

static const struct access_loops *stores(const struct access_shape *shape)
{
	switch (shape->unit) {
	case 1:
		return &store8_loops;
	case 2:
		return &store16_loops;
	case 4:
		return &store32_loops;
	default:
		return shape->width == ACCESS_WORD ? &store64_loops : &store_row_loops;
	}
}

static const struct access_loops *stores_read_back(const struct access_shape *shape)
{
	switch (shape->unit) {
	case 1:
		return &store8_flushed_loops;
	case 2:
		return &store16_flushed_loops;
	case 4:
		return &store32_flushed_loops;
	default:
		return shape->width == ACCESS_WORD ? &store64_flushed_loops
						   : &store_row_flushed_loops;
	}
}

static bool is_word(uint64_t unit)
{
	return unit == 1 || unit == 2 || unit == 4 || unit == ACCESS_WORD;
}

const struct access_loops *access_word__loops(enum vs_dir dir, const struct access_shape *shape)
{
	if (!is_word(shape->unit))
		return NULL;
	if (dir == VS_READ)
		return loads(shape);
	return shape->read_back ? stores_read_back(shape) : stores(shape);
}
