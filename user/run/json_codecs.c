// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/json_codecs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/run.h"

static json_t *number(uint64_t value)
{
	if (value > INT64_MAX) {
		errno = EOVERFLOW;
		return NULL;
	}
	return json_integer(value);
}

/* --- started ---------------------------------------------------------------------------------- */

static json_t *write_started(const void *object)
{
	const struct run *run = object;
	char text[RUN_TIME_LEN];

	return json_string(run_time__format(run->started_ns, text, sizeof(text)));
}

static int read_started(struct reader *reader, const struct where *where, json_t *json,
			void *object)
{
	struct run *run = object;
	int err = reader__expect(reader, where, json, JSON_STRING);

	if (!err && run_time__parse(json_string_value(json), &run->started_ns))
		err = reader__fail(reader, where, "\"%s\" is no time as \"%s\"",
				   json_string_value(json), "2026-01-31T12:00:00.000000000Z");
	return err;
}

const struct codec run_started_codec = { .write = write_started, .read = read_started };

/* --- width ------------------------------------------------------------------------------------ */

static json_t *write_width(const void *object)
{
	const struct run_cell *cell = object;

	if (cell->wclass >= VS_WIDTH_ABOVE)
		return json_string(run_width__name(VS_WIDTH_ABOVE));
	return json_integer(run_width__max(cell->wclass));
}

static int read_width(struct reader *reader, const struct where *where, json_t *json, void *object)
{
	const char *above = run_width__name(VS_WIDTH_ABOVE);
	struct run_cell *cell = object;
	uint64_t width;
	int err;

	if (json_is_string(json)) {
		cell->wclass = VS_WIDTH_ABOVE;
		if (strcmp(json_string_value(json), above))
			return reader__fail(reader, where, "the only width in words is \"%s\"",
					    above);
		return 0;
	}
	err = reader__number(reader, where, json, INT64_MAX, &width);
	if (err)
		return err;
	cell->wclass = run_width__class(width);
	if (run_width__max(cell->wclass) != width)
		return reader__fail(reader, where, "there is no width class %" PRIu64, width);
	return 0;
}

const struct codec cell_width_codec = { .write = write_width, .read = read_width };

/* --- errors ----------------------------------------------------------------------------------- */

static json_t *write_errnos(const struct run_errno *errnos, size_t nr)
{
	json_t *json = json_object();
	char buf[24];
	size_t i;

	for (i = 0; json && i < nr; i++) {
		const char *name = run_errno__name(errnos[i].err, buf, sizeof(buf));

		if (json_object_set_new_nocheck(json, name, number(errnos[i].count))) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}

/* The number of errors is not in the file: it is their sum. */
static int read_errnos(struct reader *reader, const struct where *where, json_t *json,
		       struct run_errno **errnos, size_t *nr, uint64_t *errors)
{
	const char *name;
	uint64_t count;
	json_t *value;
	int err = reader__expect(reader, where, json, JSON_OBJECT);

	if (err)
		return err;
	json_object_foreach(json, name, value)
	{
		struct where at = { .up = where, .key = name };
		int number = run_errno__parse(name);

		if (number < 0)
			return reader__fail(reader, where, "\"%s\" is no name of an errno", name);
		err = reader__number(reader, &at, value, INT64_MAX, &count);
		if (err)
			return err;
		if (__builtin_add_overflow(*errors, count, errors))
			return reader__fail(reader, where, "the sum overflows");
		if (run_errnos__add(errnos, nr, number, count))
			return reader__no_memory(reader, where);
	}
	return 0;
}

static json_t *write_cell_errors(const void *object)
{
	const struct run_cell *cell = object;

	return write_errnos(cell->errnos, cell->nr_errnos);
}

static int read_cell_errors(struct reader *reader, const struct where *where, json_t *json,
			    void *object)
{
	struct run_cell *cell = object;

	return read_errnos(reader, where, json, &cell->errnos, &cell->nr_errnos, &cell->errors);
}

const struct codec cell_errors_codec = { .write = write_cell_errors, .read = read_cell_errors };

static json_t *write_case_errors(const void *object)
{
	const struct run_case *c = object;

	return write_errnos(c->errnos, c->nr_errnos);
}

static int read_case_errors(struct reader *reader, const struct where *where, json_t *json,
			    void *object)
{
	struct run_case *c = object;

	return read_errnos(reader, where, json, &c->errnos, &c->nr_errnos, &c->errors);
}

const struct codec case_errors_codec = { .write = write_case_errors, .read = read_case_errors };

/* --- buckets ---------------------------------------------------------------------------------- */

static json_t *write_buckets(const void *object)
{
	const struct run_latency *latency = object;
	json_t *json = json_array();
	size_t i;

	for (i = 0; json && i < latency->nr_buckets; i++) {
		const struct run_bucket *bucket = &latency->buckets[i];
		json_t *pair = json_array(), *count = number(bucket->count);

		if (json_array_append_new(pair, json_integer(bucket->index)) ||
		    json_array_append(pair, count) || json_array_append(json, pair)) {
			json_decref(json);
			json = NULL;
		}
		json_decref(count);
		json_decref(pair);
	}
	return json;
}

static int read_bucket(struct reader *reader, const struct where *where, json_t *json,
		       struct run_bucket *bucket)
{
	const struct where index_at = { .up = where, .index = 0 };
	const struct where count_at = { .up = where, .index = 1 };
	uint64_t index;
	int err;

	if (!json_is_array(json) || json_array_size(json) != 2)
		return reader__fail(reader, where, "expected [index, count]");
	err = reader__number(reader, &index_at, json_array_get(json, 0), VS_HIST_BUCKETS - 1,
			     &index);
	if (err)
		return err;
	bucket->index = index;
	return reader__number(reader, &count_at, json_array_get(json, 1), INT64_MAX,
			      &bucket->count);
}

static int read_buckets(struct reader *reader, const struct where *where, json_t *json,
			void *object)
{
	struct run_latency *latency = object;
	size_t nr = json_array_size(json), i;
	const struct run_bucket *taken_out = reader__buckets(reader, json, &nr);
	int err = taken_out ? 0 : reader__expect(reader, where, json, JSON_ARRAY);

	if (err || !nr)
		return err;
	if (nr > VS_HIST_BUCKETS)
		return reader__fail(reader, where, "%zu buckets, there are %d", nr,
				    VS_HIST_BUCKETS);
	latency->buckets = calloc(nr, sizeof(*latency->buckets));
	if (!latency->buckets)
		return reader__no_memory(reader, where);
	latency->nr_buckets = nr;
	if (taken_out)
		memcpy(latency->buckets, taken_out, nr * sizeof(*taken_out));
	for (i = 0; !taken_out && !err && i < nr; i++) {
		const struct where at = { .up = where, .index = i };

		err = read_bucket(reader, &at, json_array_get(json, i), &latency->buckets[i]);
	}
	return err;
}

const struct codec latency_buckets_codec = { .write = write_buckets, .read = read_buckets };
