/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections of the text form that have files of their own. Each ends without an empty line. */
#ifndef VFIOSCOPE_RENDER_TEXT_H
#define VFIOSCOPE_RENDER_TEXT_H

#include "user/render/render.h"
#include "user/render/table.h"

/* Tool, host, devices and, for a trace, the account of each handler. */
int text__header(FILE *out, const struct run *run, const char *title);
int text__devices(FILE *out, const struct run *run);
int text__account(FILE *out, const struct run *run);

/* The process that the cell is of, into the next column. */
void text__add_process(struct table *table, const struct run *run, const struct run_cell *cell);

/* Device accesses, with an empty line before them; nothing if none are known. */
int text__accesses(FILE *out, const struct run *run, const struct render_options *options);

/* Offsets and pages with most calls, likewise; nothing if none were recorded. */
int text__offsets(FILE *out, const struct run *run, const struct render_options *options);

/* The cases of a bench run. */
int text__cases(FILE *out, const struct run *run);

/* What weakens the figures, how to read them, and what they cannot contain. */
int text__notes(FILE *out, const struct run *run);
int text__not_seen(FILE *out, const struct run *run);

#endif
