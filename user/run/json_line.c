// SPDX-License-Identifier: GPL-2.0-only
/*
 * No parser: the text is known to be JSON, so brackets and strings are enough to step over a value, and
 * jansson reads the keys.
 */
#include "user/run/json_line.h"

#include <stdbool.h>
#include <string.h>

#include "user/run/json_fields.h"

struct place {
	const char *mark; /* what the line is of: the key, or the value of an element */
	const char *value; /* NULL: not there */
};

static const char *skip_space(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at))
		at++;
	return at;
}

/* Behind the string that begins at @at. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at < end ? at + 1 : end;
}

/* Behind the value that begins at @at; without recursion, however deep it is. */
static const char *skip_value(const char *at, const char *end)
{
	size_t depth = 0;

	while (at < end) {
		if (!depth && strchr(",]}", *at))
			return at;
		if (*at == '"') {
			at = skip_string(at, end);
			continue;
		}
		depth += *at == '[' || *at == '{';
		depth -= *at == ']' || *at == '}';
		at++;
	}
	return end;
}

static bool is_key(const char *string, const char *end, const char *key)
{
	json_t *json = json_loadb(string, skip_string(string, end) - string, JSON_DECODE_ANY, NULL);
	bool is = json_is_string(json) && !strcmp(json_string_value(json), key);

	json_decref(json);
	return is;
}

/* The element of the object or array that begins at @at. */
static struct place find_element(const char *at, const char *end, const struct where *where)
{
	struct place place;
	bool found = false;

	at = skip_space(at + 1, end);
	for (size_t i = 0; at < end && *at != ']' && *at != '}'; i++) {
		place.mark = at;
		if (where->key) {
			found = is_key(at, end, where->key);
			at = skip_space(skip_string(at, end), end); /* to the colon */
			at = skip_space(at + 1, end);
		} else {
			found = i == where->index;
		}
		place.value = at;
		if (found)
			return place;
		at = skip_value(at, end);
		if (at < end && *at == ',')
			at = skip_space(at + 1, end);
	}
	return (struct place){};
}

static struct place find(const char *text, const char *end, const struct where *where)
{
	struct place up, place;

	if (!where || !where->up) {
		const char *start = skip_space(text, end);

		return (struct place){ start, start };
	}
	up = find(text, end, where->up);
	if (!up.value || up.value >= end || *up.value != (where->key ? '{' : '['))
		return (struct place){ up.mark, NULL };
	place = find_element(up.value, end, where);
	return place.value ? place : (struct place){ up.mark, NULL };
}

size_t json_line__find(const char *text, size_t size, const struct where *where)
{
	const char *mark = find(text, text + size, where).mark;
	size_t line = 1;

	for (const char *at = text; at < mark; at++)
		line += *at == '\n';
	return line;
}
