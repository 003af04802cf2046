// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/table.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>

#include "user/render/escape.h"

struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t next; /* column of the current line */
	int err; /* the first failure */
};

struct table *table__new(void)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->scols = scols_new_table();
	if (!table->scols) {
		free(table);
		return NULL;
	}
	/*
	 * Texts are escaped by escape__text(): a second time would tell a lie about backslashes.
	 * Without it, text that is invalid in the locale makes libsmartcols loop for ever.
	 */
	scols_table_enable_noencoding(table->scols, 1);
	scols_table_set_termforce(table->scols, SCOLS_TERMFORCE_NEVER);
	return table;
}

void table__free(struct table *table)
{
	if (!table)
		return;
	scols_unref_table(table->scols);
	free(table);
}

static void add_column(struct table *table, const char *name, int flags)
{
	if (!scols_table_new_column(table->scols, name, 0, flags))
		table->err = table->err ?: -ENOMEM;
}

void table__add_column(struct table *table, const char *name)
{
	add_column(table, name, 0);
}

void table__add_number_column(struct table *table, const char *name)
{
	add_column(table, name, SCOLS_FL_RIGHT);
}

void table__add_row(struct table *table)
{
	table->line = scols_table_new_line(table->scols, NULL);
	table->next = 0;
	if (!table->line)
		table->err = table->err ?: -ENOMEM;
}

/* Takes @data over. */
static void add_owned(struct table *table, char *data)
{
	int err = -ENOMEM;

	if (data && table->line)
		err = scols_line_refer_data(table->line, table->next++, data);
	if (err) {
		free(data);
		table->err = table->err ?: err;
	}
}

void table__add(struct table *table, const char *text)
{
	add_owned(table, escape__text(text && *text ? text : "-"));
}

void table__take(struct table *table, char *text)
{
	if (text)
		table__add(table, text);
	else
		add_owned(table, NULL);
	free(text);
}

void table__addf(struct table *table, const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	table__take(table, text);
}

int table__print(struct table *table, FILE *out)
{
	if (table->err)
		return table->err;
	scols_table_set_stream(table->scols, out);
	return scols_print_table(table->scols);
}
