// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run to JSON. The document is made an element at a time, so memory stays small, and an element
 * is one line: a file can be read by eye, by grep and by diff, without the cost of an indent before
 * each of its buckets. Nothing but ASCII is written: no text in it can drive a terminal.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/atomic_file.h"
#include "user/run/json_fields.h"
#include "user/run/json_text.h"
#include "user/run/run.h"

static json_t *write_object(const struct layout *layout, const void *object);

static json_t *write_text(const char *text)
{
	char *escaped = json_text__escape(text);
	json_t *json = escaped ? json_string(escaped) : NULL;

	free(escaped);
	return json;
}

static json_t *write_argv(char **argv)
{
	json_t *json = json_array();

	for (; json && argv && *argv; argv++) {
		if (json_array_append_new(json, write_text(*argv))) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}

static uint64_t load_number(const struct field *field, const void *object)
{
	const void *at = field__at(field, object);

	if (field->type == FIELD_U64)
		return *(const uint64_t *)at;
	if (field->type == FIELD_INT)
		return *(const int *)at;
	return *(const uint32_t *)at;
}

static json_t *write_number(const struct field *field, uint64_t value)
{
	if (field->flags & FIELD_HEX)
		return json_sprintf("0x%llx", (unsigned long long)value);
	if (value > INT64_MAX) {
		errno = EOVERFLOW;
		return NULL;
	}
	return json_integer(value);
}

static char *load_pointer(const void *at)
{
	char *pointer;

	memcpy(&pointer, at, sizeof(pointer));
	return pointer;
}

static size_t load_size(const struct field *field, const void *object)
{
	return *(const size_t *)((const char *)object + field->nr_offset);
}

static json_t *write_array(const struct field *field, const void *object)
{
	const char *element = load_pointer(field__at(field, object));
	size_t nr = load_size(field, object), i;
	json_t *json = json_array();

	for (i = 0; json && i < nr; i++, element += field->layout->size) {
		if (json_array_append_new(json, write_object(field->layout, element))) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}

/* NULL and errno. */
static json_t *write_value(const struct field *field, const void *object)
{
	const void *at = field__at(field, object);
	const char *name;

	switch (field->type) {
	case FIELD_CONST:
		return json_string(field->text);
	case FIELD_TEXT:
		return write_text(load_pointer(at));
	case FIELD_ARGV:
		return write_argv(*(char ***)at);
	case FIELD_ENUM:
		name = field->name(*(const uint32_t *)at);
		errno = EINVAL;
		return name ? json_string(name) : NULL;
	case FIELD_U64:
	case FIELD_U32:
	case FIELD_INT:
		return write_number(field, load_number(field, object));
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_OBJECT:
		return write_object(field->layout, at);
	case FIELD_ARRAY:
		return write_array(field, object);
	case FIELD_CODEC:
		return field->codec->write(object);
	}
	errno = EINVAL;
	return NULL;
}

/* A text that must be there and is not cannot be written: the reader will say so. */
static bool is_absent(const struct field *field, const void *object)
{
	const void *at = field__at(field, object);

	if (field->belongs)
		return !field->belongs(object);
	if (field->type == FIELD_TEXT)
		return !load_pointer(at);
	return (field->flags & FIELD_MAYBE) && *(const int *)at < 0;
}

static json_t *write_object(const struct layout *layout, const void *object)
{
	json_t *json = json_object();
	size_t i;

	for (i = 0; json && i < layout->nr_fields; i++) {
		const struct field *field = &layout->fields[i];

		if (is_absent(field, object))
			continue;
		if (json_object_set_new_nocheck(json, field->key, write_value(field, object))) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}

/*
 * A stream keeps that it failed, not why: so each write is looked at, with errno 0 before it. What the write
 * itself returns does not always tell.
 */
static int stream_error(FILE *stream)
{
	if (!ferror(stream))
		return 0;
	return errno ? -errno : -EIO;
}

__attribute__((format(printf, 2, 3))) static int put(FILE *stream, const char *format, ...)
{
	va_list args;

	errno = 0;
	va_start(args, format);
	vfprintf(stream, format, args);
	va_end(args);
	return stream_error(stream);
}

/* Prints and frees @json; the errno of what made it (NULL), or of the stream. */
static int print_json(json_t *json, FILE *stream)
{
	int failed, err;

	if (!json)
		return errno ? -errno : -ENOMEM;
	errno = 0;
	failed = json_dumpf(json, stream, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
	err = stream_error(stream);
	json_decref(json);
	return failed && !err ? -EIO : err;
}

static int print_elements(const struct field *field, const void *object, FILE *stream, int indent)
{
	const char *element = load_pointer(field__at(field, object));
	size_t nr = load_size(field, object), i;
	int err = put(stream, "[");

	for (i = 0; !err && i < nr; i++, element += field->layout->size) {
		err = put(stream, "%s\n%*s", i ? "," : "", indent + 1, "");
		err = err ?: print_json(write_object(field->layout, element), stream);
	}
	if (!err && nr)
		err = put(stream, "\n%*s", indent, "");
	return err ?: put(stream, "]");
}

static int print_lines(const struct layout *layout, const void *object, FILE *stream, int indent);

static int print_field(const struct field *field, const void *object, FILE *stream, int indent)
{
	if (field->type == FIELD_ARRAY)
		return print_elements(field, object, stream, indent);
	if (field->type == FIELD_OBJECT && field->layout->lines)
		return print_lines(field->layout, field__at(field, object), stream, indent);
	errno = 0;
	return print_json(write_value(field, object), stream);
}

static int print_lines(const struct layout *layout, const void *object, FILE *stream, int indent)
{
	const char *separator = "";
	int err = put(stream, "{");
	size_t i;

	for (i = 0; !err && i < layout->nr_fields; i++) {
		const struct field *field = &layout->fields[i];

		if (is_absent(field, object))
			continue;
		err = put(stream, "%s\n%*s\"%s\": ", separator, indent + 1, "", field->key);
		err = err ?: print_field(field, object, stream, indent + 1);
		separator = ",";
	}
	return err ?: put(stream, "\n%*s}", indent, "");
}

int json__print(const struct layout *layout, const void *object, FILE *stream)
{
	int err = print_lines(layout, object, stream, 0);

	return err ?: put(stream, "\n");
}

int run__print(const struct run *run, FILE *stream)
{
	return json__print(&run_layout, run, stream);
}

int run__write(const struct run *run, const char *path, char *error, size_t len)
{
	struct atomic_file *file = atomic_file__open(path);
	int err;

	if (!file) {
		err = -errno;
		goto cleanup;
	}
	err = run__print(run, atomic_file__stream(file));
	if (err)
		atomic_file__abort(file);
	else
		err = atomic_file__commit(file);
cleanup:
	if (err)
		snprintf(error, len, "%s: cannot write: %s", path, strerror(-err));
	return err;
}
