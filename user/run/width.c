// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "user/run/run.h"

static const char *const names[VS_WIDTH_CLASSES] = {
	"0",  "1",  "2",   "3",	  "4",	 "5",	 "6",	 "7",	 "8",	  "16",
	"32", "64", "128", "256", "512", "1024", "2048", "4096", ">4096",
};

unsigned int run_width__class(uint64_t width)
{
	unsigned int wclass = VS_WIDTH_EXACT_MAX;

	if (width <= VS_WIDTH_EXACT_MAX)
		return width;
	while (run_width__max(wclass) < width)
		wclass++;
	return wclass;
}

uint64_t run_width__max(unsigned int wclass)
{
	if (wclass >= VS_WIDTH_ABOVE)
		return UINT64_MAX;
	if (wclass <= VS_WIDTH_EXACT_MAX)
		return wclass;
	return (uint64_t)VS_WIDTH_EXACT_MAX << (wclass - VS_WIDTH_EXACT_MAX);
}

const char *run_width__name(unsigned int wclass)
{
	return wclass < VS_WIDTH_CLASSES ? names[wclass] : NULL;
}

int run_width__parse(const char *name)
{
	int wclass;

	for (wclass = 0; wclass < VS_WIDTH_CLASSES; wclass++) {
		if (!strcmp(name, names[wclass]))
			return wclass;
	}
	return -EINVAL;
}
