// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/case_state.h"
#include "benchmarks/barbench/crew.h"
#include "benchmarks/barbench/interrupt.h"

void case__id(const struct bench *bench, const struct case_spec *spec, char *id, size_t len)
{
	const struct bench_options *options = bench->options;
	char region[32], pattern[PATTERN_NAME_LEN], access[32] = "", flush[32] = "",
						    offset[32] = "";

	run_region__name("pci", bench->sides[BENCH_A].device.region->index, region, sizeof(region));
	if (options->unit && spec->mode->mapped && spec->width > ACCESS_WORD)
		snprintf(access, sizeof(access), "/access:%" PRIu64, options->unit);
	if (options->flush != FLUSH_NONE && spec->mode->dir == VS_WRITE)
		snprintf(flush, sizeof(flush), "/flush:%s", access_flush__name(options->flush));
	if (options->line && options->offset)
		snprintf(offset, sizeof(offset), "/offset:0x%" PRIx64, options->offset);
	snprintf(id, len, "%s/%s/%" PRIu64 "/%s/%" PRIu32 "%s%s%s", region, spec->mode->name,
		 spec->width, pattern__name(&spec->pattern, pattern, sizeof(pattern)),
		 options->threads, access, flush, offset);
}

static int check_flags(const struct bench *bench, const struct bench_side *side,
		       const struct case_spec *spec, struct trouble *trouble)
{
	const struct bench_region *region = side->device.region;
	bool writes = spec->mode->dir == VS_WRITE;
	bool put_back_later = writes && bench->options->restore;
	bool read_back = writes && bench->options->flush != FLUSH_NONE;
	char name[32];

	run_region__name("pci", region->index, name, sizeof(name));
	if (writes && !(region->flags & VFIO_REGION_INFO_FLAG_WRITE))
		return trouble__say(trouble, EINVAL, "%s cannot be written", name);
	if ((!writes || put_back_later || read_back) &&
	    !(region->flags & VFIO_REGION_INFO_FLAG_READ))
		return trouble__say(trouble, EINVAL, "%s cannot be read%s", name,
				    read_back	     ? ", so --flush cannot read back"
				    : put_back_later ? ", so not be put back: give --no-restore"
						     : "");
	return 0;
}

/* @align: what the single loads and stores of the case need; 1 for system calls. */
static int check_stride(const struct bench_side *side, const struct case_spec *spec, uint64_t align,
			struct trouble *trouble)
{
	uint64_t stride = spec->pattern.stride;

	if (spec->pattern.kind != PATTERN_STRIDE)
		return 0;
	if (stride < spec->width)
		return trouble__say(trouble, EINVAL,
				    "--pattern stride:%" PRIu64 " is less than --width %" PRIu64,
				    stride, spec->width);
	if (stride % align)
		return trouble__say(trouble, EINVAL,
				    "--pattern stride:%" PRIu64 " must be a multiple of %" PRIu64
				    " for --mode %s --width %" PRIu64,
				    stride, align, spec->mode->name, spec->width);
	if (stride > side->length - spec->width)
		return trouble__say(trouble, EINVAL,
				    "--pattern stride:%" PRIu64 " leaves the range of %" PRIu64
				    " bytes at the first step: give a larger --length",
				    stride, side->length);
	return 0;
}

int case__check(const struct bench *bench, const struct bench_side *side,
		const struct case_spec *spec, struct trouble *trouble)
{
	struct access_shape shape = bench_options__shape(bench->options, spec->mode, spec->width);
	uint64_t align = shape.unit ? shape.unit : 1;
	int err;

	if (spec->width > side->length)
		return trouble__say(trouble, EINVAL,
				    "--width %" PRIu64 " does not fit the range of %" PRIu64
				    " bytes",
				    spec->width, side->length);
	if (side->offset % align)
		return trouble__say(trouble, EINVAL,
				    "--offset 0x%" PRIx64
				    " is not aligned for --mode %s --width %" PRIu64
				    ", which needs a multiple of %" PRIu64,
				    side->offset, spec->mode->name, spec->width, align);
	err = check_stride(side, spec, align, trouble);
	return err ? err : check_flags(bench, side, spec, trouble);
}

static int set_up_lanes(struct bench_case *c)
{
	const struct bench_options *options = c->bench->options;
	uint32_t nr = options->threads;
	int err;

	c->lanes = calloc(nr, sizeof(*c->lanes));
	if (!c->lanes)
		return -ENOMEM;
	for (; c->nr_lanes < nr; c->nr_lanes++) {
		err = lane__init(&c->lanes[c->nr_lanes], &c->target, &c->pattern, c->nr_lanes, nr,
				 options->seed);
		if (err)
			return err;
	}
	return crew__start(&c->crew, c->lanes, nr, options->cpus.nr ? &options->cpus : NULL);
}

