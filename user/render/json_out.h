/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON documents to a stream: each is one object, in ASCII, the same on every machine. */
#ifndef VFIOSCOPE_RENDER_JSON_OUT_H
#define VFIOSCOPE_RENDER_JSON_OUT_H

#include <jansson.h>
#include <stdio.h>

#include "user/run/run.h"

/* Sets @key of @object to @value, which it takes over. 0 or -ENOMEM. */
int json_out__set(json_t *object, const char *key, json_t *value);
/* The same of a text, escaped as the run file does; NULL: the key is left out. */
int json_out__set_text(json_t *object, const char *key, const char *text);

/* "account": the sums over all handlers of a trace. */
int json_out__set_account(json_t *object, const struct run *run);

/* Arrays of the object with an element a line, all else in one line. */
void json_out__dump(FILE *out, json_t *object);

#endif
