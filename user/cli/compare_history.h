/* SPDX-License-Identifier: GPL-2.0-only */
/* compare --history: each case over many files. */
#ifndef VFIOSCOPE_CLI_COMPARE_HISTORY_H
#define VFIOSCOPE_CLI_COMPARE_HISTORY_H

#include "user/render/history.h"

/* Of all files that @paths stand for, rendered by @render to stdout. Returns an exit code. */
int compare_history__run(char *const *paths, size_t nr,
			 int (*render)(FILE *out, const struct history_view *view));

#endif
