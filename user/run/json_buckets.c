// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/json_buckets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/array.h"

#define KEY "\"buckets\":"
#define MARK '\x7f'
#define ESCAPED_MARK "\\u007" /* 'f' or 'F' */
#define MAX_DIGITS 18 /* fewer than INT64_MAX has */

struct scan {
	char *at, *end;
};

static bool take(struct scan *scan, char c)
{
	if (scan->at == scan->end || *scan->at != c)
		return false;
	scan->at++;
	return true;
}

static void skip_spaces(struct scan *scan)
{
	while (take(scan, ' '))
		;
}

static bool take_number(struct scan *scan, uint64_t max, uint64_t *value)
{
	const char *start = scan->at;

	*value = 0;
	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9' &&
	       scan->at - start < MAX_DIGITS)
		*value = *value * 10 + (uint64_t)(*scan->at++ - '0');
	return scan->at > start && (*start != '0' || scan->at == start + 1) && *value <= max;
}

static bool take_bucket(struct scan *scan, struct run_bucket *bucket)
{
	uint64_t index;

	if (!take(scan, '[') || !take_number(scan, VS_HIST_BUCKETS - 1, &index) || !take(scan, ','))
		return false;
	skip_spaces(scan);
	bucket->index = (uint32_t)index;
	return take_number(scan, INT64_MAX, &bucket->count) && take(scan, ']');
}

/* 0; -EINVAL: what is there is no such list; -ENOMEM. */
static int take_list(struct json_buckets *buckets, struct scan *scan)
{
	if (!take(scan, '['))
		return -EINVAL;
	do {
		struct run_bucket *bucket;

		skip_spaces(scan);
		bucket = array__append(&buckets->all, &buckets->nr, sizeof(*bucket));
		if (!bucket)
			return -ENOMEM;
		if (!take_bucket(scan, bucket))
			return -EINVAL;
	} while (take(scan, ','));
	return take(scan, ']') ? 0 : -EINVAL;
}

/* A text whose lists are taken out: what is behind @to and before @from is gone already. */
struct edit {
	struct scan scan;
	char *from, *to;
};

static void keep_up_to(struct edit *edit, const char *end)
{
	size_t size = (size_t)(end - edit->from);

	memmove(edit->to, edit->from, size);
	edit->to += size;
	edit->from += size;
}

/* A mark in the place of what was scanned from @start on. Whether it has room, which it needs to be moved there. */
static bool replace(struct edit *edit, const char *start, size_t number)
{
	char mark[32];
	size_t len = (size_t)snprintf(mark, sizeof(mark), "\"%c%zu\"", MARK, number);

	if (len > (size_t)(edit->scan.at - start))
		return false;
	keep_up_to(edit, start);
	memcpy(edit->to, mark, len);
	edit->to += len;
	edit->from = edit->scan.at;
	return true;
}

/* Take out the list that is next, if there is one, and go behind it. 0 or -ENOMEM. */
static int take_out(struct json_buckets *buckets, struct edit *edit)
{
	struct json_buckets_list *list;
	const char *start = edit->scan.at;
	size_t first = buckets->nr;
	int err = take_list(buckets, &edit->scan);

	if (err == -ENOMEM)
		return err;
	if (err || buckets->nr - first > VS_HIST_BUCKETS ||
	    !replace(edit, start, buckets->nr_lists)) {
		buckets->nr = first;
		return 0;
	}
	list = array__append(&buckets->lists, &buckets->nr_lists, sizeof(*list));
	if (!list)
		return -ENOMEM;
	*list = (struct json_buckets_list){ first, buckets->nr - first };
	return 0;
}

int json_buckets__take_out(struct json_buckets *buckets, char *text, size_t *size)
{
	struct edit edit = { { text, text + *size }, text, text };
	int err = 0;

	*buckets = (struct json_buckets){};
	if (memchr(text, MARK, *size) || memmem(text, *size, ESCAPED_MARK, strlen(ESCAPED_MARK)))
		return 0;
	while (!err) {
		struct scan *scan = &edit.scan;
		char *key = memmem(scan->at, (size_t)(scan->end - scan->at), KEY, strlen(KEY));

		if (!key)
			break;
		scan->at = key + strlen(KEY);
		skip_spaces(scan);
		err = take_out(buckets, &edit);
	}
	keep_up_to(&edit, edit.scan.end);
	*size = (size_t)(edit.to - text);
	return err;
}

const struct json_buckets_list *json_buckets__find(const struct json_buckets *buckets,
						   const char *text)
{
	size_t number;

	if (text[0] != MARK)
		return NULL;
	number = strtoul(text + 1, NULL, 10);
	return number < buckets->nr_lists ? &buckets->lists[number] : NULL;
}

void json_buckets__free(struct json_buckets *buckets)
{
	free(buckets->all);
	free(buckets->lists);
}
