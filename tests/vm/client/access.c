// SPDX-License-Identifier: GPL-2.0-only
/* Accesses: by system call here, through io_uring in uring.c. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static char *buffer_of(const struct worker *worker, const struct op *op)
{
	switch (op->buf) {
	case BUF_NULL:
		return (char *)8;
	case BUF_EDGE:
		return worker->end - op->edge;
	case BUF_KERNEL:
		return (char *)0xffff888000000000UL;
	default:
		return worker->memory;
	}
}

void fill_vector(const struct op *op, char *buffer, struct iovec vector[MAX_SEGMENTS])
{
	for (int i = 0; i < op->nr_widths; i++) {
		vector[i] = (struct iovec){ buffer, op->widths[i] };
		buffer += op->widths[i];
	}
}

static ssize_t issue(int fd, const struct op *op, uint64_t pos, char *buffer)
{
	struct iovec vector[MAX_SEGMENTS] = { 0 };

	fill_vector(op, buffer, vector);
	if (op->region == POS && op->via == VIA_VECTOR)
		return op->dir == DIR_READ ? readv(fd, vector, op->nr_widths)
					   : writev(fd, vector, op->nr_widths);
	if (op->region == POS)
		return op->dir == DIR_READ ? read(fd, buffer, op->total)
					   : write(fd, buffer, op->total);
	if (op->via == VIA_VECTOR)
		return op->dir == DIR_READ ? preadv(fd, vector, op->nr_widths, pos)
					   : pwritev(fd, vector, op->nr_widths, pos);
	return op->dir == DIR_READ ? pread(fd, buffer, op->total, pos)
				   : pwrite(fd, buffer, op->total, pos);
}

static void check_result(const struct op *op, ssize_t result)
{
	if (op->want > 0 && result == -op->want)
		return;
	if (op->want == WANT_SHORT && result >= 0 && (size_t)result < op->total)
		return;
	if (op->want == WANT_FULL && result == (ssize_t)op->total)
		return;
	die("line %d: returned %zd (%s)", op->line, result,
	    result < 0 ? strerrorname_np(-result) : "bytes");
}

/* @result: bytes, or a negative errno, after @ns */
void finish_access(struct worker *worker, const struct op *op, uint64_t pos, ssize_t result,
		   uint64_t ns)
{
	check_result(op, result);
	expect_op(worker, op, pos, result, ns);
	if (op->region == POS && result > 0)
		worker->client->pos += result;
}

static uint64_t position(const struct client *client, const struct op *op)
{
	if (op->region == POS)
		return client->pos;
	return ((uint64_t)op->region << client->shift) + op->offset +
	       (op->from_end && op->region < REGION_BAD ? client->regions[op->region].size : 0);
}

static void call_once(struct worker *worker, const struct op *op, char *buffer)
{
	uint64_t pos = position(worker->client, op), begin = now_ns();
	ssize_t result = issue(worker->client->fd, op, pos, buffer);
	int err = errno;
	uint64_t end = now_ns();

	finish_access(worker, op, pos, result < 0 ? -err : result, end - begin);
}

void run_op(struct worker *worker, const struct op *op)
{
	char *buffer = buffer_of(worker, op);

	if (op->via == VIA_SLEEP) {
		usleep(op->times);
		return;
	}
	if (is_uring(op)) {
		uring_run(worker, op, position(worker->client, op), buffer);
		return;
	}
	for (unsigned long i = 0; i < op->times; i++)
		call_once(worker, op, buffer);
}
