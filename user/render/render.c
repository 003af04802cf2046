// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/render.h"

#include <errno.h>
#include <string.h>

#include "user/render/forms.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct renderer *const renderers[] = { &render_text, &render_json, &render_csv };

static const char *const sort_names[] = {
	[RENDER_BY_PLACE] = "place",   [RENDER_BY_COUNT] = "count", [RENDER_BY_BYTES] = "bytes",
	[RENDER_BY_ERRORS] = "errors", [RENDER_BY_P50] = "p50",	    [RENDER_BY_P99] = "p99",
	[RENDER_BY_P999] = "p99.9",    [RENDER_BY_MAX] = "max",
};

const struct renderer *renderer__find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(renderers); i++)
		if (!strcmp(renderers[i]->name, name))
			return renderers[i];
	return NULL;
}

const struct renderer *renderer__at(size_t index)
{
	return index < ARRAY_SIZE(renderers) ? renderers[index] : NULL;
}

int render_sort__parse(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(sort_names); i++)
		if (!strcmp(sort_names[i], name))
			return i;
	return -EINVAL;
}
