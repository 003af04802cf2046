// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/case.h"
#include "benchmarks/barbench/crew.h"
#include "benchmarks/barbench/interrupt.h"
#include "benchmarks/barbench/preserve.h"
#include "benchmarks/barbench/table.h"

/* A case while it runs. */
struct bench_case {
	struct bench *bench;
	const struct case_spec *spec;
	const struct access_loops *loops;
	char id[80];
	char doing[32]; /* for the progress line */
	struct target target;
	struct pattern pattern;
	struct preserve preserve;
	struct lane *lanes;
	uint32_t nr_lanes;
	struct crew *crew;
	struct run_sample *samples;
	size_t nr_samples;
};

void case__id(const struct bench *bench, const struct case_spec *spec, char *id, size_t len)
{
	char region[32];

	run_region__name("pci", bench->device.region->index, region, sizeof(region));
	snprintf(id, len, "%s/%s/%" PRIu64 "/%s/%" PRIu32, region, spec->mode->name, spec->width,
		 pattern__name(spec->pattern), bench->options->threads);
}

static int check_flags(const struct bench *bench, const struct case_spec *spec,
		       struct trouble *trouble)
{
	const struct bench_region *region = bench->device.region;
	bool put_back_later = spec->mode->dir == VS_WRITE && bench->options->restore;
	char name[32];

	run_region__name("pci", region->index, name, sizeof(name));
	if (spec->mode->dir == VS_WRITE && !(region->flags & VFIO_REGION_INFO_FLAG_WRITE))
		return trouble__say(trouble, EINVAL, "%s cannot be written", name);
	if ((spec->mode->dir == VS_READ || put_back_later) &&
	    !(region->flags & VFIO_REGION_INFO_FLAG_READ))
		return trouble__say(trouble, EINVAL, "%s cannot be read%s", name,
				    put_back_later ? ", so not be put back: give --no-restore"
						   : "");
	return 0;
}

int case__check(const struct bench *bench, const struct case_spec *spec, struct trouble *trouble)
{
	uint64_t align = spec->width < sizeof(uint64_t) ? spec->width : sizeof(uint64_t);

	if (spec->width > bench->length)
		return trouble__say(trouble, EINVAL,
				    "--width %" PRIu64 " does not fit the range of %" PRIu64
				    " bytes",
				    spec->width, bench->length);
	if (spec->mode->mapped && bench->offset % align)
		return trouble__say(trouble, EINVAL,
				    "--offset 0x%" PRIx64
				    " is not aligned for --mode %s --width %" PRIu64,
				    bench->offset, spec->mode->name, spec->width);
	return check_flags(bench, spec, trouble);
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
	return crew__start(&c->crew, c->lanes, nr);
}

static int set_up(struct bench_case *c, struct trouble *trouble)
{
	const struct case_spec *spec = c->spec;
	const struct bench_options *options = c->bench->options;
	int err;

	c->loops = spec->mode->loops(spec->width);
	c->target.fd = c->bench->device.fd;
	c->target.base = c->bench->device.region->offset;
	c->target.map = c->bench->device.map;
	c->target.width = spec->width;
	c->samples = calloc(options->reps, sizeof(*c->samples));
	err = c->samples ? 0 : -ENOMEM;
	if (!err)
		err = pattern__init(&c->pattern, spec->pattern, spec->width, c->bench->offset,
				    c->bench->length, options->seed);
	if (!err)
		err = set_up_lanes(c);
	if (err)
		return trouble__say(trouble, -err, "%s: %s", c->id, strerror(-err));
	return 0;
}

static int save(struct bench_case *c, struct trouble *trouble)
{
	const struct access_mode *mode = c->spec->mode;
	uint64_t span = pattern__span(&c->pattern, c->spec->width);
	int err;

	if (mode->dir != VS_WRITE || !c->bench->options->restore)
		return 0;
	err = preserve__save(&c->preserve, mode, &c->target, c->pattern.first, span);
	if (err) {
		c->preserve.length = 0; /* nothing was overwritten yet */
		return trouble__say(trouble, -err,
				    "%s: cannot read what would be overwritten (%s); --no-restore "
				    "writes without",
				    c->id, strerror(-err));
	}
	return 0;
}

