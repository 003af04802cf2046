// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>

#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/left.h"

void left__add(struct left *left, enum left_unit unit, uint64_t ops, uint64_t duration_ns,
	       double times)
{
	if (duration_ns != UINT64_MAX)
		left->amount[LEFT_NS] += times * (double)duration_ns;
	else
		left->amount[unit] += times * (double)ops;
}

static void add_repetitions(struct left *left, const struct bench_options *options,
			    enum left_unit unit, double nr)
{
	left__add(left, unit, options->count, options->duration_ns, nr);
}

static void add_warmup(struct left *left, const struct bench_options *options, double nr)
{
	if (options->warmup != OPTIONS_WARMUP_AUTO) {
		left__add(left, LEFT_PLAIN, options->warmup, UINT64_MAX, nr);
		return;
	}
	add_repetitions(left, options, LEFT_PLAIN, nr * LEFT_WARMUP_MOST / LEFT_WARMUP_SHARE);
	left->at_most |= nr > 0;
}

void left__add_case(struct left *left, const struct bench_options *options, size_t sides,
		    const struct left_done *done)
{
	double throughput = (double)sides * bench_options__most_reps(options) - done->throughput;
	double latency = (double)sides * options->reps - done->latency;

	add_warmup(left, options, (double)sides - (double)done->windows / LEFT_WARMUP_MOST);
	if (options->throughput) {
		add_repetitions(left, options, LEFT_PLAIN, throughput);
		left->at_most |= options->until_ci && throughput > 0;
	}
	if (options->latency)
		add_repetitions(left, options, LEFT_TIMED, latency);
}

void left__add_later(struct left *left, const struct bench_suite *suite, size_t sides, size_t begun)
{
	const struct left_done nothing = { 0 };

	for (size_t i = 0; i < suite->nr; i++) {
		const struct bench_options *group = &suite->groups[i];
		size_t cases = group->nr_modes * group->nr_widths * group->nr_patterns;
		size_t over = begun < cases ? begun : cases;
		struct left one = { .at_most = false };

		begun -= over;
		if (over == cases)
			continue;
		left__add_case(&one, group, sides, &nothing);
		for (int unit = 0; unit < LEFT_UNITS; unit++)
			left->amount[unit] += (double)(cases - over) * one.amount[unit];
		left->at_most |= one.at_most;
	}
}

double left__ns(const struct left *left, const double pace[LEFT_UNITS])
{
	double ns = 0;

	for (int unit = 0; unit < LEFT_UNITS; unit++) {
		if (left->amount[unit] > 0 && !(pace[unit] > 0))
			return -1;
		ns += left->amount[unit] * pace[unit];
	}
	return ns;
}

const char *left__say(double ns, bool at_most, char *text, size_t len)
{
	text[0] = '\0';
	if (ns >= 0)
		snprintf(text, len, ", %s %.0f s left", at_most ? "at most" : "about",
			 ceil(ns / NSEC_PER_SEC));
	return text;
}
