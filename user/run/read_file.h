/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole of a regular file. */
#ifndef VFIOSCOPE_READ_FILE_H
#define VFIOSCOPE_READ_FILE_H

#include <stddef.h>

/*
 * Read the regular file @path of at most @max bytes to *@text (malloc'ed) and *@size. 0, or a
 * negative errno and @reason: a literal, or valid until the next call to strerror().
 */
int read_file(const char *path, size_t max, char **text, size_t *size, const char **reason);

#endif
