/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loop that all modes share, as a template: it is inlined with the access itself as a constant,
 * so that a loop of 8-byte loads is a load, an add and a branch.
 */
#ifndef BARBENCH_ACCESS_LOOP_H
#define BARBENCH_ACCESS_LOOP_H

#include "benchmarks/barbench/access.h"
#include "benchmarks/barbench/clock.h"

#define access_inline static inline __attribute__((always_inline))

/* One access @at a place: target->origin and a region offset. */
typedef void access_one(const struct target *target, struct lane *lane, uint64_t at);

access_inline void access_loop__step(const struct target *target, struct lane *lane, uint64_t at,
				     access_one *one, bool timed)
{
	uint64_t start;

	if (!timed) {
		one(target, lane, at);
		return;
	}
	start = clock__now();
	one(target, lane, at);
	lane__note(lane, clock__now() - start);
}

/* @n accesses from the cursor on, without reaching beyond the end of the lap. */
access_inline void access_loop__stretch(const struct target *target, struct lane *lane, uint64_t n,
					access_one *one, bool timed)
{
	const struct pattern *pattern = lane->pattern;
	const uint64_t stride = pattern->stride;
	uint64_t at, end;
	const uint64_t *place;

	switch (pattern->kind) {
	case PATTERN_SEQ:
	case PATTERN_STRIDE:
		at = target->origin + pattern->first + lane->cursor * stride;
		for (end = at + n * stride; at != end; at += stride)
			access_loop__step(target, lane, at, one, timed);
		break;
	case PATTERN_RAND:
		place = pattern->order + lane->cursor;
		for (end = 0; end < n; end++)
			access_loop__step(target, lane, target->origin + place[end], one, timed);
		break;
	default:
		at = target->origin + pattern->first;
		for (end = 0; end < n; end++)
			access_loop__step(target, lane, at, one, timed);
	}
}

/* The target is copied: the compiler then knows that no store to the device changes it. */
access_inline void access_loop__run(struct lane *lane, uint64_t n, access_one *one, bool timed)
{
	const struct target target = lane->target;
	const uint64_t lap = lane->pattern->lap;
	uint64_t stretch;

	while (n) {
		stretch = lap - lane->cursor < n ? lap - lane->cursor : n;
		access_loop__stretch(&target, lane, stretch, one, timed);
		lane->cursor += stretch;
		if (lane->cursor == lap)
			lane->cursor = 0;
		n -= stretch;
	}
}

/* Define the pair of loops "@one##_loops" of an access; @code: attributes that its code needs. */
#define ACCESS_LOOPS_CODE(one, code)                                \
	static code void one##_plain(struct lane *lane, uint64_t n) \
	{                                                           \
		access_loop__run(lane, n, one, false);              \
	}                                                           \
	static code void one##_timed(struct lane *lane, uint64_t n) \
	{                                                           \
		access_loop__run(lane, n, one, true);               \
	}                                                           \
	static const struct access_loops one##_loops = { one##_plain, one##_timed }

#define ACCESS_LOOPS(one) ACCESS_LOOPS_CODE(one, )

#endif
