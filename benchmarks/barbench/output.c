// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

/* The path of the directory that @path is in, "/" behind it, and the name; malloc'ed, or NULL. */
static char *resolve(const char *path)
{
	char *copy = strdup(path), *name = strrchr(path, '/'), *directory, *resolved = NULL;

	if (copy && name)
		copy[name - path + 1] = '\0';
	directory = copy ? realpath(name ? copy : ".", NULL) : NULL;
	if (directory && asprintf(&resolved, "%s/%s", directory, name ? name + 1 : path) < 0)
		resolved = NULL;
	free(directory);
	free(copy);
	return resolved;
}

bool output__same(const char *a, const char *b)
{
	char *place_a = a ? resolve(a) : NULL, *place_b = b ? resolve(b) : NULL;
	bool same = place_a && place_b && !strcmp(place_a, place_b);

	free(place_a);
	free(place_b);
	return same;
}

void output__complain(const struct trouble *trouble)
{
	fflush(stdout);
	fprintf(stderr, "barbench: %s\n", trouble->text);
}