static int put_back(struct bench_case *c, struct trouble *trouble)
{
	int err = preserve__restore(&c->preserve, c->spec->mode, &c->target);

	if (!err)
		return 0;
	return trouble__say(trouble, -err,
			    "%s: could not put back %" PRIu64 " bytes at offset 0x%" PRIx64 ": %s",
			    c->id, c->preserve.length, c->preserve.offset, strerror(-err));
}

/* While the crew works: say what it does, and whether to stop. */
static bool watch(void *arg)
{
	struct bench_case *c = arg;
	struct bench *bench = c->bench;

	bench_progress__show(&bench->progress, "case %zu of %zu  %s  %s", bench->nr_begun,
			     bench->nr_cases, c->id, c->doing);
	return bench_device__wanted_back(&bench->device);
}

static bool is_gone(const struct bench_case *c)
{
	uint32_t i;

	for (i = 0; i < c->nr_lanes; i++) {
		if (c->lanes[i].tally.gone)
			return true;
	}
	return false;
}

static bool must_stop(const struct bench_case *c)
{
	return interrupt__pending() || is_gone(c) || bench_device__wanted_back(&c->bench->device);
}

static void work(struct bench_case *c, access_loop *loop, uint64_t ops, uint64_t duration_ns,
		 struct stint_result *result)
{
	struct stint stint = { .loop = loop, .ops = ops, .duration_ns = duration_ns };

	crew__work(c->crew, &stint, watch, c, result);
}

/*
 * The first access to a BAR makes the kernel request and map it; threads that do so at the same
 * time can get EBUSY.
 */
static void touch(struct bench_case *c)
{
	struct stint_result ignored;

	if (c->nr_lanes > 1)
		work(c, c->loops->plain, 1, UINT64_MAX, &ignored);
}

static void warm_up(struct bench_case *c)
{
	struct stint_result ignored;

	snprintf(c->doing, sizeof(c->doing), "warm-up");
	if (c->bench->options->warmup)
		work(c, c->loops->plain, c->bench->options->warmup, UINT64_MAX, &ignored);
}

static void measure_throughput(struct bench_case *c)
{
	const struct bench_options *options = c->bench->options;
	struct stint_result result;
	uint32_t rep;

	for (rep = 0; rep < options->reps && !must_stop(c); rep++) {
		snprintf(c->doing, sizeof(c->doing), "throughput %" PRIu32 " of %" PRIu32, rep + 1,
			 options->reps);
		work(c, c->loops->plain, options->count, options->duration_ns, &result);
		if (!result.ops || !result.elapsed_ns)
			continue;
		c->samples[c->nr_samples].ops = result.ops;
		c->samples[c->nr_samples++].elapsed_ns = result.elapsed_ns;
	}
}

static void measure_latency(struct bench_case *c)
{
	const struct bench_options *options = c->bench->options;
	struct stint_result ignored;
	uint32_t rep;

	for (rep = 0; rep < options->reps && !must_stop(c); rep++) {
		snprintf(c->doing, sizeof(c->doing), "latency %" PRIu32 " of %" PRIu32, rep + 1,
			 options->reps);
		work(c, c->loops->timed, options->count, options->duration_ns, &ignored);
	}
}

static void measure(struct bench_case *c)
{
	touch(c);
	if (!must_stop(c))
		warm_up(c);
	if (c->bench->options->throughput)
		measure_throughput(c);
	if (c->bench->options->latency)
		measure_latency(c);
}

/* The sum of all lanes' latencies. */
static int record_latency(const struct bench_case *c, struct run_latency *latency)
{
	uint64_t *dense = calloc(VS_HIST_BUCKETS, sizeof(*dense));
	uint64_t min_ns = UINT64_MAX, max_ns = 0, sum_ns = 0;
	uint32_t i, bucket;
	int err;

	if (!dense)
		return -ENOMEM;
	for (i = 0; i < c->nr_lanes; i++) {
		const struct lane *lane = &c->lanes[i];

		for (bucket = 0; bucket < VS_HIST_BUCKETS; bucket++)
			dense[bucket] += lane->buckets[bucket];
		sum_ns += lane->sum_ns;
		if (lane->min_ns < min_ns)
			min_ns = lane->min_ns;
		if (lane->max_ns > max_ns)
			max_ns = lane->max_ns;
	}
	err = run_latency__from_dense(latency, dense);
	if (!err && latency->nr_buckets) {
		latency->min_ns = min_ns;
		latency->max_ns = max_ns;
		latency->sum_ns = sum_ns;
	}
	free(dense);
	return err;
}

