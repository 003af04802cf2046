/* SPDX-License-Identifier: GPL-2.0-only */
/* The output forms; found through renderer__find(). */
#ifndef VFIOSCOPE_RENDER_FORMS_H
#define VFIOSCOPE_RENDER_FORMS_H

#include "user/render/render.h"

extern const struct renderer render_text;
extern const struct renderer render_json;
extern const struct renderer render_csv;

#endif
