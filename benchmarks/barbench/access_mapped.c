// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and stores through a mapping of the region: no system call, no region handler.
 *
 * Blocks are copied by 8-byte accesses, one after the other: memcpy() would choose widths of its
 * own, down to single bytes on uncached memory (rep movsb), and what the device saw would not be
 * known. Wider accesses are more entries in the tables of widths.
 */
#include <errno.h>
#include <string.h>

#include "benchmarks/barbench/access_loop.h"

#define BLOCK_UNIT 8

/* One load and one store of @type; volatile: neither elided nor merged nor split. */
#define MAPPED_ACCESS(bits)                                                            \
	access_inline void load##bits(const struct target *target, struct lane *lane,  \
				      uint64_t offset)                                 \
	{                                                                              \
		(void)lane;                                                            \
		(void)*(const volatile uint##bits##_t *)(target->map + offset);        \
	}                                                                              \
	access_inline void store##bits(const struct target *target, struct lane *lane, \
				       uint64_t offset)                                \
	{                                                                              \
		(void)lane;                                                            \
		*(volatile uint##bits##_t *)(target->map + offset) =                   \
			(uint##bits##_t)target->value;                                 \
	}                                                                              \
	ACCESS_LOOPS(load##bits);                                                      \
	ACCESS_LOOPS(store##bits)

MAPPED_ACCESS(8);
MAPPED_ACCESS(16);
MAPPED_ACCESS(32);
MAPPED_ACCESS(64);

access_inline void load_block(const struct target *target, struct lane *lane, uint64_t offset)
{
	const volatile uint64_t *from = (const volatile uint64_t *)(target->map + offset);
	uint64_t *to = (uint64_t *)target->buffer;
	uint64_t i;

	(void)lane;
	for (i = 0; i < target->width / BLOCK_UNIT; i++)
		to[i] = from[i];
}

access_inline void store_block(const struct target *target, struct lane *lane, uint64_t offset)
{
	volatile uint64_t *to = (volatile uint64_t *)(target->map + offset);
	const uint64_t *from = (const uint64_t *)target->buffer;
	uint64_t i;

	(void)lane;
	for (i = 0; i < target->width / BLOCK_UNIT; i++)
		to[i] = from[i];
}

ACCESS_LOOPS(load_block);
ACCESS_LOOPS(store_block);

static bool is_block(uint64_t width)
{
	return width > BLOCK_UNIT && width % BLOCK_UNIT == 0 && width <= ACCESS_MAX_WIDTH;
}

static const struct access_loops *load_loops(uint64_t width)
{
	switch (width) {
	case 1:
		return &load8_loops;
	case 2:
		return &load16_loops;
	case 4:
		return &load32_loops;
	case 8:
		return &load64_loops;
	default:
		return is_block(width) ? &load_block_loops : NULL;
	}
}

static const struct access_loops *store_loops(uint64_t width)
{
	switch (width) {
	case 1:
		return &store8_loops;
	case 2:
		return &store16_loops;
	case 4:
		return &store32_loops;
	case 8:
		return &store64_loops;
	default:
		return is_block(width) ? &store_block_loops : NULL;
	}
}

/* @data need not be aligned, the mapped side always is. */
static ssize_t peek(const struct target *target, uint64_t offset, void *data, size_t width)
{
	const void *from = target->map + offset;

	switch (width) {
	case 1:
		*(uint8_t *)data = *(const volatile uint8_t *)from;
		break;
	case 2:
		memcpy(data, &(uint16_t){ *(const volatile uint16_t *)from }, width);
		break;
	case 4:
		memcpy(data, &(uint32_t){ *(const volatile uint32_t *)from }, width);
		break;
	case 8:
		memcpy(data, &(uint64_t){ *(const volatile uint64_t *)from }, width);
		break;
	default:
		return -EINVAL;
	}
	return (ssize_t)width;
}

static ssize_t poke(const struct target *target, uint64_t offset, const void *data, size_t width)
{
	void *to = target->map + offset;
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
	} value;

	if (width > sizeof(value))
		return -EINVAL;
	memcpy(&value, data, width);
	switch (width) {
	case 1:
		*(volatile uint8_t *)to = value.u8;
		break;
	case 2:
		*(volatile uint16_t *)to = value.u16;
		break;
	case 4:
		*(volatile uint32_t *)to = value.u32;
		break;
	case 8:
		*(volatile uint64_t *)to = value.u64;
		break;
	default:
		return -EINVAL;
	}
	return (ssize_t)width;
}

const struct access_mode access_load = {
	.name = "load",
	.dir = VS_READ,
	.mapped = true,
	.widths = "1, 2, 4, 8 and multiples of 8 up to 4096",
	.loops = load_loops,
	.peek = peek,
	.poke = poke,
};

const struct access_mode access_store = {
	.name = "store",
	.dir = VS_WRITE,
	.mapped = true,
	.widths = "1, 2, 4, 8 and multiples of 8 up to 4096",
	.loops = store_loops,
	.peek = peek,
	.poke = poke,
};
