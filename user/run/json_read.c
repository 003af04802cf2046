// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON to a run. This part knows types and ranges and which fields there are; whether the numbers
 * add up is run__validate()'s. What it does not know it counts.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/array.h"
#include "user/run/json_buckets.h"
#include "user/run/json_fields.h"
#include "user/run/json_line.h"
#include "user/run/json_region.h"
#include "user/run/json_text.h"
#include "user/run/read_file.h"
#include "user/run/run.h"

struct reader {
	const char *name;
	char *error;
	size_t len;
	uint64_t unknown; /* fields that no table has */
	struct json_buckets buckets; /* taken out of the document */
	bool strict; /* refuses these */
	/* The document, to tell lines of it; NULL: they are not told. */
	const char *text;
	size_t size;
};

static int read_object(struct reader *reader, const struct where *where, json_t *json,
		       const struct layout *layout, void *object);

/* --- messages --------------------------------------------------------------------------------- */

/* What is quoted from a file may be meant for the terminal it is shown on. */
static void defuse(char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

/* Depth-first, so that the outermost comes first. Returns how much of @buf is used. */
static size_t format_where(const struct where *where, char *buf, size_t len)
{
	size_t used;
	int n;

	if (!where || !where->up)
		return 0;
	used = format_where(where->up, buf, len);
	if (where->key)
		n = snprintf(buf + used, len - used, "%s%.40s", used ? "." : "", where->key);
	else
		n = snprintf(buf + used, len - used, "[%zu]", where->index);
	return used + n < len ? used + n : len - 1;
}

int reader__fail(struct reader *reader, const struct where *where, const char *format, ...)
{
	char place[256] = "", reason[256], line[24] = "";
	size_t used = format_where(where, place, sizeof(place));
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	defuse(place);
	defuse(reason);
	if (reader->text)
		snprintf(line, sizeof(line), ":%zu",
			 json_line__find(reader->text, reader->size, where));
	snprintf(reader->error, reader->len, "%s%s: %s%s%s", reader->name, line, place,
		 used ? ": " : "", reason);
	return -EINVAL;
}

const struct run_bucket *reader__buckets(const struct reader *reader, const json_t *json,
					 size_t *nr)
{
	const struct json_buckets_list *list = NULL;

	if (json_is_string(json))
		list = json_buckets__find(&reader->buckets, json_string_value(json));
	if (!list)
		return NULL;
	*nr = list->nr;
	return &reader->buckets.all[list->first];
}

int reader__no_memory(struct reader *reader, const struct where *where)
{
	reader__fail(reader, where, "out of memory");
	return -ENOMEM;
}

static const char *type_name(json_type type)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",	 [JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number", [JSON_REAL] = "a fraction", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",	     [JSON_NULL] = "null",
	};

	return names[type];
}

int reader__expect(struct reader *reader, const struct where *where, json_t *json, json_type type)
{
	if (json_typeof(json) == type)
		return 0;
	return reader__fail(reader, where, "expected %s, not %s", type_name(type),
			    type_name(json_typeof(json)));
}

/* --- plain types ------------------------------------------------------------------------------ */

int reader__number(struct reader *reader, const struct where *where, json_t *json, uint64_t max,
		   uint64_t *value)
{
	if (!json_is_integer(json))
		return reader__fail(reader, where, "expected a whole number, not %s",
				    type_name(json_typeof(json)));
	if (json_integer_value(json) < 0)
		return reader__fail(reader, where, "%lld is negative",
				    (long long)json_integer_value(json));
	*value = json_integer_value(json);
	if (*value > max)
		return reader__fail(reader, where, "%llu is out of range, 0 to %llu",
				    (unsigned long long)*value, (unsigned long long)max);
	return 0;
}

/* "0x" and lower-case digits, as they are written. */
static int read_hex(struct reader *reader, const struct where *where, json_t *json, uint64_t max,
		    uint64_t *value)
{
	const char *text = json_string_value(json);
	size_t digits;

	if (!text)
		return reader__fail(reader, where, "expected a string \"0x...\", not %s",
				    type_name(json_typeof(json)));
	digits = strncmp(text, "0x", 2) ? 0 : strspn(text + 2, "0123456789abcdef");
	if (digits < 1 || digits > 16 || text[2 + digits])
		return reader__fail(reader, where, "\"%s\" is no number as \"0x1f\"", text);
	*value = strtoull(text, NULL, 16);
	if (*value > max)
		return reader__fail(reader, where, "%s is out of range", text);
	return 0;
}

static int read_number(struct reader *reader, const struct where *where, json_t *json,
		       const struct field *field, void *at)
{
	bool hex = field->flags & FIELD_HEX;
	uint64_t max = hex ? UINT64_MAX : INT64_MAX, value = 0;
	int err;

	if (field->type == FIELD_U32)
		max = UINT32_MAX;
	else if (field->type == FIELD_INT)
		max = INT_MAX;
	err = hex ? read_hex(reader, where, json, max, &value)
		  : reader__number(reader, where, json, max, &value);
	if (err)
		return err;
	if (field->type == FIELD_U64)
		*(uint64_t *)at = value;
	else
		*(uint32_t *)at = value; /* an int from 0 up has the same bits */
	return 0;
}

