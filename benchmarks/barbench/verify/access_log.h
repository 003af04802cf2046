/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line for each access, on disk before the access is made: if the host goes down, the last line,
 * which has no result, is the access that did it. Appended to, so that a second try does not take
 * away what the first one left.
 */
#ifndef BARBENCH_VERIFY_ACCESS_LOG_H
#define BARBENCH_VERIFY_ACCESS_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "benchmarks/barbench/trouble.h"

struct access_log {
	int fd; /* -1: none is kept */
	const char *path;
	uint64_t number; /* of accesses begun */
	bool in_memory; /* the file system does not outlive the host */
};

/* Open @path (empty: no log) and say what is begun. 0, or a negative errno and @trouble. */
int access_log__open(struct access_log *log, const char *path, const char *started,
		     const char *device, struct trouble *trouble);
void access_log__close(struct access_log *log);

/*
 * Around an access. begin returns when the line is on disk: 0, or a negative errno and @trouble,
 * and then the access must not be made. end adds what it returned: bytes of @width, or a negative
 * errno; that is on disk with the next line.
 */
int access_log__begin(struct access_log *log, const char *how, const char *region, uint64_t offset,
		      uint64_t width, struct trouble *trouble);
void access_log__end(struct access_log *log, uint64_t width, ssize_t result);

#endif
