// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/progress.h"

/* What is over sooner needs no progress. */
#define QUIET_NS NSEC_PER_SEC

/* A little less than the 200 ms at which a crew is watched, or every second time would be too soon. */
#define SHOW_NS (190 * NSEC_PER_MSEC)

#define ERASE_LINE "\r\033[K"

void bench_progress__init(struct bench_progress *progress, bool quiet)
{
	progress->on = !quiet && isatty(STDERR_FILENO);
	progress->shown = false;
	progress->started_ns = clock__now();
	progress->next_ns = progress->started_ns + QUIET_NS;
}

bool bench_progress__due(const struct bench_progress *progress)
{
	return progress->on && clock__now() >= progress->next_ns;
}

/* Of a line that wraps, ERASE_LINE would leave the beginning. */
static int columns(int most)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col || size.ws_col > most)
		return most;
	return size.ws_col - 1;
}

void bench_progress__show(struct bench_progress *progress, const char *left, const char *format,
			  ...)
{
	uint64_t now = clock__now();
	char doing[256], line[320];
	va_list args;

	va_start(args, format);
	vsnprintf(doing, sizeof(doing), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "%4llu s%s  %s", (now - progress->started_ns) / NSEC_PER_SEC,
		 left, doing);
	fprintf(stderr, ERASE_LINE "%.*s", columns(sizeof(line)), line);
	progress->shown = true;
	progress->next_ns = now + SHOW_NS;
}

void bench_progress__clear(struct bench_progress *progress)
{
	if (progress->shown)
		fputs(ERASE_LINE, stderr);
	progress->shown = false;
}
