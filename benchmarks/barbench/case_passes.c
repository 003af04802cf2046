// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "benchmarks/barbench/case_state.h"
#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/crew.h"
#include "benchmarks/barbench/environment.h"
#include "benchmarks/barbench/interrupt.h"
#include "benchmarks/barbench/noise.h"
#include "benchmarks/barbench/sysfs.h"

#define WARMUP_WINDOWS 10 /* of a warm-up that is detected: that are looked at */

/* The same case on each side, while it is measured. */
struct passes {
	struct bench *bench;
	struct bench_case *cases;
	size_t nr;
	char doing[48]; /* for the progress line */
	struct left_done done;
	struct left under_way; /* the stint */
	uint64_t since_ns; /* when the stint before was over */
	/* Of the stints that are over. */
	double amount[LEFT_UNITS], took_ns[LEFT_UNITS];
};

bool case__is_gone(const struct bench_case *c)
{
	uint32_t i;

	for (i = 0; i < c->nr_lanes; i++) {
		if (lane__is_gone(&c->lanes[i]))
			return true;
	}
	return false;
}

static bool any_wanted_back(const struct passes *passes)
{
	for (size_t i = 0; i < passes->nr; i++)
		if (bench_device__wanted_back(&passes->cases[i].side->device))
			return true;
	return false;
}

static bool must_stop(const struct passes *passes)
{
	for (size_t i = 0; i < passes->nr; i++)
		if (case__is_gone(&passes->cases[i]))
			return true;
	return interrupt__pending() || any_wanted_back(passes);
}

/* All that may still come, less what is over of the stint under way. */
static double find_left(const struct passes *passes, bool *at_most)
{
	const struct bench *bench = passes->bench;
	double passed = (double)(clock__now() - passes->since_ns);
	double under_way = left__ns(&passes->under_way, bench->pace), all;
	struct left left = { .at_most = false };

	left__add_case(&left, bench->options, passes->nr, &passes->done);
	left__add_later(&left, bench->suite, passes->nr, bench->nr_begun);
	all = left__ns(&left, bench->pace);
	*at_most = left.at_most;
	return all < 0 ? all : all - (passed < under_way ? passed : under_way);
}

static void show_progress(const struct passes *passes)
{
	struct bench *bench = passes->bench;
	char text[64];
	bool at_most;
	double ns;

	if (!bench_progress__due(&bench->progress))
		return;
	ns = find_left(passes, &at_most);
	bench_progress__show(&bench->progress, left__say(ns, at_most, text, sizeof(text)),
			     "case %zu of %zu  %s  %s", bench->nr_begun, bench->nr_cases,
			     passes->cases->id, passes->doing);
}

/* While the crew works: say what it does, and whether to stop. */
static bool watch(void *arg)
{
	const struct passes *passes = arg;

	show_progress(passes);
	return any_wanted_back(passes);
}

/* Of the whole time from stint to stint: short ones take less than what is between them. */
static void note_pace(struct passes *passes)
{
	struct bench *bench = passes->bench;
	uint64_t now = clock__now();
	double took_ns = (double)(now - passes->since_ns);

	passes->since_ns = now;
	for (int unit = 0; unit < LEFT_UNITS; unit++) {
		if (!(passes->under_way.amount[unit] > 0))
			continue;
		passes->amount[unit] += passes->under_way.amount[unit];
		passes->took_ns[unit] += took_ns;
		bench->pace[unit] = passes->took_ns[unit] / passes->amount[unit];
	}
	if (!(passes->amount[LEFT_TIMED] > 0) && bench->pace[LEFT_PLAIN] > 0)
		bench->pace[LEFT_TIMED] = bench->pace[LEFT_PLAIN] + (double)bench->timer_ns;
}

static void run_stint(struct passes *passes, struct bench_case *c, enum left_unit unit,
		      uint64_t ops, uint64_t duration_ns, struct stint_result *result)
{
	const struct access_mode *mode = c->spec->mode;
	bool batch = c->bench->options->flush == FLUSH_BATCH && mode->dir == VS_WRITE;
	struct stint stint = {
		.loop = unit == LEFT_TIMED ? c->loops->timed : c->loops->plain,
		.at_end = batch ? mode->read_back : NULL,
		.ops = ops,
		.duration_ns = duration_ns,
	};

	crew__work(c->crew, &stint, watch, passes, result);
}

static void work(struct passes *passes, struct bench_case *c, enum left_unit unit, uint64_t ops,
		 uint64_t duration_ns, struct stint_result *result)
{
	passes->under_way = (struct left){ .at_most = false };
	left__add(&passes->under_way, unit, ops, duration_ns, 1);
	show_progress(passes);
	run_stint(passes, c, unit, ops, duration_ns, result);
	note_pace(passes);
}

/*
 * The first access to a BAR makes the kernel request and map it; threads that do so at the same
 * time can get EBUSY.
 */
static void touch(struct passes *passes, struct bench_case *c)
{
	struct stint_result ignored;

	if (c->nr_lanes > 1)
		run_stint(passes, c, LEFT_PLAIN, 1, UINT64_MAX, &ignored);
}

static uint64_t tenth(uint64_t whole)
{
	return whole == UINT64_MAX ? whole : whole / LEFT_WARMUP_SHARE ?: 1;
}

