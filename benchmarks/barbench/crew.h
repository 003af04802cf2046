/* SPDX-License-Identifier: GPL-2.0-only */
/* The threads that make the accesses of a case, one lane each; the calling thread only watches. */
#ifndef BARBENCH_CREW_H
#define BARBENCH_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "benchmarks/barbench/access.h"
#include "benchmarks/barbench/cpu_list.h"

/* A stretch of work for the whole crew: ends after @ops accesses or after @duration_ns. */
struct stint {
	access_loop *loop;
	/*
	 * NULL, or what each lane that made accesses does with its last one before its clock stops:
	 * access_mode.read_back, so that the time is that until stores have arrived.
	 */
	void (*at_end)(const struct target *target, struct lane *lane, uint64_t at);
	uint64_t ops; /* of all lanes together; UINT64_MAX: by time */
	uint64_t duration_ns; /* UINT64_MAX: by count */
};

struct stint_result {
	uint64_t ops; /* made, failed ones included */
	uint64_t elapsed_ns; /* from the first thread's start to the last one's end */
	bool whole; /* no thread was stopped before its share was done or the time was over */
};

struct crew;

/*
 * Threads for @nr lanes, which stay the caller's, each pinned to its CPU of @cpus (NULL: none is).
 * 0 or a negative errno.
 */
int crew__start(struct crew **crew, struct lane *lanes, uint32_t nr, const struct cpu_list *cpus);

/*
 * Work until the stint is over, an interrupt is pending, the device is gone or @watch, called every
 * 200 ms from this thread, returns true.
 */
void crew__work(struct crew *crew, const struct stint *stint, bool (*watch)(void *arg), void *arg,
		struct stint_result *result);

void crew__stop(struct crew *crew); /* joins and frees; NULL-safe */

#endif
