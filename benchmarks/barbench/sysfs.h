/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading attributes of sysfs. The path is a format. */
#ifndef BARBENCH_SYSFS_H
#define BARBENCH_SYSFS_H

#include <stddef.h>

#define SYSFS "/sys"

/* The first line of a file; empty if it cannot be read. */
void sysfs__read_line(char *line, size_t len, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The last part of a symbolic link; empty if there is none. */
void sysfs__read_link(char *name, size_t len, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
