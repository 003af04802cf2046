/* SPDX-License-Identifier: GPL-2.0-only */
/* A history made readable. Names are escaped here. Both return 0 or -ENOMEM. */
#ifndef VFIOSCOPE_RENDER_HISTORY_H
#define VFIOSCOPE_RENDER_HISTORY_H

#include <stdio.h>

#include "user/analyze/history.h"

struct history_view {
	const struct history *history;
	const char *const *paths; /* of the files, in their order */
};

int render_history__text(FILE *out, const struct history_view *view);
int render_history__json(FILE *out, const struct history_view *view); /* vfioscope.history/1 */

#endif
