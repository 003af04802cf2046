// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "benchmarks/barbench/options_internal.h"
#include "benchmarks/barbench/quantity.h"

/* Call @add with each item of a comma list; stops at its first error. */
static int parse_list(struct parse *parse, const char *name, const char *list,
		      int (*add)(struct parse *parse, const char *item))
{
	char item[32];
	size_t len;
	int err;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		if (!len || len >= sizeof(item))
			return trouble__say(parse->trouble, EINVAL,
					    "--%s: '%.*s' is not known (try --help)", name,
					    (int)len, list);
		memcpy(item, list, len);
		item[len] = '\0';
		err = add(parse, item);
		if (err || !list[len])
			return err;
	}
}

static int given_twice(struct parse *parse, const char *name, const char *item)
{
	return trouble__say(parse->trouble, EINVAL, "--%s: '%s' is given twice (try --help)", name,
			    item);
}

static int add_mode(struct parse *parse, const char *item)
{
	struct bench_options *options = parse->options;
	const struct access_mode *mode = access__find(item);
	size_t i;

	if (!mode)
		return trouble__say(
			parse->trouble, EINVAL,
			"--mode: '%s' is none of pread, pwrite, load, store (try --help)", item);
	for (i = 0; i < options->nr_modes; i++) {
		if (options->modes[i] == mode)
			return given_twice(parse, "mode", item);
	}
	options->modes[options->nr_modes++] = mode;
	return 0;
}

static int add_width(struct parse *parse, const char *item)
{
	struct bench_options *options = parse->options;
	uint64_t width;
	size_t i;
	int err;

	err = options_value__size(parse, "width", item, 0, &width);
	if (err)
		return err;
	if (width > ACCESS_MAX_WIDTH)
		return trouble__say(parse->trouble, EINVAL,
				    "--width %s: must be 0 to %d (try --help)", item,
				    ACCESS_MAX_WIDTH);
	for (i = 0; i < options->nr_widths; i++) {
		if (options->widths[i] == width)
			return given_twice(parse, "width", item);
	}
	if (options->nr_widths == OPTIONS_MAX_WIDTHS)
		return trouble__say(parse->trouble, EINVAL, "--width: more than %d (try --help)",
				    OPTIONS_MAX_WIDTHS);
	options->widths[options->nr_widths++] = width;
	return 0;
}

static int bad_pattern(struct parse *parse, const char *item, int err)
{
	if (err == -ERANGE)
		return trouble__say(parse->trouble, EINVAL,
				    "--pattern: '%s' has no size of 1 byte or more behind the "
				    "colon (try --help)",
				    item);
	return trouble__say(parse->trouble, EINVAL,
			    "--pattern: '%s' is none of seq, rand, fixed, stride:BYTES "
			    "(try --help)",
			    item);
}

static int add_pattern(struct parse *parse, const char *item)
{
	struct bench_options *options = parse->options;
	struct pattern_spec spec;
	size_t i;
	int err = pattern__parse(item, &spec);

	if (err)
		return bad_pattern(parse, item, err);
	for (i = 0; i < options->nr_patterns; i++) {
		if (options->patterns[i].kind == spec.kind &&
		    options->patterns[i].stride == spec.stride)
			return given_twice(parse, "pattern", item);
	}
	if (options->nr_patterns == OPTIONS_MAX_PATTERNS)
		return trouble__say(parse->trouble, EINVAL, "--pattern: more than %d (try --help)",
				    OPTIONS_MAX_PATTERNS);
	options->patterns[options->nr_patterns++] = spec;
	return 0;
}

int options_list__modes(struct parse *parse, const char *list)
{
	return parse_list(parse, "mode", list, add_mode);
}

int options_list__widths(struct parse *parse, const char *list)
{
	return parse_list(parse, "width", list, add_width);
}

int options_list__patterns(struct parse *parse, const char *list)
{
	return parse_list(parse, "pattern", list, add_pattern);
}
