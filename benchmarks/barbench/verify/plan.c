// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "benchmarks/barbench/verify/plan.h"

struct builder {
	struct verify_range *range;
	enum vs_dir dir;
	uint64_t width;
	int err;
};

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Offsets from @first up to, not including, @end. */
static void add(struct builder *builder, enum verify_position position, uint64_t first,
		uint64_t end, uint64_t step)
{
	struct verify_cell *cell;
	uint64_t offset;

	for (offset = first; !builder->err && offset < end; offset += step) {
		if (builder->range->nr_cells == PLAN_MAX_ACCESSES) {
			builder->err = -E2BIG;
			return;
		}
		cell = verify_range__add_cell(builder->range);
		if (!cell) {
			builder->err = -ENOMEM;
			return;
		}
		cell->dir = builder->dir;
		cell->width = (uint32_t)builder->width;
		cell->position = position;
		cell->offset = offset;
		cell->alignment = offset % VERIFY_WORD;
	}
}

static void add_fitting(struct builder *builder, bool sweep)
{
	const struct verify_range *range = builder->range;
	uint64_t width = builder->width;
	uint64_t start = range->offset, last, at_end;

	if (width > range->length)
		return;
	last = range->offset + range->length - width; /* the last place that fits */
	at_end = larger(start + VERIFY_WORD, last < VERIFY_WORD ? 0 : last - VERIFY_WORD + 1);
	add(builder, VERIFY_START, start, smaller(start + VERIFY_WORD, last + 1), 1);
	if (sweep && plan__is_single(width, 0))
		add(builder, VERIFY_INSIDE, (start + VERIFY_WORD + width - 1) / width * width,
		    at_end, width);
	add(builder, VERIFY_END, at_end, last + 1, 1);
}

static void add_across(struct builder *builder)
{
	uint64_t end = builder->range->offset + builder->range->length;
	uint64_t first = larger(builder->range->offset, end < VERIFY_WORD ? 0 : end - VERIFY_WORD);

	if (builder->width <= end)
		first = larger(first, end - builder->width + 1);
	add(builder, VERIFY_ACROSS, first, end, 1);
}

int plan__make(struct verify_range *range, const struct verify_options *options, enum vs_dir dir,
	       bool ends_region)
{
	struct builder builder = { .range = range, .dir = dir };
	size_t i;

	for (i = 0; i < options->bench.nr_widths && !builder.err; i++) {
		builder.width = options->bench.widths[i];
		add_fitting(&builder, options->sweep);
		if (ends_region)
			add_across(&builder);
	}
	return builder.err;
}

int plan__too_big(struct trouble *trouble)
{
	return trouble__say(trouble, E2BIG,
			    "a range would get more than %u accesses: give a smaller one, fewer "
			    "--width or no --sweep (try --help)",
			    PLAN_MAX_ACCESSES);
}
