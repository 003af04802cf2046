// SPDX-License-Identifier: GPL-2.0-only
/* Small reads below a root that may be a captured tree. */
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/discover/device.h"

char *sysfs__path(const char *sysroot, const char *format, ...)
{
	char *tail, *path = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&tail, format, args);
	va_end(args);
	if (n < 0)
		return NULL;
	if (asprintf(&path, "%s%s", sysroot ? sysroot : "", tail) < 0)
		path = NULL;
	free(tail);
	return path;
}

char *sysfs__read(const char *path)
{
	FILE *file = path ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!file)
		return NULL;
	n = getline(&line, &size, file);
	fclose(file);
	if (n < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

int sysfs__read_int(const char *path, int base)
{
	char *text = sysfs__read(path), *end;
	long value = -1;

	if (text) {
		value = strtol(text, &end, base);
		if (end == text || *end || value < 0 || value > INT_MAX)
			value = -1;
	}
	free(text);
	return value;
}

char *sysfs__link_name(const char *path)
{
	char target[PATH_MAX];
	ssize_t n = path ? readlink(path, target, sizeof(target) - 1) : -1;

	if (n < 0)
		return NULL;
	target[n] = '\0';
	return strdup(basename(target));
}
