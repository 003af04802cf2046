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
	uint64_t next_ns; /* not before */
};

void bench_progress__init(struct bench_progress *progress, bool quiet);
/* Whether the line is to be shown now; cheap, to be asked as often as one likes. */
bool bench_progress__due(const struct bench_progress *progress);
/* @left: what follows the time passed. */
void bench_progress__show(struct bench_progress *progress, const char *left, const char *format,
			  ...) __attribute__((format(printf, 3, 4)));
void bench_progress__clear(struct bench_progress *progress);

#endif
