/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of a run in JSON. Process names, paths and arguments are bytes that a tenant chose: any
 * but NUL, valid UTF-8 or not. A byte that is no part of valid UTF-8 is written as "\xNN" (lower
 * case) and a backslash as "\\", so that every text can be written and read back. (In the file
 * itself JSON doubles these backslashes once more.)
 */
#ifndef VFIOSCOPE_JSON_TEXT_H
#define VFIOSCOPE_JSON_TEXT_H

/* Malloc'ed valid UTF-8; NULL: no memory. */
char *json_text__escape(const char *text);

/* Undo it in place. 0, or -EINVAL if a backslash starts no escape or there is a "\x00". */
int json_text__unescape(char *text);

#endif
