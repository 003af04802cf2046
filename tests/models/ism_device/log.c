// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "log.h"

struct count {
	const char *region;
	enum direction direction;
	size_t length;
	unsigned long number;
};

struct log {
	FILE *file;
	struct count *counts;
	size_t nr_counts;
};

static const char *const directions[] = { "READ", "WRITE" };

struct log *log__open(const char *path)
{
	struct log *log = calloc(1, sizeof(*log));

	if (!log || !path)
		return log;
	log->file = fopen(path, "we");
	if (!log->file) {
		free(log);
		return NULL;
	}
	setvbuf(log->file, NULL, _IOLBF, 0);
	return log;
}

void log__free(struct log *log)
{
	if (!log)
		return;
	if (log->file)
		fclose(log->file);
	free(log->counts);
	free(log);
}

/* Few lengths occur, so a list will do. */
static struct count *find_count(struct log *log, const struct count *key)
{
	struct count *counts;

	for (size_t i = 0; i < log->nr_counts; i++) {
		struct count *count = &log->counts[i];

		if (count->region == key->region && count->direction == key->direction &&
		    count->length == key->length)
			return count;
	}
	counts = realloc(log->counts, (log->nr_counts + 1) * sizeof(*counts));
	if (!counts) {
		perror("cannot count");
		abort();
	}
	log->counts = counts;
	counts[log->nr_counts] = *key;
	return &counts[log->nr_counts++];
}

void log__access(struct log *log, enum direction direction, const char *region, uint64_t offset,
		 const uint8_t *data, size_t length, int err)
{
	const struct count key = { .region = region, .direction = direction, .length = length };

	find_count(log, &key)->number++;
	if (!log->file)
		return;
	fprintf(log->file, "%s %s 0x%llx %zu", directions[direction], region,
		(unsigned long long)offset, length);
	if (data)
		fputc(' ', log->file);
	for (size_t i = 0; data && i < length; i++)
		fprintf(log->file, "%02x", data[i]);
	if (err)
		fprintf(log->file, " %s", strerrorname_np(-err));
	fputc('\n', log->file);
}

void log__reset(struct log *log)
{
	if (log->file)
		fprintf(log->file, "RESET\n");
}

static int compare(const void *a, const void *b)
{
	const struct count *x = a, *y = b;
	int names = strcmp(x->region, y->region);

	if (x->direction != y->direction)
		return x->direction < y->direction ? -1 : 1;
	if (names)
		return names;
	return x->length < y->length ? -1 : x->length > y->length;
}

void log__print_counts(const struct log *log, FILE *out)
{
	if (log->nr_counts)
		qsort(log->counts, log->nr_counts, sizeof(*log->counts), compare);
	for (size_t i = 0; i < log->nr_counts; i++) {
		const struct count *count = &log->counts[i];

		fprintf(out, "COUNT %s %s %zu %lu\n", directions[count->direction], count->region,
			count->length, count->number);
	}
	fflush(out);
}

void log__clear_counts(struct log *log)
{
	log->nr_counts = 0;
}