static uint64_t count_operations(const struct bench_case *c)
{
	uint64_t operations = c->preserve.accesses;
	uint32_t i;

	for (i = 0; i < c->nr_lanes; i++)
		operations += c->lanes[i].operations;
	return operations;
}

/* A case without a single access that worked measured nothing but refusals. */
static void note_refusal(const struct bench_case *c, const struct tally *tally)
{
	struct trouble *refused = &c->bench->refused;
	uint64_t made = count_operations(c) - c->preserve.accesses;

	if (!made || tally->errors + tally->shorts < made || refused->text[0])
		return;
	trouble__say(refused, EIO,
		     "%s: all %" PRIu64 " accesses failed (%s); --allow-errors accepts that", c->id,
		     made,
		     tally->nr_errnos ? bench_table__errno_name(tally->errnos[0].err) : "short");
}

static int record_errors(const struct bench_case *c, struct run_case *to)
{
	struct tally tally = { 0 };
	uint32_t i;

	for (i = 0; i < c->nr_lanes; i++)
		tally__merge(&tally, &c->lanes[i].tally);
	note_refusal(c, &tally);
	tally__merge(&tally, &c->preserve.tally);
	to->errors = tally.errors;
	to->shorts = tally.shorts;
	if (!tally.nr_errnos)
		return 0;
	to->errnos = malloc(tally.nr_errnos * sizeof(*to->errnos));
	if (!to->errnos)
		return -ENOMEM;
	memcpy(to->errnos, tally.errnos, tally.nr_errnos * sizeof(*to->errnos));
	to->nr_errnos = tally.nr_errnos;
	return 0;
}

static int record(struct bench_case *c)
{
	const struct bench *bench = c->bench;
	struct run_case *to;
	int err;

	if (!count_operations(c))
		return 0;
	to = run__add_case(bench->run);
	if (!to)
		return -ENOMEM;
	to->region = bench->device.region->index;
	to->width = c->spec->width;
	to->offset = bench->offset;
	to->length = bench->length;
	to->threads = bench->options->threads;
	to->operations = count_operations(c);
	to->issued = c->spec->mode->mapped ? 0 : to->operations;
	to->samples = c->samples;
	to->nr_samples = c->nr_samples;
	c->samples = NULL;
	to->id = strdup(c->id);
	to->mode = strdup(c->spec->mode->name);
	to->pattern = strdup(pattern__name(c->spec->pattern));
	if (!to->id || !to->mode || !to->pattern)
		return -ENOMEM;
	err = record_errors(c, to);
	if (err || !bench->options->latency)
		return err;
	to->timer_ns = bench->timer_ns;
	return record_latency(c, &to->latency);
}

static int explain_stop(const struct bench_case *c, struct trouble *trouble)
{
	const char *device = c->bench->device.pci.bdf;

	if (is_gone(c))
		return trouble__say(trouble, ENODEV,
				    "%s vanished, or its memory was disabled, during %s", device,
				    c->id);
	if (bench_device__wanted_back(&c->bench->device))
		return trouble__say(trouble, ENODEV,
				    "%s is wanted back (unbound or unplugged): stopped during %s",
				    device, c->id);
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

int case__run(struct bench *bench, const struct case_spec *spec, struct trouble *trouble)
{
	struct bench_case c = { .bench = bench, .spec = spec };
	int err, stop;

	case__id(bench, spec, c.id, sizeof(c.id));
	err = set_up(&c, trouble);
	if (err)
		goto cleanup;
	err = save(&c, trouble);
	if (!err) {
		measure(&c);
		stop = explain_stop(&c, trouble);
		err = put_back(&c, trouble);
		err = err ? err : stop;
	}
	if (record(&c))
		err = trouble__say(trouble, ENOMEM, "no memory");
cleanup:
	tear_down(&c);
	return err;
}
