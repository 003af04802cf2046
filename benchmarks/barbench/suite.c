// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/options_internal.h"
#include "benchmarks/barbench/suite.h"
#include "user/run/array.h"
#include "user/run/read_file.h"

#define MAX_SUITE (1u << 20) /* bytes */
#define MAX_WORDS 64 /* of a line */
#define MAX_GROUPS 1000

/* What is quoted from a file may be meant for the terminal it is shown on. */
static void defuse(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static int add_group(struct bench_suite *suite, const struct bench_options *options,
		     struct trouble *trouble)
{
	struct bench_options *group =
		array__append(&suite->groups, &suite->nr, sizeof(*suite->groups));

	if (!group)
		return trouble__say(trouble, ENOMEM, "no memory");
	*group = *options;
	return 0;
}

static int add_line(struct bench_suite *suite, const struct bench_options *options, char *line,
		    unsigned int number, struct trouble *trouble)
{
	char *words[MAX_WORDS + 2] = { "barbench" }, *rest = NULL;
	struct bench_options group = *options;
	struct trouble why = { "" };
	int nr = 1, err;

	line[strcspn(line, "#")] = '\0';
	for (char *word = strtok_r(line, " \t\r", &rest); word && nr <= MAX_WORDS;
	     word = strtok_r(NULL, " \t\r", &rest))
		words[nr++] = word;
	if (nr == 1)
		return 0;
	group.line = number;
	err = nr > MAX_WORDS ? trouble__say(&why, E2BIG, "more than %d words", MAX_WORDS - 1)
			     : options__parse_case(&group, nr, words, &why);
	if (!err && suite->nr == MAX_GROUPS)
		err = trouble__say(&why, E2BIG, "more than %d lines with cases", MAX_GROUPS);
	defuse(why.text);
	if (err)
		return trouble__say(trouble, -err, "%s:%u: %s", options->suite, number, why.text);
	return add_group(suite, &group, trouble);
}

static int read_suite(struct bench_suite *suite, const struct bench_options *options,
		      struct trouble *trouble)
{
	const char *reason;
	unsigned int number = 0;
	size_t size;
	char *rest;
	int err = read_file(options->suite, MAX_SUITE, &suite->text, &size, &reason);

	if (err)
		return trouble__say(trouble, -err, "--suite: %s: %s", options->suite, reason);
	if (memchr(suite->text, '\0', size))
		return trouble__say(trouble, EINVAL, "--suite: %s is no text", options->suite);
	rest = realloc(suite->text, size + 1);
	if (!rest)
		return trouble__say(trouble, ENOMEM, "no memory");
	suite->text = rest;
	suite->text[size] = '\0';
	for (char *line = strsep(&rest, "\n"); !err && line; line = strsep(&rest, "\n"))
		err = add_line(suite, options, line, ++number, trouble);
	if (!err && !suite->nr)
		err = trouble__say(trouble, EINVAL, "--suite: %s has no cases", options->suite);
	return err;
}

int bench_suite__init(struct bench_suite *suite, const struct bench_options *options,
		      struct trouble *trouble)
{
	*suite = (struct bench_suite){ 0 };
	if (options->suite)
		return read_suite(suite, options, trouble);
	return add_group(suite, options, trouble);
}

void bench_suite__free(struct bench_suite *suite)
{
	free(suite->groups);
	free(suite->text);
}
