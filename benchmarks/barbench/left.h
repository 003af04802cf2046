/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a benchmark may still come, and how long that takes at the pace so far. */
#ifndef BARBENCH_LEFT_H
#define BARBENCH_LEFT_H

#include "benchmarks/barbench/suite.h"

/* A warm-up that is detected: windows, each this part of a repetition, and how many at most. */
#define LEFT_WARMUP_SHARE 10
#define LEFT_WARMUP_MOST 100

/* What work is measured in: each has a pace of its own. */
enum left_unit {
	LEFT_PLAIN, /* accesses of the throughput pass and the warm-up */
	LEFT_TIMED, /* accesses of the latency pass */
	LEFT_NS, /* of repetitions that are given by time */
	LEFT_UNITS,
};

struct left {
	double amount[LEFT_UNITS];
	bool at_most; /* some of it may prove unnecessary */
};

/* What of a case is over, on all sides together. */
struct left_done {
	uint32_t windows; /* of LEFT_WARMUP_MOST a side, which a warm-up that is over counts as */
	uint32_t throughput, latency; /* repetitions */
};

/* A repetition, or a part of one, of the pass in @unit, LEFT_PLAIN or LEFT_TIMED; UINT64_MAX: not given by that. */
void left__add(struct left *left, enum left_unit unit, uint64_t ops, uint64_t duration_ns,
	       double times);
/* The rest of a case of @options on @sides devices. */
void left__add_case(struct left *left, const struct bench_options *options, size_t sides,
		    const struct left_done *done);
/* All cases of @suite but the first @begun. */
void left__add_later(struct left *left, const struct bench_suite *suite, size_t sides,
		     size_t begun);

/* The time for it, if a unit takes @pace [ns], 0: not known yet. Negative: not known. */
double left__ns(const struct left *left, const double pace[LEFT_UNITS]);

/* ", at most 9 s left"; "" if it is not known. Returns @text. */
const char *left__say(double ns, bool at_most, char *text, size_t len);

#endif
