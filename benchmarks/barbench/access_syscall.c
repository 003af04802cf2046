// SPDX-License-Identifier: GPL-2.0-only
/* pread and pwrite on the device's file descriptor: each call is one call of a region handler. */
#include <errno.h>
#include <unistd.h>

#include "benchmarks/barbench/access_loop.h"

access_inline void read_one(const struct target *target, struct lane *lane, uint64_t at)
{
	ssize_t n = pread(target->fd, target->buffer, target->width, (off_t)at);

	if (__builtin_expect(n != (ssize_t)target->width, 0))
		lane__refused(lane, n);
}

access_inline void write_one(const struct target *target, struct lane *lane, uint64_t at)
{
	ssize_t n = pwrite(target->fd, target->buffer, target->width, (off_t)at);

	if (__builtin_expect(n != (ssize_t)target->width, 0))
		lane__refused(lane, n);
}

/* Into a place of its own: the buffer holds what is written. */
access_inline void read_back(const struct target *target, struct lane *lane, uint64_t at)
{
	size_t width = access__read_back_width(target->width);
	off_t end = (off_t)(at + target->width);
	unsigned char ignored[ACCESS_READ_BACK];
	ssize_t n = pread(target->fd, ignored, width, end - (off_t)width);

	if (__builtin_expect(n != (ssize_t)width, 0))
		lane__not_read_back(lane, n);
}

access_inline void write_one_flushed(const struct target *target, struct lane *lane, uint64_t at)
{
	write_one(target, lane, at);
	read_back(target, lane, at);
}

ACCESS_LOOPS(read_one);
ACCESS_LOOPS(write_one);
ACCESS_LOOPS(write_one_flushed);

static const struct access_loops *read_loops(const struct access_shape *shape)
{
	return shape->width <= ACCESS_MAX_WIDTH ? &read_one_loops : NULL;
}

static const struct access_loops *write_loops(const struct access_shape *shape)
{
	if (shape->width > ACCESS_MAX_WIDTH)
		return NULL;
	return shape->read_back ? &write_one_flushed_loops : &write_one_loops;
}

static void read_back_one(const struct target *target, struct lane *lane, uint64_t at)
{
	read_back(target, lane, at);
}

static ssize_t peek(const struct target *target, uint64_t offset, void *data, size_t width)
{
	ssize_t n = pread(target->fd, data, width, (off_t)(target->origin + offset));

	return n < 0 ? -errno : n;
}

static ssize_t poke(const struct target *target, uint64_t offset, const void *data, size_t width)
{
	ssize_t n = pwrite(target->fd, data, width, (off_t)(target->origin + offset));

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
	.read_back = read_back_one,
};
