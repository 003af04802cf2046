// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "user/analyze/compare.h"

#define NAME(names, value) ((value) < sizeof(names) / sizeof((names)[0]) ? (names)[value] : NULL)

static const char *const facts[] = {
	[COMPARE_KERNEL] = "kernel", [COMPARE_MACHINE] = "machine", [COMPARE_ATTACH] = "attach",
	[COMPARE_DEVICE] = "device", [COMPARE_DRIVER] = "driver",   [COMPARE_SETTING] = "setting",
	[COMPARE_TOOL] = "tool",
};

const char *compare_kind__name(unsigned int kind)
{
	static const char *const names[] = {
		[COMPARE_TRACE] = "trace", [COMPARE_BENCH] = "bench", [COMPARE_COMMANDS] = "commands"
	};

	return NAME(names, kind);
}

const char *compare_metric__name(unsigned int metric)
{
	static const char *const names[] = {
		[COMPARE_MEAN] = "mean",
		[COMPARE_P50] = "p50",
		[COMPARE_P90] = "p90",
		[COMPARE_P99] = "p99",
		[COMPARE_P999] = "p99.9",
		[COMPARE_THROUGHPUT] = "throughput",
		[COMPARE_ERROR_RATE] = "error rate",
	};

	return NAME(names, metric);
}

const char *compare_verdict__name(unsigned int verdict)
{
	static const char *const names[] = {
		[COMPARE_REGRESSION] = "regression",	       [COMPARE_UNDECIDED] = "undecided",
		[COMPARE_IMPROVEMENT] = "improvement",	       [COMPARE_SMALL] = "within noise",
		[COMPARE_NOT_SIGNIFICANT] = "not significant", [COMPARE_EQUIVALENT] = "equivalent",
		[COMPARE_NO_VERDICT] = "no verdict",
	};

	return NAME(names, verdict);
}

const char *compare_fact__name(unsigned int fact)
{
	return NAME(facts, fact);
}

/* Slower or faster by these is no property of what is compared. */
bool compare_fact__refuses(enum compare_fact_kind fact)
{
	return fact == COMPARE_KERNEL || fact == COMPARE_MACHINE || fact == COMPARE_ATTACH;
}

int compare_fact__parse(const char *name)
{
	for (size_t i = 0; i < COMPARE_FACTS; i++)
		if (compare_fact__refuses(i) && !strcmp(facts[i], name))
			return (int)i;
	return -EINVAL;
}

bool compare_metric__grows_worse(enum compare_metric metric)
{
	return metric != COMPARE_THROUGHPUT;
}

bool compare_metric__is_quantile(enum compare_metric metric)
{
	return metric >= COMPARE_P50 && metric <= COMPARE_P999;
}

bool compare_metric__is_exact(enum compare_metric metric)
{
	return metric == COMPARE_MEAN || metric == COMPARE_THROUGHPUT;
}
