// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/options_internal.h"
#include "benchmarks/barbench/quantity.h"

static int bad_number(struct parse *parse, const char *name, const char *text, int err)
{
	return trouble__say(parse->trouble, EINVAL, "--%s %s: %s (try --help)", name, text,
			    err == -ERANGE ? "out of range" : "not a number that can be used here");
}

int options_value__range(struct parse *parse, const char *name, const char *text, uint64_t min,
			 uint64_t max, uint64_t *value)
{
	int err = quantity__parse_count(text, value);

	if (err)
		return bad_number(parse, name, text, err);
	if (*value < min || *value > max)
		return trouble__say(parse->trouble, EINVAL,
				    "--%s %s: must be %" PRIu64 " to %" PRIu64 " (try --help)",
				    name, text, min, max);
	return 0;
}

int options_value__u32(struct parse *parse, const char *name, const char *text, uint32_t max,
		       uint32_t *value)
{
	uint64_t number = 0;
	int err = options_value__range(parse, name, text, 1, max, &number);

	if (!err)
		*value = (uint32_t)number;
	return err;
}

int options_value__size(struct parse *parse, const char *name, const char *text, uint64_t min,
			uint64_t *value)
{
	int err = quantity__parse_size(text, value);

	if (!err && *value < min)
		err = -ERANGE;
	return err ? bad_number(parse, name, text, err) : 0;
}

int options_value__warmup(struct parse *parse, const char *text)
{
	if (!strcmp(text, "auto")) {
		parse->options->warmup = OPTIONS_WARMUP_AUTO;
		return 0;
	}
	return options_value__range(parse, "warmup", text, 0, OPTIONS_MAX_COUNT,
				    &parse->options->warmup);
}

int options_value__until_ci(struct parse *parse, const char *text)
{
	size_t digits = strspn(text, "0123456789.");
	double percent = strtod(text, NULL);

	if (!digits || strcmp(text + digits, "%") || percent < 0.01 || percent > 100)
		return trouble__say(
			parse->trouble, EINVAL,
			"--until-ci: '%s' is no percentage from 0.01%% to 100%%, such as 1%% (try "
			"--help)",
			text);
	parse->options->until_ci = percent / 100;
	return 0;
}

int options_value__duration(struct parse *parse, const char *text)
{
	int err = quantity__parse_duration(text, &parse->options->duration_ns);

	parse->duration_given = true;
	return err ? bad_number(parse, "duration", text, err) : 0;
}

int options_value__device(struct parse *parse, const char *text)
{
	if (parse->options->device.name)
		return trouble__say(parse->trouble, EINVAL,
				    "more than one device: '%s' (try --help)", text);
	parse->options->device.name = text;
	return 0;
}

int options_value__region(struct parse *parse, const char *text)
{
	int index = run_region__parse(text);

	if (index < 0 || index >= VS_REGION_BAD)
		return trouble__say(
			parse->trouble, EINVAL,
			"--region: '%s' is none of BAR0..BAR5, ROM, CONFIG, VGA and 0..%d "
			"(try --help)",
			text, VS_REGION_BAD - 1);
	parse->options->device.region = (uint32_t)index;
	parse->options->region_given = true;
	return 0;
}

int options_value__attach(struct parse *parse, const char *text)
{
	static const char *const ways[] = {
		[ATTACH_AUTO] = "auto",
		[ATTACH_GROUP] = "group",
		[ATTACH_CDEV] = "cdev",
	};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (!strcmp(text, ways[i])) {
			parse->options->device.attach = (enum device_attach)i;
			return 0;
		}
	}
	return trouble__say(parse->trouble, EINVAL,
			    "--vfio: '%s' is none of group, cdev, auto (try --help)", text);
}

int options_value__token(struct parse *parse, const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	for (i = 0; form[i]; i++) {
		if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			break;
	}
	if (form[i] || text[i])
		return trouble__say(parse->trouble, EINVAL,
				    "--vf-token: '%s' is not a UUID (try --help)", text);
	parse->options->device.vf_token = text;
	return 0;
}

int options_value__access(struct parse *parse, const char *text)
{
	uint64_t unit;
	int err = quantity__parse_count(text, &unit);

	if (!strcmp(text, "auto")) {
		parse->options->unit = 0;
		return 0;
	}
	if (err || (unit != ACCESS_WORD && unit != 16 && unit != 32 && unit != 64))
		return trouble__say(parse->trouble, EINVAL,
				    "--access: '%s' is none of auto, 8, 16, 32, 64 (try --help)",
				    text);
	if (unit > ACCESS_WORD && !access_vector__has(unit))
		return trouble__say(parse->trouble, EINVAL,
				    "--access %s: this CPU has no loads and stores of %s bytes "
				    "(try --help)",
				    text, text);
	parse->options->unit = unit;
	return 0;
}

int options_value__flush(struct parse *parse, const char *text)
{
	int flush = access_flush__parse(text);

	if (flush < 0)
		return trouble__say(parse->trouble, EINVAL,
				    "--flush: '%s' is none of none, batch, each (try --help)",
				    text);
	parse->options->flush = (enum access_flush)flush;
	return 0;
}

int options_value__cpus(struct parse *parse, const char *text)
{
	int err = cpu_list__parse(text, &parse->options->cpus);

	if (err)
		return trouble__say(parse->trouble, EINVAL, "--cpus: '%s' %s (try --help)", text,
				    err == -ERANGE ? "has a number that no CPU has"
						   : "is no list of CPUs such as 0,2-3, each once");
	parse->options->cpus_text = text;
	return 0;
}
