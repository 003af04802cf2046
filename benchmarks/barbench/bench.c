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

static int set_range(struct bench *bench, struct trouble *trouble)
{
	const struct bench_options *options = bench->options;
	uint64_t size = bench->device.region->size, left;
	char name[32];

	run_region__name("pci", bench->device.region->index, name, sizeof(name));
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
	bench->default_length = !options->length;
	bench->offset = options->offset;
	bench->length = left < BENCH_DEFAULT_LENGTH ? left : BENCH_DEFAULT_LENGTH;
	if (options->length)
		bench->length = options->length;
	return 0;
}

/* Call @visit for each combination of mode, width and pattern, until one fails. */
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

static int check_case(struct bench *bench, const struct case_spec *spec, struct trouble *trouble)
{
	bench->nr_cases++;
	return case__check(bench, spec, trouble);
}

static int run_case(struct bench *bench, const struct case_spec *spec, struct trouble *trouble)
{
	if (interrupt__pending())
		return 0;
	bench->nr_begun++;
	return case__run(bench, spec, trouble);
}

static int map_if_needed(struct bench *bench, struct trouble *trouble)
{
	bool mapped = false, writable = false;
	size_t i;

	for (i = 0; i < bench->options->nr_modes; i++) {
		const struct access_mode *mode = bench->options->modes[i];

		mapped |= mode->mapped;
		writable |= mode->mapped && mode->dir == VS_WRITE;
	}
	if (!mapped)
		return 0;
	return bench_device__map(&bench->device, bench->offset, bench->length, writable, trouble);
}

/* What decides over the figures and is no property of a case. 0 or -ENOMEM. */
static int record_setting(const struct bench *bench)
{
	const struct bench_options *options = bench->options;
	struct run_setting *to = &bench->run->setting;
	struct cpu_list cpus = options->cpus;
	char governors[128] = "";

	if (bench->device.mapping) {
		to->mapping = strdup(bench_device__mapping(&bench->device));
		if (!to->mapping)
			return -ENOMEM;
	}
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

int bench__run(struct bench *bench, const struct bench_options *options, struct run *run,
	       struct trouble *trouble)
{
	int err;

	memset(bench, 0, sizeof(*bench));
	bench->options = options;
	bench->run = run;
	bench->started_ns = clock__now();
	bench_progress__init(&bench->progress, options->quiet);
	err = bench_device__open(&bench->device, &options->device, trouble);
	if (!err)
		err = set_range(bench, trouble);
	if (!err)
		err = for_each_case(bench, check_case, trouble);
	if (!err)
		err = map_if_needed(bench, trouble);
	if (err)
		return err;
	if (bench_device__record(&bench->device, run) || record_setting(bench))
		return trouble__say(trouble, ENOMEM, "no memory");
	bench->timer_ns = clock__overhead();
	err = for_each_case(bench, run_case, trouble);
	bench_progress__clear(&bench->progress);
	return err;
}

void bench__free(struct bench *bench)
{
	bench_device__close(&bench->device);
}
