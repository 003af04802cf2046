// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/progress.h"

/* What is over sooner needs no progress. */
#define QUIET_NS NSEC_PER_SEC

#define ERASE_LINE "\r\033[K"

void bench_progress__init(struct bench_progress *progress, bool quiet)
{
	progress->on = !quiet && isatty(STDERR_FILENO);
	progress->shown = false;
	progress->started_ns = clock__now();
}

void bench_progress__show(struct bench_progress *progress, double share, const char *format, ...)
{
	uint64_t now = clock__now();
	double passed = (double)(now - progress->started_ns) / NSEC_PER_SEC;
	va_list args;

	if (!progress->on || now - progress->started_ns < QUIET_NS)
		return;
	fprintf(stderr, ERASE_LINE "%4llu s  ", (now - progress->started_ns) / NSEC_PER_SEC);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (share > 0)
		fprintf(stderr, "  about %.0f s left", passed / share * (1 - share));
	progress->shown = true;
}

void bench_progress__clear(struct bench_progress *progress)
{
	if (progress->shown)
		fputs(ERASE_LINE, stderr);
	progress->shown = false;
}
