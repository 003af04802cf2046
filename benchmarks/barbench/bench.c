// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/bench.h"
#include "benchmarks/barbench/case.h"
#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/environment.h"
#include "benchmarks/barbench/interrupt.h"
#include "benchmarks/barbench/sysfs.h"
#include "user/run/array.h"

static int set_range(const struct bench_options *options, struct bench_side *side,
		     struct trouble *trouble)
{
	uint64_t size = side->device.region->size, left;
	char name[32];

	run_region__name("pci", side->device.region->index, name, sizeof(name));
	if (options->offset >= size)
		return trouble__say(trouble, EINVAL,
				    "--offset 0x%" PRIx64 " is beyond %s, which has %" PRIu64
				    " bytes",
				    options->offset, name, size);
	left = size - options->offset;
	if (options->length > left)
		return trouble__say(trouble, EINVAL,
				    "--length 0x%" PRIx64
				    " reaches beyond %s: from offset 0x%" PRIx64 " it has %" PRIu64
				    " bytes",
				    options->length, name, options->offset, left);
	side->default_length = !options->length;
	side->offset = options->offset;
	side->length = left < BENCH_DEFAULT_LENGTH ? left : BENCH_DEFAULT_LENGTH;
	if (options->length)
		side->length = options->length;
	return 0;
}

/* Call @visit for each combination of mode, width and pattern of the group at hand, until one fails. */
static int for_each_case(struct bench *bench,
			 int (*visit)(struct bench *bench, const struct case_spec *spec,
				      struct trouble *trouble),
			 struct trouble *trouble)
{
	const struct bench_options *options = bench->options;
	const size_t per_mode = options->nr_widths * options->nr_patterns;
	struct case_spec spec;
	size_t i;
	int err = 0;

	for (i = 0; i < options->nr_modes * per_mode && !err; i++) {
		spec.mode = options->modes[i / per_mode];
		spec.width = options->widths[i % per_mode / options->nr_patterns];
		spec.pattern = options->patterns[i % options->nr_patterns];
		err = visit(bench, &spec, trouble);
	}
	return err;
}

const struct bench_listed *bench__find(const struct bench *bench, const char *id)
{
	for (size_t i = 0; i < bench->nr_cases; i++)
		if (bench->cases[i].id && !strcmp(bench->cases[i].id, id))
			return &bench->cases[i];
	return NULL;
}

/* A case has one name and one place in the run. */
static int add_id(struct bench *bench, const struct case_spec *spec, struct trouble *trouble)
{
	struct bench_listed *listed;
	char id[128];

	case__id(bench, spec, id, sizeof(id));
	if (bench__find(bench, id))
		return trouble__say(trouble, EINVAL, "%s is a case of a line before", id);
	listed = array__append(&bench->cases, &bench->nr_cases, sizeof(*bench->cases));
	if (listed)
		*listed = (struct bench_listed){ strdup(id), bench->options->until_ci };
	return listed && listed->id ? 0 : trouble__say(trouble, ENOMEM, "no memory");
}

static int check_case(struct bench *bench, const struct case_spec *spec, struct trouble *trouble)
{
	int err = add_id(bench, spec, trouble);

	for (size_t i = 0; i < bench->nr_sides && !err; i++)
		err = case__check(bench, &bench->sides[i], spec, trouble);
	return err;
}

static int run_case(struct bench *bench, const struct case_spec *spec, struct trouble *trouble)
{
	if (interrupt__pending())
		return 0;
	bench->nr_begun++;
	return case__run(bench, spec, trouble);
}

/* Make it the group at hand: its region and range on all sides. */
static int take_up(struct bench *bench, const struct bench_options *group, struct trouble *trouble)
{
	const struct bench_side *a = &bench->sides[BENCH_A], *b = &bench->sides[BENCH_B];
	int err = 0;

	bench->options = group;
	for (size_t i = 0; i < bench->nr_sides && !err; i++) {
		err = bench_device__select(&bench->sides[i].device, group->device.region, trouble);
		err = err ?: set_range(group, &bench->sides[i], trouble);
	}
	if (!err && bench->nr_sides == 2 && a->length != b->length)
		err = trouble__say(trouble, EINVAL,
				   "--ab: the regions are not of one size: give --length");
	return err;
}

static int check_group(struct bench *bench, const struct bench_options *group,
		       struct trouble *trouble)
{
	struct trouble why = { "" };
	int err = take_up(bench, group, &why);

	err = err ?: for_each_case(bench, check_case, &why);
	if (err && group->line)
		return trouble__say(trouble, -err, "%s:%u: %.400s", group->suite, group->line,
				    why.text);
	if (err)
		*trouble = why;
	return err;
}

static int record_mapping(const struct bench_side *side)
{
	struct run_setting *to = &side->run->setting;
	const char *mapping = bench_device__mapping(&side->device);

	if (to->mapping && strcmp(to->mapping, mapping))
		mapping = "unknown"; /* not one for all groups */
	free(to->mapping);
	to->mapping = strdup(mapping);
	return to->mapping ? 0 : -ENOMEM;
}

