/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways to access a region. A mode has one pair of loops for each shape of access it knows: a
 * throughput loop with nothing but accesses in it, and one that times each access.
 */
#ifndef BARBENCH_ACCESS_H
#define BARBENCH_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "benchmarks/barbench/lane.h"

/* When stores are followed by a read of what was stored last: it returns when they arrived. */
enum access_flush { FLUSH_NONE, FLUSH_BATCH, FLUSH_EACH, ACCESS_FLUSHES };

/* What one access is made of. */
struct access_shape {
	uint64_t width; /* bytes of it all */
	uint64_t unit; /* bytes of each single load or store; 0: a system call */
	bool read_back; /* a part of each access: FLUSH_EACH */
};

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
	const struct access_loops *(*loops)(const struct access_shape *shape); /* NULL: unknown */
	/*
	 * One access to save and put back: mapped of 1, 2, 4 or 8 bytes, else of any width. The
	 * bytes transferred, or a negative errno.
	 */
	ssize_t (*peek)(const struct target *target, uint64_t offset, void *data, size_t width);
	ssize_t (*poke)(const struct target *target, uint64_t offset, const void *data,
			size_t width);
	/* Writing modes: read back the end of the access @at a place (access_loop.h). */
	void (*read_back)(const struct target *target, struct lane *lane, uint64_t at);
};

#define ACCESS_MODES 4
#define ACCESS_MAX_WIDTH 4096 /* what one store block may have, and one lane's buffer holds */
#define ACCESS_WORD 8 /* the widest access that needs no vector unit */
#define ACCESS_READ_BACK 4 /* bytes of a read-back: ROM, VGA and some devices take no more */

extern const struct access_mode access_pread, access_pwrite; /* access_syscall.c */
extern const struct access_mode access_load, access_store; /* access_mapped.c */

/* NULL: no such mode. */
const struct access_mode *access__find(const char *name);

/* "none", "batch", "each"; kind or -EINVAL. */
const char *access_flush__name(enum access_flush flush);
int access_flush__parse(const char *name);

/* access_vector.c: this CPU has an instruction that loads or stores @width bytes, above 8, at once. */
bool access_vector__has(uint64_t width);

/*
 * How wide the single loads and stores of an access of @width are: 0 where it is a system call,
 * @width up to 8 bytes, and above that @asked if it is not 0. Else @width itself where this CPU has
 * an instruction for it, and rows of 8 bytes where not; if @cached, where no device sees the
 * difference, rows of the widest that the CPU has and that divides @width.
 */
uint64_t access__unit(const struct access_mode *mode, uint64_t width, uint64_t asked, bool cached);

/* Where and how wide the read-back of an access of @width is: its last bytes. */
static inline uint64_t access__read_back_width(uint64_t width)
{
	return width < ACCESS_READ_BACK ? width : ACCESS_READ_BACK;
}

#endif
