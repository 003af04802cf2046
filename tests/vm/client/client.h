/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client of known behaviour: opens a VFIO device (group and type1), makes the accesses that a
 * script says, and prints the cells that a trace of them must have. It knows them from what its
 * system calls returned and from nothing else, and shares no code with the program under test.
 */
#ifndef VFIOSCOPE_TESTS_VM_CLIENT_H
#define VFIOSCOPE_TESTS_VM_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { MAX_SEGMENTS = 16, NR_REGIONS = 16, REGION_BAD = 15, NR_WIDTHS = 19, NR_ERRNOS = 134 };
enum { MAX_WORKERS = 64, POS = -1, WANT_FULL = 0, WANT_SHORT = -1, PAGE = 4096 };

enum dir { DIR_READ, DIR_WRITE };
enum via { VIA_CALL, VIA_VECTOR, VIA_URING, VIA_URING_ASYNC, VIA_SLEEP };
enum buf { BUF_GOOD, BUF_NULL, BUF_EDGE, BUF_KERNEL };

struct op {
	enum via via;
	enum dir dir;
	long region; /* or POS */
	int64_t offset;
	bool from_end;
	size_t widths[MAX_SEGMENTS];
	int nr_widths;
	size_t total;
	unsigned long times; /* of VIA_SLEEP: microseconds */
	int want; /* WANT_FULL, WANT_SHORT, or an errno */
	int next; /* errno, or 0 */
	enum buf buf;
	size_t edge;
	int line;
};

struct cell {
	uint64_t count, bytes, errors, shorts, unaligned, crossing;
	uint64_t errnos[NR_ERRNOS];
	/* Bounds of the time in the handler, from that of the system call, by floor(log2(ns)). */
	uint64_t octaves[64];
	uint64_t max_ns;
};

struct region {
	uint64_t size, offset;
};

struct io_uring;

/* One process or thread; the memory is shared with the children. */
struct worker {
	struct client *client;
	int index;
	char *memory, *end; /* its buffer; the byte at the end is not mapped */
	struct io_uring *ring;
	int ring_workers; /* that the kernel had made for the process */
	struct cell cells[NR_REGIONS][2][NR_WIDTHS];
};

struct client {
	const char *device;
	const char *output, *times;
	const char *ready, *go;
	const char *until; /* instead of repeat */
	int processes, threads;
	int cpu; /* of the first worker; -1: not pinned */
	unsigned long repeat;
	bool nonblock;

	struct op *ops;
	size_t nr_ops;
	size_t most; /* bytes of the largest access */
	int fd;
	int shift;
	uint64_t pos; /* of the file */
	struct region regions[NR_REGIONS];
	struct worker *workers;
};

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* script.c: NULL where the region has no name */
void read_script(struct client *client, const char *path);
const char *region_name(int region);
bool is_uring(const struct op *op);

/* device.c */
void open_device(struct client *client);

/* access.c */
void run_op(struct worker *worker, const struct op *op);
void fill_vector(const struct op *op, char *buffer, struct iovec vector[MAX_SEGMENTS]);
void finish_access(struct worker *worker, const struct op *op, uint64_t pos, ssize_t result,
		   uint64_t ns);
uint64_t now_ns(void);

/* uring.c */
void uring_open(struct worker *worker);
void uring_run(struct worker *worker, const struct op *op, uint64_t pos, char *buffer);
void uring_close(struct worker *worker);

/* expect.c: what must be counted of a system call that returned @result after @ns */
void expect_op(struct worker *worker, const struct op *op, uint64_t pos, ssize_t result,
	       uint64_t ns);
void print_cells(const struct client *client);
void print_times(const struct client *client);

#endif
