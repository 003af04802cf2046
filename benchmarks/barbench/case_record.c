// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/case_state.h"
#include "benchmarks/barbench/table.h"

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

/* Accesses of the loops alone. */
static uint64_t count_made(const struct bench_case *c)
{
	uint64_t made = 0;
	uint32_t i;

	for (i = 0; i < c->nr_lanes; i++)
		made += c->lanes[i].operations;
	return made;
}

/* A read-back that is part of each access was made as often as these. */
static uint64_t count_read_backs(const struct bench_case *c)
{
	uint64_t read_backs = c->shape.read_back ? count_made(c) : 0;
	uint32_t i;

	for (i = 0; i < c->nr_lanes; i++)
		read_backs += c->lanes[i].read_backs;
	return read_backs;
}

static uint64_t count_operations(const struct bench_case *c)
{
	return count_made(c) + count_read_backs(c) + c->preserve.accesses;
}

/* A case without a single access that worked measured nothing but refusals. */
static void note_refusal(const struct bench_case *c, const struct tally *tally)
{
	struct trouble *refused = &c->bench->refused;
	uint64_t made = count_made(c);

	if (!made || tally->errors + tally->shorts < made || refused->text[0])
		return;
	trouble__say(refused, EIO,
		     "%s: all %" PRIu64 " accesses failed (%s); --allow-errors accepts that",
		     c->name, made,
		     tally->nr_errnos ? bench_table__errno_name(tally->errnos[0].err) : "short");
}

static int record_errors(const struct bench_case *c, struct run_case *to)
{
	struct tally tally = { 0 };
	uint32_t i;

	for (i = 0; i < c->nr_lanes; i++)
		tally__merge(&tally, &c->lanes[i].tally);
	note_refusal(c, &tally);
	for (i = 0; i < c->nr_lanes; i++)
		tally__merge(&tally, &c->lanes[i].read_back_tally);
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

static int record_words(const struct bench_case *c, struct run_case *to)
{
	const struct bench_options *options = c->bench->options;
	char pattern[PATTERN_NAME_LEN];

	to->id = strdup(c->id);
	to->mode = strdup(c->spec->mode->name);
	to->pattern = strdup(pattern__name(&c->spec->pattern, pattern, sizeof(pattern)));
	to->warmup = c->warmup ? strdup(c->warmup) : NULL;
	if (!to->id || !to->mode || !to->pattern || (c->warmup && !to->warmup))
		return -ENOMEM;
	if (c->spec->mode->dir == VS_READ)
		return 0;
	to->flush = strdup(access_flush__name(options->flush));
	return to->flush ? 0 : -ENOMEM;
}

int case__record(struct bench_case *c)
{
	const struct bench *bench = c->bench;
	const struct bench_side *side = c->side;
	struct run_case *to;
	int err;

	if (!count_operations(c))
		return 0;
	to = run__add_case(side->run);
	if (!to)
		return -ENOMEM;
	to->region = side->device.region->index;
	to->width = c->spec->width;
	to->access_width = (uint32_t)c->shape.unit;
	to->offset = side->offset;
	to->length = side->length;
	to->threads = bench->options->threads;
	to->operations = count_operations(c);
	to->issued = c->spec->mode->mapped ? 0 : to->operations;
	to->read_backs = count_read_backs(c);
	to->warmup_operations = c->warmup_operations;
	to->cpu_khz = c->cpu_khz;
	to->samples = c->samples;
	to->nr_samples = c->nr_samples;
	c->samples = NULL;
	err = record_words(c, to);
	if (!err)
		err = record_errors(c, to);
	if (err || !bench->options->latency)
		return err;
	to->timer_ns = bench->timer_ns;
	return record_latency(c, &to->latency);
}
