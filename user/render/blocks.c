// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/blocks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/render/escape.h"

const struct block_style block_text = { "", "\n", "", false };
const struct block_style block_markdown = { "## ", "\n\n", "    ", true };

void blocks__add_columns(struct table *table, const char *const *names, size_t nr, bool numbers)
{
	for (size_t i = 0; i < nr; i++)
		if (numbers)
			table__add_number_column(table, names[i]);
		else
			table__add_column(table, names[i]);
}

static void indent_lines(FILE *out, const char *text, const char *indent)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		fprintf(out, "%s%.*s\n", indent, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

int blocks__finish(FILE *out, const struct block_style *style, struct table *table)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int err = stream ? table__print(table, stream) : -ENOMEM;

	table__free(table);
	if (stream && fclose(stream))
		err = err ?: -ENOMEM;
	if (!err)
		indent_lines(out, text, style->indent);
	free(text);
	return err;
}

struct table *blocks__begin(FILE *out, const struct block_style *style, const char *title)
{
	fprintf(out, "\n%s%s%s", style->heading, title, style->under);
	return table__new();
}

int blocks__line(FILE *out, const struct block_style *style, const char *text)
{
	char *safe = escape__text(text);

	if (!safe)
		return -ENOMEM;
	fprintf(out, "%s%s\n", style->indent, safe);
	free(safe);
	return 0;
}

int blocks__take_line(FILE *out, const struct block_style *style, char *text)
{
	int err = text ? blocks__line(out, style, text) : -ENOMEM;

	free(text);
	return err;
}
