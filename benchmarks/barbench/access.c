// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "benchmarks/barbench/access.h"
#include "benchmarks/barbench/vector.h"

static const struct access_mode *const modes[ACCESS_MODES] = {
	&access_pread,
	&access_pwrite,
	&access_load,
	&access_store,
};

static const char *const flushes[ACCESS_FLUSHES] = {
	[FLUSH_NONE] = "none",
	[FLUSH_BATCH] = "batch",
	[FLUSH_EACH] = "each",
};

const struct access_mode *access__find(const char *name)
{
	size_t i;

	for (i = 0; i < ACCESS_MODES; i++) {
		if (!strcmp(name, modes[i]->name))
			return modes[i];
	}
	return NULL;
}

const char *access_flush__name(enum access_flush flush)
{
	return flushes[flush];
}

int access_flush__parse(const char *name)
{
	int flush;

	for (flush = 0; flush < ACCESS_FLUSHES; flush++) {
		if (!strcmp(name, flushes[flush]))
			return flush;
	}
	return -EINVAL;
}

uint64_t access__unit(const struct access_mode *mode, uint64_t width, uint64_t asked, bool cached)
{
	uint64_t unit;

	if (!mode->mapped)
		return 0;
	if (width <= ACCESS_WORD)
		return width;
	if (asked)
		return asked;
	if (access_vector__has(width))
		return width;
	for (unit = VECTOR_MAX; cached && unit > ACCESS_WORD; unit /= 2) {
		if (access_vector__has(unit) && width % unit == 0)
			return unit;
	}
	return ACCESS_WORD;
}
