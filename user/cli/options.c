// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/cli/cli.h"
#include "user/render/units.h"
#include "user/run/run.h"

#define NS_PER_S 1000000000ULL

/* Digits to *@value, *@text past them. -EINVAL: there is none; -ERANGE: more than 64 bits. */
static int take_digits(const char **text, uint64_t *value)
{
	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	for (*value = 0; isdigit((unsigned char)**text); ++*text)
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, **text - '0', value))
			return -ERANGE;
	return 0;
}

static int find_unit(const char *name, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "", NS_PER_S }, { "s", NS_PER_S },	  { "ms", 1000000 },	    { "us", 1000 },
		{ "ns", 1 },	  { "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!strcmp(name, units[i].name)) {
			*ns = units[i].ns;
			return 0;
		}
	}
	return -EINVAL;
}

/* Adds the @len decimals at @digits of a @unit; those below a nanosecond add nothing. */
static int add_fraction(const char *digits, size_t len, uint64_t unit, uint64_t *ns)
{
	for (size_t i = 0; i < len && unit; i++) {
		if (__builtin_add_overflow(*ns, unit * (digits[i] - '0') / 10, ns))
			return -ERANGE;
		unit /= 10;
	}
	return 0;
}

int parse_duration_ns(const char *text, uint64_t *ns)
{
	const char *decimals = text;
	size_t nr_decimals = 0;
	uint64_t whole, unit, result;
	int err = take_digits(&text, &whole);

	if (err)
		return err;
	if (*text == '.') {
		decimals = text + 1;
		nr_decimals = strspn(decimals, "0123456789");
		if (!nr_decimals)
			return -EINVAL;
		text = decimals + nr_decimals;
	}
	err = find_unit(text, &unit);
	if (err)
		return err;
	if (__builtin_mul_overflow(whole, unit, &result))
		return -ERANGE;
	err = add_fraction(decimals, nr_decimals, unit, &result);
	if (err || result > INT64_MAX)
		return -ERANGE;
	*ns = result;
	return 0;
}

int parse_percent(const char *text, double *fraction)
{
	size_t digits = strspn(text, "0123456789"), dot = text[digits] == '.';
	size_t decimals = dot ? strspn(text + digits + 1, "0123456789") : 0;

	if (!digits || dot != (decimals != 0) || strcmp(text + digits + dot + decimals, "%"))
		return -EINVAL;
	*fraction = strtod(text, NULL) / 100;
	return 0;
}

static int take_hex(const char *text, uint64_t *value)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF");

	if (!len || text[len])
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, NULL, 16);
	return -errno;
}

int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t result;
	int err;

	if (!strncasecmp(text, "0x", 2)) {
		err = take_hex(text + 2, &result);
	} else {
		err = take_digits(&text, &result);
		if (!err && *text)
			err = -EINVAL;
	}
	if (err)
		return err;
	if (result < min || result > max)
		return -ERANGE;
	*value = result;
	return 0;
}

/* Calls @parse on each word of a list; what it returns is a bit of *@mask, or an error. */
static int parse_list(const char *text, int (*parse)(const char *word), uint32_t *mask)
{
	char *copy = strdup(text);
	char *rest = copy, *word;
	uint32_t result = 0;
	int bit = -EINVAL;

	if (!copy)
		return -ENOMEM;
	while ((word = strsep(&rest, ","))) {
		bit = parse(word);
		if (bit < 0)
			break;
		result |= 1U << bit;
	}
	free(copy);
	if (bit < 0)
		return bit;
	*mask = result;
	return 0;
}

int parse_regions(const char *text, uint32_t *mask)
{
	return parse_list(text, run_region__parse, mask);
}

static int parse_dir(const char *word)
{
	if (!strcmp(word, "read"))
		return VS_READ;
	return strcmp(word, "write") ? -EINVAL : VS_WRITE;
}

int parse_dirs(const char *text, uint32_t *mask)
{
	return parse_list(text, parse_dir, mask);
}

/* "4" or "9-4096" */
static int parse_width(char *word, struct vs_width_range *range)
{
	char *dash = strchr(word, '-');
	uint64_t from, to;
	int err;

	if (dash)
		*dash++ = '\0';
	err = parse_u64(word, 0, UINT32_MAX, &from);
	err = err ?: parse_u64(dash ?: word, 0, UINT32_MAX, &to);
	if (err)
		return err;
	if (to < from)
		return -ERANGE;
	*range = (struct vs_width_range){ .from = from, .to = to };
	return 0;
}

