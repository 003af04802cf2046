/* SPDX-License-Identifier: GPL-2.0-only */
/* A text table of libsmartcols: as wide as its content, the same to a terminal and to a file. */
#ifndef VFIOSCOPE_RENDER_TABLE_H
#define VFIOSCOPE_RENDER_TABLE_H

#include <stdio.h>

struct table;

/* NULL: no memory. */
struct table *table__new(void);
void table__free(struct table *table); /* NULL-safe */

/* Failures are kept and returned by table__print(). */
void table__add_column(struct table *table, const char *name);
void table__add_number_column(struct table *table, const char *name); /* to the right */
void table__add_row(struct table *table);
/* The next field of the row. Text is escaped; NULL shows as "-". */
void table__add(struct table *table, const char *text);
/* The same; takes @text over, where NULL is a failure to allocate it. */
void table__take(struct table *table, char *text);
void table__addf(struct table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* 0 or -ENOMEM. */
int table__print(struct table *table, FILE *out);

#endif
