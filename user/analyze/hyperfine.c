// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/hyperfine.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/array.h"

#define FIRST_KEY "\"results\""
#define MAX_SECONDS 1e9 /* in ns still exact to the microsecond */

struct export
{
	struct hyperfine *to;
	const char *name; /* of the file */
	char *error;
	size_t len;
};

static __attribute__((format(printf, 2, 3))) int fail(struct export *export, const char *format,
						      ...)
{
	int n = snprintf(export->error, export->len, "%s: ", export->name);
	va_list args;

	va_start(args, format);
	if (n >= 0 && (size_t)n < export->len)
		vsnprintf(export->error + n, export->len - (size_t)n, format, args);
	va_end(args);
	return -EINVAL;
}

static const char *skip_space(const char *text, const char *end)
{
	while (text < end && strchr(" \t\r\n", *text))
		text++;
	return text;
}

bool hyperfine__is_export(const char *text, size_t size)
{
	const char *end = text + size;

	text = skip_space(text, end);
	if (text == end || *text != '{')
		return false;
	text = skip_space(text + 1, end);
	return (size_t)(end - text) >= strlen(FIRST_KEY) &&
	       !strncmp(text, FIRST_KEY, strlen(FIRST_KEY));
}

static int take_times(struct export *export, struct compare_timing *timing, const json_t *times)
{
	double *all = calloc(json_array_size(times), sizeof(*all));

	timing->times_ns = all;
	if (!all)
		return -ENOMEM;
	for (; timing->nr < json_array_size(times); timing->nr++) {
		const json_t *time = json_array_get(times, timing->nr);
		double seconds = json_number_value(time);

		if (!json_is_number(time) || seconds <= 0 || seconds > MAX_SECONDS)
			return fail(export, "results[%zu].times[%zu] is no time in seconds",
				    export->to->nr - 1, timing->nr);
		all[timing->nr] = seconds * 1e9;
	}
	return 0;
}

/* null stands for a repetition that a signal ended. */
static uint64_t count_failed(const json_t *codes)
{
	uint64_t failed = 0;

	for (size_t i = 0; i < json_array_size(codes); i++) {
		const json_t *code = json_array_get(codes, i);

		failed += !json_is_integer(code) || json_integer_value(code) != 0;
	}
	return failed;
}

static bool is_known(const struct hyperfine *hyperfine, const char *command)
{
	for (size_t i = 0; i + 1 < hyperfine->nr; i++)
		if (!strcmp(hyperfine->timings[i].command, command))
			return true;
	return false;
}

static int take_result(struct export *export, const json_t *result)
{
	struct hyperfine *to = export->to;
	struct compare_timing *timing = array__append(&to->timings, &to->nr, sizeof(*timing));
	const char *command = json_string_value(json_object_get(result, "command"));
	const json_t *times = json_object_get(result, "times");

	if (!timing)
		return -ENOMEM;
	timing->command = strdup(command ?: "");
	if (!timing->command)
		return -ENOMEM;
	if (!command)
		return fail(export, "results[%zu] has no command", to->nr - 1);
	if (is_known(to, command))
		return fail(export,
			    "the command '%s' is in it twice; name them apart with "
			    "--command-name",
			    command);
	if (!json_array_size(times))
		return fail(export, "results[%zu] has no times; export with --export-json",
			    to->nr - 1);
	timing->failed = count_failed(json_object_get(result, "exit_codes"));
	return take_times(export, timing, times);
}

int hyperfine__parse(struct hyperfine *hyperfine, const char *text, size_t size, const char *name,
		     char *error, size_t len)
{
	struct export export = { hyperfine, name, error, len };
	json_error_t where;
	json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
	const json_t *results = json_object_get(document, "results");
	int err = 0;

	*hyperfine = (struct hyperfine){};
	if (!document)
		err = fail(&export, "line %d: %s", where.line, where.text);
	else if (!json_array_size(results))
		err = fail(&export, "it holds no results");
	for (size_t i = 0; !err && i < json_array_size(results); i++)
		err = take_result(&export, json_array_get(results, i));
	json_decref(document);
	return err;
}

void hyperfine__free(struct hyperfine *hyperfine)
{
	for (size_t i = 0; i < hyperfine->nr; i++) {
		free((char *)hyperfine->timings[i].command);
		free((double *)hyperfine->timings[i].times_ns);
	}
	free(hyperfine->timings);
}
