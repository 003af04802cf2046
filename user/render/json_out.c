// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/json_out.h"

#include <errno.h>
#include <stdlib.h>

#include "user/run/json_text.h"

/* Fractions are written with this many digits: the same on every machine. */
#define REAL_DIGITS 12

int json_out__set(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) ? -ENOMEM : 0;
}

int json_out__set_text(json_t *object, const char *key, const char *text)
{
	char *escaped;
	int err;

	if (!text)
		return 0;
	escaped = json_text__escape(text);
	err = escaped ? json_out__set(object, key, json_string(escaped)) : -ENOMEM;
	free(escaped);
	return err;
}

int json_out__set_account(json_t *object, const struct run *run)
{
	struct run_account sums;
	json_t *account = json_object();
	int err = json_out__set(object, "account", account);

	run__account(run, &sums);
	err = err ?: json_out__set(account, "issued", json_integer(sums.counted + sums.lost));
	err = err ?: json_out__set(account, "counted", json_integer(sums.counted));
	err = err ?: json_out__set(account, "lost", json_integer(sums.lost));
	err = err ?: json_out__set_text(account, "lost_kind", run_lost_kind__name(sums.lost_kind));
	err = err ?: json_out__set(account, "overflow", json_integer(sums.overflow));
	return err ?: json_out__set(account, "no_device", json_integer(sums.no_device));
}

/* The values of a document of one level: arrays with an element a line, all else in one line. */
static void dump_value(FILE *out, const json_t *value)
{
	const size_t flags = JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(REAL_DIGITS);
	const json_t *element;
	size_t i;

	if (!json_is_array(value) || !json_array_size(value)) {
		json_dumpf(value, out, flags);
		return;
	}
	fputs("[\n", out);
	json_array_foreach(value, i, element)
	{
		fputs(i ? ",\n  " : "  ", out);
		json_dumpf(element, out, flags);
	}
	fputs("\n ]", out);
}

/* ASCII: C1 controls and bidirectional marks reach no terminal. */
void json_out__dump(FILE *out, json_t *object)
{
	const char *separator = "{\n";
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		fprintf(out, "%s \"%s\": ", separator, key);
		dump_value(out, value);
		separator = ",\n";
	}
	fputs("\n}\n", out);
}
