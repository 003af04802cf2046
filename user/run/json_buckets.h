/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Histogram buckets are most of a run's text, and jansson makes four values of each. So lists of them are taken out
 * of the text before jansson sees it, and a mark is left: a string of a character that the document does not have,
 * and a number.
 */
#ifndef VFIOSCOPE_JSON_BUCKETS_H
#define VFIOSCOPE_JSON_BUCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "user/run/run.h"

struct json_buckets {
	struct run_bucket *all;
	size_t nr;
	struct json_buckets_list {
		size_t first, nr;
	} * lists;
	size_t nr_lists;
};

/*
 * Replace by marks those lists in the @size bytes of @text, a JSON document or not, that are plainly right; what is
 * not, is left for the reader to complain of. Text gets shorter, and has as many lines. 0 or -ENOMEM; to be
 * freed either way.
 */
int json_buckets__take_out(struct json_buckets *buckets, char *text, size_t *size);
void json_buckets__free(struct json_buckets *buckets);

/* The list that @text is the mark of; NULL: it is none. */
const struct json_buckets_list *json_buckets__find(const struct json_buckets *buckets,
						   const char *text);

#endif