static int set_up(struct bench_case *c, struct trouble *trouble)
{
	const struct case_spec *spec = c->spec;
	const struct bench_options *options = c->bench->options;
	int err;

	c->shape = bench_options__shape(options, spec->mode, spec->width);
	c->loops = spec->mode->loops(&c->shape);
	c->target.fd = c->side->device.fd;
	c->target.origin = spec->mode->mapped ? (uintptr_t)c->side->device.map
					      : c->side->device.region->offset;
	c->target.width = spec->width;
	c->samples = calloc(bench_options__most_reps(options), sizeof(*c->samples));
	err = c->samples ? 0 : -ENOMEM;
	if (!err)
		err = pattern__init(&c->pattern, &spec->pattern, spec->width, c->side->offset,
				    c->side->length, options->seed);
	if (!err)
		err = set_up_lanes(c);
	if (err)
		return trouble__say(trouble, -err, "%s: %s", c->name, strerror(-err));
	return 0;
}

static int save(struct bench_case *c, struct trouble *trouble)
{
	const struct access_mode *mode = c->spec->mode;
	struct pattern_extent extent;
	int err;

	if (mode->dir != VS_WRITE || !c->bench->options->restore)
		return 0;
	pattern__extent(&c->pattern, c->spec->width, &extent);
	err = preserve__save(&c->preserve, mode, &c->target, &extent);
	if (err)
		return trouble__say(trouble, -err,
				    "%s: cannot read what would be overwritten (%s); --no-restore "
				    "writes without",
				    c->name, strerror(-err));
	return 0;
}

static int put_back(struct bench_case *c, struct trouble *trouble)
{
	int err = preserve__restore(&c->preserve, c->spec->mode, &c->target);

	if (!err)
		return 0;
	return trouble__say(trouble, -err,
			    "%s: could not put back %" PRIu64 " bytes at offset 0x%" PRIx64 ": %s",
			    c->name, c->preserve.bytes, preserve__offset(&c->preserve),
			    strerror(-err));
}

static int explain_stop(const struct bench_case *c, struct trouble *trouble)
{
	const char *device = c->side->device.pci.bdf;

	if (case__is_gone(c))
		return trouble__say(trouble, ENODEV,
				    "%s vanished, or its memory was disabled, during %s", device,
				    c->name);
	if (bench_device__wanted_back(&c->side->device))
		return trouble__say(trouble, ENODEV,
				    "%s is wanted back (unbound or unplugged): stopped during %s",
				    device, c->name);
	return 0;
}

static void tear_down(struct bench_case *c)
{
	uint32_t i;

	crew__stop(c->crew);
	for (i = 0; i < c->nr_lanes; i++)
		lane__free(&c->lanes[i]);
	free(c->lanes);
	free(c->samples);
	preserve__free(&c->preserve);
	pattern__free(&c->pattern);
}

/*
 * After it was measured. @err and @trouble: what went wrong before; what could not be put back is said as well,
 * for it is the user's to repair.
 */
static int finish(struct bench_case *c, int err, struct trouble *trouble)
{
	struct trouble stop = { "" }, not_put_back = { "" };
	int stop_err = explain_stop(c, &stop), put_back_err = put_back(c, &not_put_back);

	if (put_back_err && err)
		trouble__add(trouble, not_put_back.text);
	else if (put_back_err)
		*trouble = not_put_back;
	else if (stop_err && !err)
		*trouble = stop;
	return err ? err : put_back_err ? put_back_err : stop_err;
}

static int run_all(struct bench_case *cases, size_t nr, struct trouble *trouble)
{
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++)
		err = set_up(&cases[i], trouble);
	if (err)
		return err;
	for (size_t i = 0; i < nr && !err; i++)
		err = save(&cases[i], trouble);
	if (!err) {
		if (case__measure(cases, nr))
			err = trouble__say(trouble, ENOMEM, "no memory");
		for (size_t i = 0; i < nr; i++)
			err = finish(&cases[i], err, trouble);
	}
	for (size_t i = 0; i < nr; i++)
		if (case__record(&cases[i]) && !err)
			err = trouble__say(trouble, ENOMEM, "no memory");
	return err;
}

int case__run(struct bench *bench, const struct case_spec *spec, struct trouble *trouble)
{
	struct bench_case cases[BENCH_SIDES] = {};
	int err;

	for (size_t i = 0; i < bench->nr_sides; i++) {
		cases[i] = (struct bench_case){ .bench = bench,
						.side = &bench->sides[i],
						.spec = spec };
		case__id(bench, spec, cases[i].id, sizeof(cases[i].id));
		snprintf(cases[i].name, sizeof(cases[i].name), "%s%s%s",
			 bench->nr_sides == 1 ? "" : bench->sides[i].device.pci.bdf,
			 bench->nr_sides == 1 ? "" : " ", cases[i].id);
	}
	err = run_all(cases, bench->nr_sides, trouble);
	for (size_t i = 0; i < bench->nr_sides; i++)
		tear_down(&cases[i]);
	return err;
}
