// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "benchmarks/barbench/output.h"
#include "user/run/atomic_file.h"

int output__check(const char *path, struct trouble *trouble)
{
	struct atomic_file *file;

	if (!path)
		return 0;
	file = atomic_file__open(path);
	if (!file)
		return trouble__say(trouble, errno, "cannot write %s: %s", path, strerror(errno));
	atomic_file__abort(file);
	return 0;
}

void output__complain(const struct trouble *trouble)
{
	fflush(stdout);
	fprintf(stderr, "barbench: %s\n", trouble->text);
}