static int read_const(struct reader *reader, const struct where *where, json_t *json,
		      const char *text)
{
	int err = reader__expect(reader, where, json, JSON_STRING);

	if (!err && strcmp(json_string_value(json), text))
		err = reader__fail(reader, where, "expected \"%s\", not \"%s\"", text,
				   json_string_value(json));
	return err;
}

static int read_text(struct reader *reader, const struct where *where, json_t *json, char **text)
{
	int err = reader__expect(reader, where, json, JSON_STRING);
	char *copy;

	if (err)
		return err;
	copy = strdup(json_string_value(json));
	if (!copy)
		return reader__no_memory(reader, where);
	if (json_text__unescape(copy)) {
		free(copy);
		return reader__fail(reader, where, "a backslash that is neither \\\\ nor \\xNN");
	}
	*text = copy;
	return 0;
}

static int read_enum(struct reader *reader, const struct where *where, json_t *json,
		     const struct field *field, uint32_t *value)
{
	int err = reader__expect(reader, where, json, JSON_STRING);
	const char *name;

	if (err)
		return err;
	for (*value = 0; (name = field->name(*value)); (*value)++) {
		if (!strcmp(json_string_value(json), name))
			return 0;
	}
	return reader__fail(reader, where, "\"%s\" is not known", json_string_value(json));
}

static int read_bool(struct reader *reader, const struct where *where, json_t *json, bool *value)
{
	if (!json_is_boolean(json))
		return reader__fail(reader, where, "expected true or false, not %s",
				    type_name(json_typeof(json)));
	*value = json_is_true(json);
	return 0;
}

static int read_argv(struct reader *reader, const struct where *where, json_t *json, char ***argv)
{
	int err = reader__expect(reader, where, json, JSON_ARRAY);
	size_t i;

	if (err)
		return err;
	*argv = calloc(json_array_size(json) + 1, sizeof(**argv));
	if (!*argv)
		return reader__no_memory(reader, where);
	for (i = 0; !err && i < json_array_size(json); i++) {
		const struct where at = { .up = where, .index = i };

		err = read_text(reader, &at, json_array_get(json, i), &(*argv)[i]);
	}
	return err;
}

/* --- by the tables ---------------------------------------------------------------------------- */

/* The array is empty: a document has each key once. */
static int read_array(struct reader *reader, const struct where *where, json_t *json,
		      const struct field *field, void *object)
{
	size_t *nr = (size_t *)((char *)object + field->nr_offset), i;
	int err = reader__expect(reader, where, json, JSON_ARRAY);

	if (!err && field->flags & FIELD_FILLED && !json_array_size(json))
		return reader__fail(reader, where, "is empty");
	for (i = 0; !err && i < json_array_size(json); i++) {
		const struct where at = { .up = where, .index = i };
		void *element =
			array__append((char *)object + field->offset, nr, field->layout->size);

		if (!element)
			return reader__no_memory(reader, &at);
		err = read_object(reader, &at, json_array_get(json, i), field->layout, element);
	}
	return err;
}

static int read_value(struct reader *reader, const struct where *where, json_t *json,
		      const struct field *field, void *object)
{
	void *at = (char *)object + field->offset;

	switch (field->type) {
	case FIELD_CONST:
		return read_const(reader, where, json, field->text);
	case FIELD_TEXT:
		return read_text(reader, where, json, at);
	case FIELD_ARGV:
		return read_argv(reader, where, json, at);
	case FIELD_ENUM:
		return read_enum(reader, where, json, field, at);
	case FIELD_U64:
	case FIELD_U32:
	case FIELD_INT:
		return read_number(reader, where, json, field, at);
	case FIELD_BOOL:
		return read_bool(reader, where, json, at);
	case FIELD_OBJECT:
		return read_object(reader, where, json, field->layout, at);
	case FIELD_ARRAY:
		return read_array(reader, where, json, field, object);
	case FIELD_CODEC:
		return field->codec->read(reader, where, json, object);
	}
	return reader__fail(reader, where, "a field of no type");
}

static int read_absent(struct reader *reader, const struct where *where, const struct field *field,
		       void *object)
{
	if (field->flags & FIELD_MAYBE) {
		*(int *)((char *)object + field->offset) = -1;
		return 0;
	}
	if ((field->flags & FIELD_OPTIONAL) || (field->belongs && !field->belongs(object)))
		return 0;
	return reader__fail(reader, where, "missing");
}

static int read_field(struct reader *reader, const struct where *where, json_t *json,
		      const struct field *field, void *object)
{
	if (!json)
		return read_absent(reader, where, field, object);
	if (field->belongs && !(field->flags & FIELD_OPTIONAL) && !field->belongs(object))
		return reader__fail(reader, where, "does not belong here");
	return read_value(reader, where, json, field, object);
}

static bool has_field(const struct layout *layout, const char *key)
{
	for (size_t i = 0; i < layout->nr_fields; i++)
		if (!strcmp(layout->fields[i].key, key))
			return true;
	return false;
}

