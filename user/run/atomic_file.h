/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that appears whole or not at all. */
#ifndef VFIOSCOPE_ATOMIC_FILE_H
#define VFIOSCOPE_ATOMIC_FILE_H

#include <stdio.h>

struct atomic_file;

/* Open a temporary file beside @path ("-": stdout). NULL and errno on failure. */
struct atomic_file *atomic_file__open(const char *path);
FILE *atomic_file__stream(struct atomic_file *file);

/* Flush, sync, rename and free. On failure nothing is left behind and a negative errno returned. */
int atomic_file__commit(struct atomic_file *file);

/* Remove the temporary file and free; NULL-safe. */
void atomic_file__abort(struct atomic_file *file);

#endif
