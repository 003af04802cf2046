/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hostile text. A tenant chooses the names of his processes, control groups and machines, and a
 * run file may come from anybody: nothing of it may drive a terminal, break a line or become a
 * formula.
 */
#ifndef VFIOSCOPE_RENDER_ESCAPE_H
#define VFIOSCOPE_RENDER_ESCAPE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * A copy that prints as one line and drives nothing: control and invalid bytes become \xNN, C1
 * controls, bidirectional and invisible format characters \u{N}, a backslash \\ (so that what is
 * shown says exactly what was there). Where the locale is not UTF-8 all that is not ASCII is
 * escaped. NULL (no memory) or the caller's to free.
 */
char *escape__text(const char *text);

/* The same whatever the locale is, for files: valid UTF-8. */
char *escape__utf8(const char *text);

/* A command line, words that a shell would split or expand in single quotes; else as above. */
char *escape__argv(char *const *argv);

/*
 * One CSV field (RFC 4180; a semicolon is quoted too, the separator in some locales), escaped as
 * by escape__utf8(). A leading = + - @ gets an apostrophe in front, for spreadsheets take such a
 * field for a formula. 0 or -ENOMEM.
 */
int escape__csv(FILE *out, const char *text);

/* Text between tags or in a quoted attribute of HTML, escaped as by escape__utf8() too. 0 or -ENOMEM. */
int escape__html(FILE *out, const char *text);

#endif
