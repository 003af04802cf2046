// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "benchmarks/barbench/access.h"

static const struct access_mode *const modes[ACCESS_MODES] = {
	&access_pread,
	&access_pwrite,
	&access_load,
	&access_store,
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
