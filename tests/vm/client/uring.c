// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses through io_uring, a ring for each worker. The kernel makes an access of a file such as
 * VFIO's in a worker thread of its own ("iou-wrk-..."), or, with O_NONBLOCK, in the thread that
 * submits it; IOSQE_ASYNC forces the former.
 */
#include <dirent.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

enum { IN_FLIGHT = 8 };

void uring_open(struct worker *worker)
{
	int err;

	worker->ring = malloc(sizeof(*worker->ring));
	if (!worker->ring)
		die("no memory");
	err = io_uring_queue_init(IN_FLIGHT, worker->ring, 0);
	if (err)
		die("io_uring: %s", strerror(-err));
}

static void prepare(struct io_uring_sqe *sqe, const struct worker *worker, const struct op *op,
		    uint64_t pos, const struct iovec *vector)
{
	int fd = worker->client->fd;

	if (op->nr_widths > 1 && op->dir == DIR_READ)
		io_uring_prep_readv(sqe, fd, vector, op->nr_widths, pos);
	else if (op->nr_widths > 1)
		io_uring_prep_writev(sqe, fd, vector, op->nr_widths, pos);
	else if (op->dir == DIR_READ)
		io_uring_prep_read(sqe, fd, vector->iov_base, op->total, pos);
	else
		io_uring_prep_write(sqe, fd, vector->iov_base, op->total, pos);
	if (op->via == VIA_URING_ASYNC)
		io_uring_sqe_set_flags(sqe, IOSQE_ASYNC);
}

/* A submission ends at an access that is refused at once: the rest needs another one. */
static void submit(struct worker *worker, const struct op *op, uint64_t pos,
		   const struct iovec *vector, int nr)
{
	for (int i = 0; i < nr; i++)
		prepare(io_uring_get_sqe(worker->ring), worker, op, pos, vector);
	while (nr > 0) {
		int submitted = io_uring_submit(worker->ring);

		if (submitted <= 0)
			die("line %d: io_uring_submit returned %d", op->line, submitted);
		nr -= submitted;
	}
}

/* Those of one submission are the same access, into the same buffer. */
void uring_run(struct worker *worker, const struct op *op, uint64_t pos, char *buffer)
{
	struct iovec vector[MAX_SEGMENTS] = { 0 };

	fill_vector(op, buffer, vector);
	for (unsigned long left = op->times; left;) {
		int nr = left < IN_FLIGHT ? left : IN_FLIGHT;
		uint64_t begin = now_ns();

		submit(worker, op, pos, vector, nr);
		for (int i = 0; i < nr; i++) {
			struct io_uring_cqe *cqe;
			int err = io_uring_wait_cqe(worker->ring, &cqe);

			if (err)
				die("line %d: no completion: %s", op->line, strerror(-err));
			finish_access(worker, op, pos, cqe->res, now_ns() - begin);
			io_uring_cqe_seen(worker->ring, cqe);
		}
		left -= nr;
	}
}

static bool is_ring_worker(const char *task)
{
	char path[300], comm[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%s/comm", task);
	file = fopen(path, "r");
	if (!file)
		return false; /* it has ended */
	if (!fgets(comm, sizeof(comm), file))
		comm[0] = 0;
	fclose(file);
	return !strncmp(comm, "iou-wrk-", 8);
}

static int count_ring_workers(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	int nr = 0;

	if (!tasks)
		die("/proc/self/task: %m");
	while ((task = readdir(tasks)))
		nr += is_ring_worker(task->d_name);
	closedir(tasks);
	return nr;
}

void uring_close(struct worker *worker)
{
	worker->ring_workers = count_ring_workers();
	io_uring_queue_exit(worker->ring);
	free(worker->ring);
}
