/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of one side of a comparison: runs, and hyperfine's exports; a directory stands for its *.json. */
#ifndef VFIOSCOPE_CLI_COMPARE_FILES_H
#define VFIOSCOPE_CLI_COMPARE_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "user/analyze/compare.h"

struct compare_file {
	char *path;
	size_t place; /* of all that were appended */
	int64_t started_ns; /* 0: not read yet, or it does not tell */
	uint64_t size, sum; /* of what was read: the same bytes are the same measurement */
};

struct compare_files {
	struct compare_file *files;
	size_t nr;
};

/* Functions return 0 or a negative errno, which was said. */

/* The files that @path stands for, those of a directory in the order of their names. */
int compare_files__append(struct compare_files *files, const char *path);
void compare_files__free(struct compare_files *files);

/*
 * Read all of @files into the side, in their order. What @others, or earlier ones of its own, were the
 * same bytes is refused: it would be taken for another measurement.
 */
int compare_files__read(struct compare_files *files, const struct compare_files *others,
			struct compare *compare, enum compare_side side);
/* In the order in which they were recorded; those that do not tell that come first, as they were appended. */
void compare_files__sort(struct compare_files *files);

#endif
