// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/units.h"

#include <stdio.h>

struct unit {
	double size;
	const char *suffix;
};

/* Ordered, and ended by a size of 0; the last unit takes all that is larger. */
static const struct unit durations[] = {
	{ 1, "ns" }, { 1e3, "us" }, { 1e6, "ms" }, { 1e9, "s" }, { 0, NULL }
};
static const struct unit counts[] = {
	{ 1, "" }, { 1e3, "k" }, { 1e6, "M" }, { 1e9, "G" }, { 0, NULL }
};
static const struct unit sizes[] = {
	{ 1, "" },
	{ 1024, "Ki" },
	{ 1024.0 * 1024, "Mi" },
	{ 1073741824, "Gi" },
	{ 1099511627776, "Ti" },
	{ 0, NULL },
};

/* Three digits; those that rounding would carry to four take the next unit. */
static const char *scale(double value, const struct unit *unit, char *buf)
{
	int decimals = 0;
	double scaled;

	while (unit[1].suffix && value / unit->size >= 999.5)
		unit++;
	scaled = value / unit->size;
	if (scaled < 9.995)
		decimals = 2;
	else if (scaled < 99.95)
		decimals = 1;
	snprintf(buf, UNITS_LEN, "%.*f%s", decimals, scaled, unit->suffix);
	return buf;
}

static const char *scale_whole(uint64_t value, const struct unit *unit, char *buf)
{
	if (value >= 1000)
		return scale(value, unit, buf);
	snprintf(buf, UNITS_LEN, "%u%s", (unsigned int)value, unit->suffix);
	return buf;
}

const char *units__duration(uint64_t ns, char *buf)
{
	return scale_whole(ns, durations, buf);
}

const char *units__duration_fraction(double ns, char *buf)
{
	return scale(ns, durations, buf);
}

const char *units__rate(double per_second, char *buf)
{
	return scale(per_second, counts, buf);
}

const char *units__bytes(uint64_t bytes, char *buf)
{
	return scale_whole(bytes, sizes, buf);
}

const char *units__megabytes(double bytes_per_second, char *buf)
{
	static const struct unit plain[] = { { 1e6, "" }, { 0, NULL } };

	return scale(bytes_per_second, plain, buf);
}
