/* SPDX-License-Identifier: GPL-2.0-only */
/* A line on stderr that says what a long benchmark is doing; nothing unless it is a terminal. */
#ifndef BARBENCH_PROGRESS_H
#define BARBENCH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct bench_progress {
	bool on;
	bool shown;
	uint64_t started_ns;
};

void bench_progress__init(struct bench_progress *progress, bool quiet);
/* @share of the work is done, 0..1: so long as the rest takes at this pace is shown, too. */
void bench_progress__show(struct bench_progress *progress, double share, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void bench_progress__clear(struct bench_progress *progress);

#endif
