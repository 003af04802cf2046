// SPDX-License-Identifier: GPL-2.0-only
/* pread and pwrite on the device's file descriptor: each call is one call of a region handler. */
#include <errno.h>
#include <unistd.h>

#include "benchmarks/barbench/access_loop.h"

access_inline void read_one(const struct target *target, struct lane *lane, uint64_t offset)
{
	ssize_t n =
		pread(target->fd, target->buffer, target->width, (off_t)(target->base + offset));

	if (__builtin_expect(n != (ssize_t)target->width, 0))
		lane__refused(lane, n);
}

access_inline void write_one(const struct target *target, struct lane *lane, uint64_t offset)
{
	ssize_t n =
		pwrite(target->fd, target->buffer, target->width, (off_t)(target->base + offset));

	if (__builtin_expect(n != (ssize_t)target->width, 0))
		lane__refused(lane, n);
}

ACCESS_LOOPS(read_one);
ACCESS_LOOPS(write_one);

static const struct access_loops *read_loops(uint64_t width)
{
	return width <= ACCESS_MAX_WIDTH ? &read_one_loops : NULL;
}

static const struct access_loops *write_loops(uint64_t width)
{
	return width <= ACCESS_MAX_WIDTH ? &write_one_loops : NULL;
}

static ssize_t peek(const struct target *target, uint64_t offset, void *data, size_t width)
{
	ssize_t n = pread(target->fd, data, width, (off_t)(target->base + offset));

	return n < 0 ? -errno : n;
}

static ssize_t poke(const struct target *target, uint64_t offset, const void *data, size_t width)
{
	ssize_t n = pwrite(target->fd, data, width, (off_t)(target->base + offset));

	return n < 0 ? -errno : n;
}

const struct access_mode access_pread = {
	.name = "pread",
	.dir = VS_READ,
	.widths = "0 to 4096",
	.loops = read_loops,
	.peek = peek,
	.poke = poke,
};

const struct access_mode access_pwrite = {
	.name = "pwrite",
	.dir = VS_WRITE,
	.widths = "0 to 4096",
	.loops = write_loops,
	.peek = peek,
	.poke = poke,
};
