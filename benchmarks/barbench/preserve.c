// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/fault.h"
#include "benchmarks/barbench/preserve.h"

enum direction { SAVE, RESTORE };

/* A walk over the saved range, by pieces as large as @units allow. */
struct walk {
	struct preserve *preserve;
	const struct access_mode *mode;
	const struct target *target;
	enum direction direction;
	uint64_t units[3]; /* in the order to try them */
	size_t nr_units;
	uint64_t done; /* bytes */
	int err;
};

/* The largest naturally aligned piece up to @unit that fits. */
static size_t piece_at(uint64_t offset, uint64_t left, uint64_t unit)
{
	while (unit > 1 && (offset % unit || unit > left))
		unit /= 2;
	return unit;
}

/* Where byte @done of what is saved comes from. */
static uint64_t offset_of(const struct pattern_extent *extent, uint64_t done)
{
	return extent->first + done / extent->length * extent->stride + done % extent->length;
}

static uint64_t bytes_of(const struct pattern_extent *extent)
{
	return extent->slots * extent->length;
}

static int transfer(struct walk *walk, uint64_t offset, size_t piece)
{
	struct preserve *preserve = walk->preserve;
	unsigned char *data = preserve->saved + walk->done;
	ssize_t n;

	preserve->accesses++;
	if (walk->direction == SAVE)
		n = walk->mode->peek(walk->target, offset, data, piece);
	else
		n = walk->mode->poke(walk->target, offset, data, piece);
	if (n == (ssize_t)piece)
		return 0;
	if (n >= 0) {
		preserve->tally.shorts++;
		return -EIO;
	}
	tally__error(&preserve->tally, (int)-n, 1);
	return (int)n;
}

/* A unit that was refused is not tried again. */
static void run_walk(void *arg)
{
	struct walk *walk = arg;
	const struct pattern_extent *extent = &walk->preserve->extent;
	uint64_t offset, left;
	size_t unit = 0, piece;

	while (walk->done < bytes_of(extent)) {
		offset = offset_of(extent, walk->done);
		left = extent->length - walk->done % extent->length;
		piece = piece_at(offset, left, walk->units[unit]);
		walk->err = transfer(walk, offset, piece);
		if (!walk->err)
			walk->done += piece;
		else if (++unit == walk->nr_units)
			return;
	}
}

static int walk_range(struct walk *walk)
{
	int err = fault__guard(run_walk, walk);

	return err ? err : walk->err;
}

int preserve__save(struct preserve *preserve, const struct access_mode *mode,
		   const struct target *target, const struct pattern_extent *extent)
{
	struct walk walk = {
		.preserve = preserve,
		.mode = mode,
		.target = target,
		.direction = SAVE,
		.units = { 4, 8 },
		.nr_units = 2,
	};
	int err;

	memset(preserve, 0, sizeof(*preserve));
	if (!bytes_of(extent))
		return 0;
	preserve->saved = malloc(bytes_of(extent));
	if (!preserve->saved)
		return -ENOMEM;
	preserve->extent = *extent;
	err = walk_range(&walk);
	if (!err)
		preserve->bytes = bytes_of(extent);
	return err;
}

/* Only a power of two can be a unit, and only system calls take one above 8. */
static bool is_wide_unit(const struct access_mode *mode, uint64_t width)
{
	return !mode->mapped && width > 8 && !(width & (width - 1));
}

int preserve__restore(struct preserve *preserve, const struct access_mode *mode,
		      const struct target *target)
{
	struct walk walk = {
		.preserve = preserve,
		.mode = mode,
		.target = target,
		.direction = RESTORE,
		.units = { 4, 8, target->width },
		.nr_units = is_wide_unit(mode, target->width) ? 3 : 2,
	};
	int err;

	if (!preserve->bytes)
		return 0;
	err = walk_range(&walk);
	preserve->bytes -= walk.done;
	return err;
}

uint64_t preserve__offset(const struct preserve *preserve)
{
	const struct pattern_extent *extent = &preserve->extent;

	return offset_of(extent, bytes_of(extent) - preserve->bytes);
}

void preserve__free(struct preserve *preserve)
{
	free(preserve->saved);
	preserve->saved = NULL;
}