int parse_widths(const char *text, struct vs_width_range *ranges, uint32_t *nr)
{
	char *copy = strdup(text);
	char *rest = copy, *word;
	int err = copy ? 0 : -ENOMEM;

	*nr = 0;
	while (!err && (word = strsep(&rest, ","))) {
		if (*nr == VS_WIDTH_RANGES)
			err = -E2BIG;
		else
			err = parse_width(word, &ranges[(*nr)++]);
	}
	free(copy);
	return err;
}

/*
 * Whether @text has the shape of @pattern, in which x stands for a hexadecimal digit and 7 for one
 * of 0..7.
 */
static bool matches(const char *text, const char *pattern)
{
	for (; *text && *pattern; text++, pattern++) {
		unsigned char c = *text;

		if (*pattern == 'x'   ? !isxdigit(c)
		    : *pattern == '7' ? c < '0' || c > '7'
				      : c != (unsigned char)*pattern)
			return false;
	}
	return *text == *pattern;
}

int parse_device(const char *text, char *name, size_t len)
{
	/* A domain has more than 4 digits where there are more than 65536, behind Intel's VMD. */
	static const char *const complete[] = {
		"xxxx:xx:xx.7",	   "xxxxx:xx:xx.7",    "xxxxxx:xx:xx.7",
		"xxxxxxx:xx:xx.7", "xxxxxxxx:xx:xx.7", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
	};
	bool known = false, brief = matches(text, "xx:xx.7");

	for (size_t i = 0; i < sizeof(complete) / sizeof(complete[0]); i++)
		known |= matches(text, complete[i]);
	if (!known && !brief)
		return -EINVAL;
	if ((size_t)snprintf(name, len, "%s%s", brief ? "0000:" : "", text) >= len)
		return -ERANGE;
	for (char *p = name; *p; p++)
		*p = tolower((unsigned char)*p);
	return 0;
}

uint64_t option__duration_ns(const struct argp_state *state, const char *option, const char *text,
			     uint64_t min, uint64_t max)
{
	char low[UNITS_LEN], high[UNITS_LEN];
	uint64_t ns;
	int err = parse_duration_ns(text, &ns);

	if (err == -EINVAL)
		cli__usage(state, "%s: '%s' is no duration such as 5, 1.5s, 100ms, 2m or 1h",
			   option, text);
	if (err || ns < min || ns > max)
		cli__usage(state, "%s: '%s' is out of range, %s to %s", option, text,
			   units__duration(min, low), units__duration(max, high));
	return ns;
}

uint64_t option__u64(const struct argp_state *state, const char *option, const char *text,
		     uint64_t min, uint64_t max)
{
	uint64_t value;
	int err = parse_u64(text, min, max, &value);

	if (err == -EINVAL)
		cli__usage(state, "%s: '%s' is no number", option, text);
	if (err)
		cli__usage(state, "%s: '%s' is out of range, %" PRIu64 " to %" PRIu64, option, text,
			   min, max);
	return value;
}

double option__percent(const struct argp_state *state, const char *option, const char *text,
		       double max)
{
	double fraction;

	if (parse_percent(text, &fraction))
		cli__usage(state, "%s: '%s' is no percentage such as 1%% or 0.5%%", option, text);
	if (fraction > max)
		cli__usage(state, "%s: '%s' is out of range, 0%% to %g%%", option, text, 100 * max);
	return fraction;
}

uint32_t option__regions(const struct argp_state *state, const char *option, const char *text)
{
	uint32_t mask;

	if (parse_regions(text, &mask))
		cli__usage(state,
			   "%s: '%s' is no list of BAR0..BAR5, ROM, CONFIG, VGA, a number below %d "
			   "or 'bad'",
			   option, text, VS_REGION_BAD);
	return mask;
}

uint32_t option__dirs(const struct argp_state *state, const char *option, const char *text)
{
	uint32_t mask;

	if (parse_dirs(text, &mask))
		cli__usage(state, "%s: '%s' is neither 'read' nor 'write'", option, text);
	return mask;
}

void option__device(const struct argp_state *state, const char *option, const char *text,
		    char *name, size_t len)
{
	if (parse_device(text, name, len))
		cli__usage(
			state,
			"%s: '%s' is no PCI address such as 0000:03:00.0 or 03:00.0, and no UUID",
			option, text);
}
