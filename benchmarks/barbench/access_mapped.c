// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and stores through a mapping of the region: no system call, no region handler. A wide
 * access is a row of single ones, one after the other, whose width is known and recorded.
 */
#include <errno.h>
#include <string.h>

#include "benchmarks/barbench/access_mapped.h"

static const struct access_loops *loops(enum vs_dir dir, const struct access_shape *shape)
{
	const struct access_loops *found;

	if (!shape->unit || shape->width % shape->unit || shape->width > ACCESS_MAX_WIDTH)
		return NULL;
	found = access_word__loops(dir, shape);
	return found ? found : access_vector__loops(dir, shape);
}

static const struct access_loops *load_loops(const struct access_shape *shape)
{
	return loops(VS_READ, shape);
}

static const struct access_loops *store_loops(const struct access_shape *shape)
{
	return loops(VS_WRITE, shape);
}

static void read_back(const struct target *target, struct lane *lane, uint64_t at)
{
	(void)lane;
	mapped__read_back(at, target->width);
}

/* @data need not be aligned, the mapped side always is. */
static ssize_t peek(const struct target *target, uint64_t offset, void *data, size_t width)
{
	const void *from = (const void *)(uintptr_t)(target->origin + offset);

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
	void *to = (void *)(uintptr_t)(target->origin + offset);
	union word value;

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
	.read_back = read_back,
};
