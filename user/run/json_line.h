/* SPDX-License-Identifier: GPL-2.0-only */
/* Which line of a document a value stands on: jansson keeps the lines of syntax errors only. */
#ifndef VFIOSCOPE_JSON_LINE_H
#define VFIOSCOPE_JSON_LINE_H

#include <stddef.h>

struct where;

/*
 * The line, from 1 up, of the value at @where in @text, which jansson has accepted: that of its key, if
 * it has one. Of a value that is not there: that of the innermost object or array around it.
 */
size_t json_line__find(const char *text, size_t size, const struct where *where);

#endif