/* Until the last windows are steady. */
static int warm_up_steadily(struct passes *passes, struct bench_case *c)
{
	const struct bench_options *options = c->bench->options;
	double times[WARMUP_WINDOWS];
	struct stint_result result;
	bool steady = false;
	size_t nr = 0;
	int err = 0;

	int window;

	for (window = 0; !err && !steady && window < LEFT_WARMUP_MOST && !must_stop(passes);
	     window++) {
		work(passes, c, LEFT_PLAIN, tenth(options->count), tenth(options->duration_ns),
		     &result);
		c->warmup_operations += result.ops;
		passes->done.windows++;
		if (!result.ops)
			continue;
		if (nr == WARMUP_WINDOWS)
			memmove(times, times + 1, --nr * sizeof(*times));
		times[nr++] = (double)result.elapsed_ns / (double)result.ops;
		if (nr == WARMUP_WINDOWS)
			err = noise__steady(times, nr, &steady);
	}
	if (steady || window == LEFT_WARMUP_MOST)
		c->warmup = steady ? "steady" : "limit";
	return err;
}

static int warm_up(struct passes *passes, struct bench_case *c)
{
	const struct bench_options *options = c->bench->options;
	struct stint_result result = { 0 };

	if (options->warmup == OPTIONS_WARMUP_AUTO)
		return warm_up_steadily(passes, c);
	if (options->warmup)
		work(passes, c, LEFT_PLAIN, options->warmup, UINT64_MAX, &result);
	c->warmup_operations = result.ops;
	if (result.ops == options->warmup)
		c->warmup = "count";
	return 0;
}

/* One that was cut short is no sample: a median would count it as much as a whole one. */
static void sample_throughput(struct passes *passes, struct bench_case *c)
{
	const struct bench_options *options = c->bench->options;
	struct stint_result result;

	work(passes, c, LEFT_PLAIN, options->count, options->duration_ns, &result);
	if (!result.whole || !result.ops || !result.elapsed_ns)
		return;
	c->samples[c->nr_samples].ops = result.ops;
	c->samples[c->nr_samples++].elapsed_ns = result.elapsed_ns;
}

static void time_each(struct passes *passes, struct bench_case *c)
{
	const struct bench_options *options = c->bench->options;
	struct stint_result ignored;

	work(passes, c, LEFT_TIMED, options->count, options->duration_ns, &ignored);
}

/* Repetition @rep on each side: now A first, now B. @done counts. */
static void in_turn(struct passes *passes, uint32_t rep,
		    void (*repetition)(struct passes *passes, struct bench_case *c), uint32_t *done)
{
	for (size_t i = 0; i < passes->nr && !must_stop(passes); i++, ++*done)
		repetition(passes, &passes->cases[rep % 2 ? passes->nr - 1 - i : i]);
}

/* What --until-ci is about: the interval of the median, or with two sides that of the shift. */
static int find_margin(const struct passes *passes, double *margin)
{
	const struct bench_case *a = &passes->cases[0], *b = &passes->cases[passes->nr - 1];
	struct run_case case_a = { .samples = a->samples, .nr_samples = a->nr_samples };
	struct run_case case_b = { .samples = b->samples, .nr_samples = b->nr_samples };
	struct noise_shift shift;
	struct noise noise;
	int err = passes->nr == 1 ? noise__of(a->samples, a->nr_samples, &noise)
				  : noise__shift(&case_a, &case_b, &shift);

	if (!err)
		*margin = passes->nr == 1 ? noise.margin : shift.margin;
	return err == -ENOENT ? 0 : err;
}

static int measure_throughput(struct passes *passes)
{
	const struct bench_options *options = passes->bench->options;
	uint32_t most = bench_options__most_reps(options);
	double margin = 1;
	int err = 0;

	for (uint32_t rep = 0; rep < most && !err && !must_stop(passes); rep++) {
		if (rep >= options->reps && margin <= options->until_ci)
			break;
		snprintf(passes->doing, sizeof(passes->doing),
			 "throughput %" PRIu32 " of %s%" PRIu32, rep + 1,
			 options->until_ci ? "at most " : "", most);
		in_turn(passes, rep, sample_throughput, &passes->done.throughput);
		if (options->until_ci)
			err = find_margin(passes, &margin);
	}
	passes->done.throughput = most * (uint32_t)passes->nr;
	return err;
}

static void measure_latency(struct passes *passes)
{
	const struct bench_options *options = passes->bench->options;

	for (uint32_t rep = 0; rep < options->reps && !must_stop(passes); rep++) {
		snprintf(passes->doing, sizeof(passes->doing), "latency %" PRIu32 " of %" PRIu32,
			 rep + 1, options->reps);
		in_turn(passes, rep, time_each, &passes->done.latency);
	}
}

/* Of threads that are not pinned nobody knows where they were. */
static void note_frequency(struct passes *passes)
{
	const struct bench_options *options = passes->bench->options;
	struct cpu_list cpus = options->cpus;

	if (cpus.nr > options->threads)
		cpus.nr = options->threads;
	for (size_t i = 0; i < passes->nr; i++)
		environment__frequency(SYSFS, &cpus, &passes->cases[i].cpu_khz);
}

int case__measure(struct bench_case *cases, size_t nr)
{
	const struct bench_options *options = cases->bench->options;
	struct passes passes = {
		.bench = cases->bench,
		.cases = cases,
		.nr = nr,
		.doing = "warm-up",
	};
	int err = 0;

	for (size_t i = 0; i < nr; i++)
		touch(&passes, &cases[i]);
	passes.since_ns = clock__now();
	for (size_t i = 0; i < nr && !err && !must_stop(&passes); i++) {
		err = warm_up(&passes, &cases[i]);
		passes.done.windows = ((uint32_t)i + 1) * LEFT_WARMUP_MOST;
	}
	note_frequency(&passes);
	if (!err && options->throughput)
		err = measure_throughput(&passes);
	if (!err && options->latency)
		measure_latency(&passes);
	note_frequency(&passes);
	return err;
}
