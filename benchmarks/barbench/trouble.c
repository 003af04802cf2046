// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "benchmarks/barbench/trouble.h"

int trouble__say(struct trouble *trouble, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(trouble->text, sizeof(trouble->text), format, args);
	va_end(args);
	return -err;
}

void trouble__add(struct trouble *trouble, const char *text)
{
	size_t used = strlen(trouble->text);

	snprintf(trouble->text + used, sizeof(trouble->text) - used, "; %s", text);
}
