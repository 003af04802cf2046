/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread's place in a case: what it accesses, in which order, and what came of it. */
#ifndef BARBENCH_LANE_H
#define BARBENCH_LANE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "benchmarks/barbench/pattern.h"
#include "bpf/histogram.h"
#include "user/run/run.h"

/* One access of up to 8 bytes: each member is the first bytes of the memory, in any byte order. */
union word {
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
};

/* Copied to the stack by the hot loops: nothing in it changes while they run. */
struct target {
	int fd; /* of the device, for system calls */
	/*
	 * What makes a region offset the place of an access: of mapped modes the address at which
	 * offset 0 is or would be mapped, of system calls the region's offset in the file.
	 */
	uint64_t origin;
	unsigned char *buffer; /* of the lane: what is read, or what is written */
	uint64_t width;
	union word value; /* the first bytes of the buffer, for stores */
};

#define TALLY_ERRNOS 16

struct tally {
	uint64_t errors;
	uint64_t shorts;
	struct run_errno
		errnos[TALLY_ERRNOS]; /* in order of appearance; what does not fit is "other" */
	size_t nr_errnos;
	bool gone; /* an access said ENODEV, or a mapped one got SIGBUS */
};

struct lane {
	struct target target;
	const struct pattern *pattern;
	uint64_t cursor; /* next access in the lap */
	uint64_t chunk; /* accesses between two looks at the clock and the stop flag */
	uint64_t operations; /* accesses made, read-backs not counted */
	uint64_t read_backs;
	struct tally tally;
	struct tally read_back_tally;
	/* Latency pass. */
	uint64_t min_ns, max_ns, sum_ns;
	uint64_t buckets[VS_HIST_BUCKETS];
};

/*
 * Make the @index-th of @lanes lanes over @target: its own buffer of target->width bytes, filled
 * from @seed, its own start in the lap. 0 or -ENOMEM.
 */
int lane__init(struct lane *lane, const struct target *target, const struct pattern *pattern,
	       uint32_t index, uint32_t lanes, uint64_t seed);
void lane__free(struct lane *lane);

/* What is written: no byte 0x00 or 0xff, which unimplemented registers read back as. */
void lane__fill(unsigned char *buffer, size_t size, uint64_t seed);

/* An access or a read-back found the device gone: there is no point in going on. */
bool lane__is_gone(const struct lane *lane);

/* A read or write returned @result instead of the width: -1 and errno, or fewer bytes. */
void lane__refused(struct lane *lane, ssize_t result);
/* The same of a read-back. */
void lane__not_read_back(struct lane *lane, ssize_t result);

/* Book an operation that failed with @err (positive). */
void tally__error(struct tally *tally, int err, uint64_t count);
void tally__merge(struct tally *into, const struct tally *from);

static inline void lane__note(struct lane *lane, uint64_t ns)
{
	lane->buckets[vs_hist_bucket(ns)]++;
	lane->sum_ns += ns;
	if (ns < lane->min_ns)
		lane->min_ns = ns;
	if (ns > lane->max_ns)
		lane->max_ns = ns;
}

#endif