static int map_if_needed(const struct bench_options *group, struct bench_side *side,
			 struct trouble *trouble)
{
	bool mapped = false, writable = false;
	size_t i;
	int err;

	for (i = 0; i < group->nr_modes; i++) {
		const struct access_mode *mode = group->modes[i];

		mapped |= mode->mapped;
		writable |= mode->mapped && mode->dir == VS_WRITE;
	}
	if (!mapped)
		return 0;
	err = bench_device__map(&side->device, side->offset, side->length, writable, trouble);
	if (!err && record_mapping(side))
		err = trouble__say(trouble, ENOMEM, "no memory");
	return err;
}

static int run_group(struct bench *bench, const struct bench_options *group,
		     struct trouble *trouble)
{
	int err = take_up(bench, group, trouble);

	for (size_t i = 0; i < bench->nr_sides && !err; i++)
		err = map_if_needed(group, &bench->sides[i], trouble);
	err = err ?: for_each_case(bench, run_case, trouble);
	for (size_t i = 0; i < bench->nr_sides; i++)
		bench_device__unmap(&bench->sides[i].device);
	return err;
}

static int for_each_group(struct bench *bench,
			  int (*visit)(struct bench *bench, const struct bench_options *group,
				       struct trouble *trouble),
			  struct trouble *trouble)
{
	int err = 0;

	for (size_t i = 0; i < bench->suite->nr && !err; i++)
		err = visit(bench, &bench->suite->groups[i], trouble);
	return err;
}

/* What decides over the figures and is no property of a case. 0 or -ENOMEM. */
static int record_setting(const struct bench_options *options, struct run_setting *to)
{
	struct cpu_list cpus = options->cpus;
	char governors[128] = "";

	if (options->cpus_text) {
		to->cpus = strdup(options->cpus_text);
		if (!to->cpus)
			return -ENOMEM;
	}
	if (cpus.nr || !cpu_list__allowed(&cpus))
		environment__governors(SYSFS, &cpus, governors, sizeof(governors));
	if (!governors[0])
		return 0;
	to->governor = strdup(governors);
	return to->governor ? 0 : -ENOMEM;
}

static int record(const struct bench *bench, struct trouble *trouble)
{
	for (size_t i = 0; i < bench->nr_sides; i++) {
		const struct bench_side *side = &bench->sides[i];

		if (bench_device__record(&side->device, side->run) ||
		    record_setting(bench->options, &side->run->setting))
			return trouble__say(trouble, ENOMEM, "no memory");
	}
	return 0;
}

/* Before the first is opened, and so reset: whether the second can be. */
static int check_pair(const struct bench_options *options, struct trouble *trouble)
{
	struct bench_request second = options->device;
	struct pci_facts a, b;
	int err = bench_device__examine(&options->device, &a, trouble);

	second.name = options->ab;
	err = err ?: bench_device__examine(&second, &b, trouble);
	if (!err && !strcmp(a.bdf, b.bdf) && strcmp(a.bdf, DEVICE_MEMORY))
		err = trouble__say(trouble, EINVAL, "--ab: %s is the first device already", a.bdf);
	return err;
}

static int open_devices(struct bench *bench, struct run *const runs[], struct trouble *trouble)
{
	const struct bench_options *options = bench->options;
	struct bench_request request = options->device;
	int err;

	/* A ROM is asked about only if it is requested. */
	for (size_t i = 0; i < bench->suite->nr; i++)
		if (bench->suite->groups[i].device.region == VFIO_PCI_ROM_REGION_INDEX)
			request.region = VFIO_PCI_ROM_REGION_INDEX;

	err = options->ab ? check_pair(options, trouble) : 0;
	if (err)
		return err;
	bench->sides[BENCH_A].run = runs[BENCH_A];
	bench->nr_sides = 1;
	err = bench_device__open(&bench->sides[BENCH_A].device, &request, trouble);
	if (err || !options->ab)
		return err;
	request.name = options->ab;
	bench->sides[BENCH_B].run = runs[BENCH_B];
	bench->nr_sides = 2;
	return bench_device__open(&bench->sides[BENCH_B].device, &request, trouble);
}

int bench__run(struct bench *bench, const struct bench_suite *suite, struct run *const runs[],
	       struct trouble *trouble)
{
	int err;

	memset(bench, 0, sizeof(*bench));
	bench->suite = suite;
	bench->options = &suite->groups[0];
	bench->started_ns = clock__now();
	bench->pace[LEFT_NS] = 1;
	bench_progress__init(&bench->progress, bench->options->quiet);
	err = open_devices(bench, runs, trouble);
	err = err ?: for_each_group(bench, check_group, trouble);
	err = err ?: record(bench, trouble);
	if (err)
		return err;
	bench->timer_ns = clock__overhead();
	err = for_each_group(bench, run_group, trouble);
	bench_progress__clear(&bench->progress);
	return err;
}

void bench__free(struct bench *bench)
{
	for (size_t i = 0; i < bench->nr_sides; i++)
		bench_device__close(&bench->sides[i].device);
	for (size_t i = 0; i < bench->nr_cases; i++)
		free(bench->cases[i].id);
	free(bench->cases);
}
