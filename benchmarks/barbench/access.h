/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways to access a region. A mode has one pair of loops for each width it knows: a throughput
 * loop with nothing but accesses in it, and one that times each access.
 */
#ifndef BARBENCH_ACCESS_H
#define BARBENCH_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "benchmarks/barbench/lane.h"

/* Make @n accesses from lane->cursor on; the timed flavour books each latency. */
typedef void access_loop(struct lane *lane, uint64_t n);

struct access_loops {
	access_loop *plain;
	access_loop *timed;
};

struct access_mode {
	const char *name;
	enum vs_dir dir;
	bool mapped; /* by load and store through a mapping, not by system calls */
	const char *widths; /* for messages: what it knows */
	const struct access_loops *(*loops)(uint64_t width); /* NULL: not a width of this mode */
	/*
	 * One access to save and put back: mapped of 1, 2, 4 or 8 bytes, else of any width. The
	 * bytes transferred, or a negative errno.
	 */
	ssize_t (*peek)(const struct target *target, uint64_t offset, void *data, size_t width);
	ssize_t (*poke)(const struct target *target, uint64_t offset, const void *data,
			size_t width);
};

#define ACCESS_MODES 4
#define ACCESS_MAX_WIDTH 4096 /* what one store block may have, and one lane's buffer holds */

extern const struct access_mode access_pread, access_pwrite; /* access_syscall.c */
extern const struct access_mode access_load, access_store; /* access_mapped.c */

/* NULL: no such mode. */
const struct access_mode *access__find(const char *name);

#endif
