/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Documents of titled blocks, in two styles: text, and Markdown that is fit for a mail, where in an
 * indented block nothing that a tenant named means anything to a reader of Markdown.
 */
#ifndef VFIOSCOPE_RENDER_BLOCKS_H
#define VFIOSCOPE_RENDER_BLOCKS_H

#include <stdbool.h>
#include <stdio.h>

#include "user/render/table.h"

struct block_style {
	const char *heading; /* before the title of a section */
	const char *under; /* after it */
	const char *indent; /* before each line of a block */
	bool narrow; /* for mails: no tables but of notes */
};

extern const struct block_style block_text, block_markdown;

/* The title, and an empty table to be filled in. NULL: no memory. */
struct table *blocks__begin(FILE *out, const struct block_style *style, const char *title);
/* Prints @table as a block and frees it. 0 or -ENOMEM. */
int blocks__finish(FILE *out, const struct block_style *style, struct table *table);

/* One line of a block, escaped. 0 or -ENOMEM. The second frees @text, where NULL is no memory. */
int blocks__line(FILE *out, const struct block_style *style, const char *text);
int blocks__take_line(FILE *out, const struct block_style *style, char *text);

/* Columns, to the left or to the right: BLOCK_TEXTS(table, "FILE", "KERNEL"). */
void blocks__add_columns(struct table *table, const char *const *names, size_t nr, bool numbers);
#define BLOCK_TEXTS(table, ...) BLOCK_COLUMNS(table, false, __VA_ARGS__)
#define BLOCK_NUMBERS(table, ...) BLOCK_COLUMNS(table, true, __VA_ARGS__)
#define BLOCK_COLUMNS(table, numbers, ...)                                                 \
	blocks__add_columns(table, (const char *const[]){ __VA_ARGS__ },                   \
			    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), \
			    numbers)

#endif
