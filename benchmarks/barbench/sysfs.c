// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/barbench/sysfs.h"

static void make_path(char *path, size_t len, const char *format, va_list args)
{
	/* What does not fit names nothing, and is then not found. */
	if (vsnprintf(path, len, format, args) >= (int)len)
		path[0] = '\0';
}

void sysfs__read_line(char *line, size_t len, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, format);
	make_path(path, sizeof(path), format, args);
	va_end(args);
	line[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, line, len - 1);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	close(fd);
}

void sysfs__read_link(char *name, size_t len, const char *format, ...)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *last;
	va_list args;
	ssize_t n;

	va_start(args, format);
	make_path(path, sizeof(path), format, args);
	va_end(args);
	name[0] = '\0';
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	last = strrchr(target, '/');
	snprintf(name, len, "%.*s", (int)len - 1, last ? last + 1 : target);
}
