// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/quantity.h"

/* No octal: a leading 0 that changes the meaning of a length is a trap. */
static int parse_digits(const char *text, uint64_t *value, char **end)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	if (hex ? !isxdigit((unsigned char)text[2]) : !isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, end, hex ? 16 : 10);
	return errno ? -ERANGE : 0;
}

static int shift_of_suffix(const char *suffix)
{
	static const char units[] = "kmg";
	const char *unit;

	if (!*suffix)
		return 0;
	unit = strchr(units, tolower((unsigned char)*suffix));
	return unit && !suffix[1] ? 10 * (int)(unit - units + 1) : -EINVAL;
}

int quantity__parse_size(const char *text, uint64_t *value)
{
	uint64_t number;
	char *end;
	int err, shift;

	err = parse_digits(text, &number, &end);
	if (err)
		return err;
	shift = shift_of_suffix(end);
	if (shift < 0)
		return shift;
	if (number > UINT64_MAX >> shift)
		return -ERANGE;
	*value = number << shift;
	return 0;
}

int quantity__parse_count(const char *text, uint64_t *value)
{
	uint64_t number;
	char *end;
	int err;

	err = parse_digits(text, &number, &end);
	if (err)
		return err;
	if (*end)
		return -EINVAL;
	*value = number;
	return 0;
}

static uint64_t ns_of_unit(const char *unit)
{
	if (!*unit || !strcmp(unit, "s"))
		return NSEC_PER_SEC;
	if (!strcmp(unit, "ms"))
		return NSEC_PER_MSEC;
	if (!strcmp(unit, "us"))
		return NSEC_PER_USEC;
	return 0;
}

int quantity__parse_duration(const char *text, uint64_t *ns)
{
	uint64_t whole, fraction = 0, scale = 1, unit;
	char *end;
	int err;

	if (!isdigit((unsigned char)text[0]) || text[1] == 'x' || text[1] == 'X')
		return -EINVAL;
	err = parse_digits(text, &whole, &end);
	if (err)
		return err;
	if (*end == '.') {
		for (end++; isdigit((unsigned char)*end); end++) {
			if (scale >= NSEC_PER_SEC)
				continue; /* below a nanosecond */
			fraction = fraction * 10 + (uint64_t)(*end - '0');
			scale *= 10;
		}
	}
	unit = ns_of_unit(end);
	if (!unit)
		return -EINVAL;
	if (whole > INT64_MAX / unit - 1)
		return -ERANGE;
	whole = whole * unit + fraction * unit / scale;
	if (!whole)
		return -EINVAL;
	*ns = whole;
	return 0;
}