static int refuse_unknown(struct reader *reader, const struct where *where, json_t *json,
			  const struct layout *layout)
{
	const char *key;
	json_t *value;

	json_object_foreach(json, key, value)
	{
		const struct where at = { .up = where, .key = key };

		if (!has_field(layout, key))
			return reader__fail(reader, &at, "there is no such field");
	}
	return 0;
}

static int read_object(struct reader *reader, const struct where *where, json_t *json,
		       const struct layout *layout, void *object)
{
	int err = reader__expect(reader, where, json, JSON_OBJECT);
	size_t known = 0, i;

	for (i = 0; !err && i < layout->nr_fields; i++) {
		const struct field *field = &layout->fields[i];
		const struct where at = { .up = where, .key = field->key };
		json_t *value = json_object_get(json, field->key);

		known += value != NULL;
		err = read_field(reader, &at, value, field, object);
	}
	if (!err && reader->strict)
		return refuse_unknown(reader, where, json, layout);
	if (!err)
		reader->unknown += json_object_size(json) - known;
	return err;
}

/* --- the document ----------------------------------------------------------------------------- */

static void syntax_error(struct reader *reader, const json_error_t *at)
{
	char reason[sizeof(at->text)];

	if (at->line <= 0) {
		reader__fail(reader, NULL, "%s", at->text[0] ? at->text : "out of memory");
		return;
	}
	snprintf(reason, sizeof(reason), "%s", at->text);
	defuse(reason);
	snprintf(reader->error, reader->len, "%s:%d: %s", reader->name, at->line, reason);
}

/* NULL: no JSON, and the reader has said so. */
static json_t *load(struct reader *reader, const char *text, size_t size)
{
	json_error_t at;
	json_t *json;

	if (!size) {
		reader__fail(reader, NULL, "is empty");
		return NULL;
	}
	json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);
	if (!json)
		syntax_error(reader, &at);
	return json;
}

int json__read_strict(const char *text, size_t size, const char *name, const struct layout *layout,
		      json_check check, void *object, char *error, size_t len)
{
	struct reader reader = { .name = name, .error = error, .len = len, .strict = true };
	const struct where document = {};
	json_t *json = load(&reader, text, size);
	int err;

	if (!json)
		return -EINVAL;
	reader.text = text;
	reader.size = size;
	err = read_object(&reader, &document, json, layout, object);
	json_decref(json);
	return err || !check ? err : check(&reader, &document, object);
}

static int read_rest(struct reader *reader, const char *text, size_t size, struct run *run)
{
	const struct where document = {};
	struct json_region region;
	json_t *json;
	int err;

	json_region__enter(&region);
	json = load(reader, text, size);
	err = json ? read_object(reader, &document, json, &run_layout, run) : -EINVAL;
	json_region__leave(&region);
	return err;
}

static int read_run(struct reader *reader, const char *text, size_t size, struct run *run)
{
	char *copy = malloc(size ?: 1);
	int err = copy ? 0 : -ENOMEM;

	if (!err) {
		memcpy(copy, text, size);
		err = json_buckets__take_out(&reader->buckets, copy, &size);
	}
	if (err)
		reader__no_memory(reader, NULL);
	err = err ?: read_rest(reader, copy, size, run);
	json_buckets__free(&reader->buckets);
	free(copy);
	return err;
}

static int check_run(struct reader *reader, struct run *run)
{
	char reason[512];

	if (__builtin_add_overflow(run->limits.unknown_fields, reader->unknown,
				   &run->limits.unknown_fields))
		return reader__fail(reader, NULL, "limits.unknown_fields: the sum overflows");
	if (run__validate(run, reason, sizeof(reason)))
		return reader__fail(reader, NULL, "%s", reason);
	return 0;
}

int run__parse(const char *text, size_t size, const char *name, struct run **run, char *error,
	       size_t len)
{
	struct reader reader = { .name = name, .error = error, .len = len };
	struct run *fresh;
	int err;

	*run = NULL;
	if (size > RUN_MAX_FILE)
		return reader__fail(&reader, NULL, "is larger than %u MiB", RUN_MAX_FILE >> 20);
	fresh = calloc(1, sizeof(*fresh));
	if (!fresh)
		return reader__no_memory(&reader, NULL);
	fresh->command.exit_status = -1;
	err = read_run(&reader, text, size, fresh) ?: check_run(&reader, fresh);
	if (err)
		run__free(fresh);
	else
		*run = fresh;
	return err;
}

int run__read(const char *path, struct run **run, char *error, size_t len)
{
	const char *reason;
	size_t size = 0;
	char *text;
	int err;

	*run = NULL;
	err = read_file(path, RUN_MAX_FILE, &text, &size, &reason);
	if (err == -EFBIG)
		snprintf(error, len, "%s: is larger than %u MiB", path, RUN_MAX_FILE >> 20);
	else if (err)
		snprintf(error, len, "%s: %s", path, reason);
	if (err)
		return err;
	err = run__parse(text, size, path, run, error, len);
	free(text);
	return err;
}
