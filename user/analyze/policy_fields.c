// SPDX-License-Identifier: GPL-2.0-only
/* vfioscope.policy/1: docs/policy.schema.json. */
#include <string.h>
#include <strings.h>

#include "user/analyze/policy.h"
#include "user/analyze/policy_fields.h"
#include "user/run/array.h"
#include "user/run/json_tables.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_OF(names, value) ((value) < ARRAY_SIZE(names) ? (names)[value] : NULL)

/* --- words ------------------------------------------------------------------------------------ */

static const char *dir_name(unsigned int dir)
{
	static const char *const names[] = {
		[POLICY_BOTH] = "both",
		[POLICY_READ] = "read",
		[POLICY_WRITE] = "write",
	};

	return NAME_OF(names, dir);
}

static const char *access_name(unsigned int access)
{
	static const char *const names[] = {
		[POLICY_READ_WRITE] = "read-write",
		[POLICY_READ_ONLY] = "read-only",
		[POLICY_WRITE_ONLY] = "write-only",
		[POLICY_NO_ACCESS] = "none",
	};

	return NAME_OF(names, access);
}

static const char *symbol_name(unsigned int kind)
{
	static const char *const names[] = {
		[POLICY_MAXSTBL] = "maxstbl",
		[POLICY_PAGE] = "page",
		[POLICY_REGION_SIZE] = "region_size",
	};

	return NAME_OF(names, kind);
}

/* --- fields that no plain type fits ----------------------------------------------------------- */

typedef int (*read_element)(struct reader *reader, const struct where *where, json_t *json,
			    struct policy_rule *rule);

static int read_list(struct reader *reader, const struct where *where, json_t *json,
		     struct policy_rule *rule, read_element element)
{
	int err = reader__expect(reader, where, json, JSON_ARRAY);

	if (!err && !json_array_size(json))
		err = reader__fail(reader, where, "is empty; leave it out to allow any");
	for (size_t i = 0; !err && i < json_array_size(json); i++) {
		const struct where at = { .up = where, .index = i };

		err = element(reader, &at, json_array_get(json, i), rule);
	}
	return err;
}

static int read_region_of(struct reader *reader, const struct where *where, json_t *json,
			  struct policy_regions *regions)
{
	int index, err = reader__expect(reader, where, json, JSON_STRING);
	const char *name = json_string_value(json);
	uint32_t *mask;
	bool numbered;

	if (err)
		return err;
	index = run_region__parse(name);
	if (index < 0)
		return reader__fail(reader, where, "there is no region \"%s\"", name);
	numbered = !strncasecmp(name, "region", 6) || strspn(name, "0123456789") ||
		   index == VS_REGION_BAD;
	mask = numbered ? &regions->other : &regions->pci;
	if (*mask & 1u << index)
		return reader__fail(reader, where, "\"%s\" is there twice", name);
	*mask |= 1u << index;
	return 0;
}

static int read_region(struct reader *reader, const struct where *where, json_t *json,
		       struct policy_rule *rule)
{
	return read_region_of(reader, where, json, &rule->regions);
}

static int read_regions(struct reader *reader, const struct where *where, json_t *json,
			void *object)
{
	return read_list(reader, where, json, object, read_region);
}

static int add_width(struct reader *reader, const struct where *where, unsigned int bit,
		     struct policy_rule *rule)
{
	if (rule->widths & 1u << bit)
		return reader__fail(reader, where, "is there twice");
	rule->widths |= 1u << bit;
	return 0;
}

static int read_width(struct reader *reader, const struct where *where, json_t *json,
		      struct policy_rule *rule)
{
	const char *text = json_string_value(json);
	uint64_t width = UINT64_MAX;
	int err;

	if (text && !strcmp(text, "blocks"))
		return add_width(reader, where, POLICY_BLOCKS, rule);
	if (text && strcmp(text, run_width__name(VS_WIDTH_ABOVE)))
		return reader__fail(reader, where, "\"%s\" is no width", text);
	if (!text) {
		err = reader__number(reader, where, json, VS_WIDTH_LIMIT, &width);
		if (err)
			return err;
		if (run_width__max(run_width__class(width)) != width)
			return reader__fail(reader, where,
					    "%llu is no width class: 0 to 8, 16, 32 ... 4096",
					    (unsigned long long)width);
	}
	return add_width(reader, where, run_width__class(width), rule);
}

static int read_widths(struct reader *reader, const struct where *where, json_t *json, void *object)
{
	return read_list(reader, where, json, object, read_width);
}

static int read_errno(struct reader *reader, const struct where *where, json_t *json,
		      struct policy_rule *rule)
{
	int number, err = reader__expect(reader, where, json, JSON_STRING);
	int *place;

	if (err)
		return err;
	number = run_errno__parse(json_string_value(json));
	if (number <= 0)
		return reader__fail(reader, where, "there is no errno \"%s\"",
				    json_string_value(json));
	place = array__append(&rule->expect, &rule->nr_expect, sizeof(*rule->expect));
	if (!place)
		return reader__no_memory(reader, where);
	*place = number;
	return 0;
}

static int read_expect(struct reader *reader, const struct where *where, json_t *json, void *object)
{
	return read_list(reader, where, json, object, read_errno);
}

static int read_limit(struct reader *reader, const struct where *where, json_t *json,
		      struct policy_limit *limit)
{
	const char *text = json_string_value(json);

	if (!text) {
		limit->kind = POLICY_NUMBER;
		return reader__number(reader, where, json, INT64_MAX, &limit->number);
	}
	for (limit->kind = POLICY_MAXSTBL; limit->kind <= POLICY_REGION_SIZE; limit->kind++)
		if (!strcmp(text, symbol_name(limit->kind)))
			return 0;
	return reader__fail(reader, where,
			    "\"%s\" is none of \"maxstbl\", \"page\" and \"region_size\"", text);
}

static int read_min(struct reader *reader, const struct where *where, json_t *json, void *object)
{
	return read_limit(reader, where, json, &((struct policy_rule *)object)->min);
}

static int read_max(struct reader *reader, const struct where *where, json_t *json, void *object)
{
	return read_limit(reader, where, json, &((struct policy_rule *)object)->max);
}

static int read_multiple(struct reader *reader, const struct where *where, json_t *json,
			 void *object)
{
	struct policy_rule *rule = object;
	int err = reader__number(reader, where, json, INT64_MAX, &rule->multiple_of);

	if (!err && !rule->multiple_of)
		err = reader__fail(reader, where, "nothing but 0 is a multiple of 0");
	return err;
}

static bool is_power_of_two(uint64_t number)
{
	return number && !(number & (number - 1));
}

static int read_power(struct reader *reader, const struct where *where, json_t *json,
		      uint64_t *power)
{
	int err = reader__number(reader, where, json, INT64_MAX, power);

	if (!err && (*power < 2 || !is_power_of_two(*power)))
		err = reader__fail(reader, where, "%llu is no power of two from 2 up",
				   (unsigned long long)*power);
	return err;
}

static int read_boundary(struct reader *reader, const struct where *where, json_t *json,
			 void *object)
{
	struct policy_limit *boundary = &((struct policy_rule *)object)->no_crossing;
	const char *text = json_string_value(json);

	boundary->kind = text ? POLICY_PAGE : POLICY_NUMBER;
	if (!text)
		return read_power(reader, where, json, &boundary->number);
	if (strcmp(text, symbol_name(POLICY_PAGE)))
		return reader__fail(reader, where, "\"%s\" is neither a number nor \"page\"", text);
	return 0;
}

static int read_aligned(struct reader *reader, const struct where *where, json_t *json,
			void *object)
{
	struct policy_rule *rule = object;

	if (json_is_integer(json))
		return read_power(reader, where, json, &rule->aligned);
	if (!json_is_boolean(json))
		return reader__fail(reader, where, "expected true, false or a power of two");
	rule->aligned = json_is_true(json) ? POLICY_NATURALLY : 0;
	return 0;
}

static int read_register_region(struct reader *reader, const struct where *where, json_t *json,
				void *object)
{
	return read_region_of(reader, where, json,
			      &((struct policy_register *)object)->place.regions);
}

static const struct codec regions_codec = { .read = read_regions };
static const struct codec widths_codec = { .read = read_widths };
static const struct codec expect_codec = { .read = read_expect };
static const struct codec min_codec = { .read = read_min };
static const struct codec max_codec = { .read = read_max };
static const struct codec multiple_codec = { .read = read_multiple };
static const struct codec boundary_codec = { .read = read_boundary };
static const struct codec aligned_codec = { .read = read_aligned };
static const struct codec register_region_codec = { .read = read_register_region };

/* --- the tables ------------------------------------------------------------------------------- */

#define MAYBE_CODEC(k, c)                                                               \
	{                                                                               \
		.key = (k), .type = FIELD_CODEC, .codec = &(c), .flags = FIELD_OPTIONAL \
	}

#define FILLED(s, member, of, more)                                                             \
	MEMBER(ARRAY, s, member, .nr_offset = offsetof(struct s, nr_##member), .layout = &(of), \
	       .flags = FIELD_FILLED | (more))

static const struct field device_fields[] = {
	MEMBER(INT, policy_device, vendor, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(INT, policy_device, device, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(TEXT, policy_device, driver, .flags = FIELD_OPTIONAL),
};
static const struct layout device_layout = LAYOUT(policy_device, device_fields);

static const struct field register_fields[] = {
	MEMBER(TEXT, policy_register, name),
	CODEC("region", register_region_codec),
	KEYED("offset", U64, policy_register, place.offset, .flags = FIELD_HEX),
	KEYED("length", U64, policy_register, place.length, .flags = FIELD_HEX),
};
static const struct layout register_layout = LAYOUT(policy_register, register_fields);

static const struct field range_fields[] = {
	MEMBER(U64, policy_range, offset, .flags = FIELD_HEX),
	MEMBER(U64, policy_range, length, .flags = FIELD_HEX),
};
static const struct layout range_layout = LAYOUT(policy_range, range_fields);

static const struct field rule_fields[] = {
	MEMBER(TEXT, policy_rule, id),
	MEMBER(TEXT, policy_rule, description, .flags = FIELD_OPTIONAL),
	MAYBE_CODEC("regions", regions_codec),
	FILLED(policy_rule, ranges, range_layout, FIELD_OPTIONAL),
	MEMBER(ARGV, policy_rule, registers, .flags = FIELD_OPTIONAL),
	MEMBER(ENUM, policy_rule, dir, .name = dir_name, .flags = FIELD_OPTIONAL),
	MEMBER(ENUM, policy_rule, level, .name = policy_level__name, .flags = FIELD_OPTIONAL),
	MAYBE_CODEC("widths", widths_codec),
	MAYBE_CODEC("min", min_codec),
	MAYBE_CODEC("max", max_codec),
	MAYBE_CODEC("multiple_of", multiple_codec),
	MAYBE_CODEC("aligned", aligned_codec),
	MAYBE_CODEC("no_crossing", boundary_codec),
	MEMBER(BOOL, policy_rule, single_access, .flags = FIELD_OPTIONAL),
	MEMBER(ENUM, policy_rule, access, .name = access_name, .flags = FIELD_OPTIONAL),
	MAYBE_CODEC("expect", expect_codec),
	MEMBER(ENUM, policy_rule, severity, .name = policy_severity__name, .flags = FIELD_OPTIONAL),
};
static const struct layout rule_layout = LAYOUT(policy_rule, rule_fields);

static const struct field policy_fields[] = {
	CONST("schema", POLICY_SCHEMA),
	MEMBER(TEXT, policy, name),
	MEMBER(TEXT, policy, description, .flags = FIELD_OPTIONAL),
	ARRAY_OPTIONAL(policy, devices, device_layout),
	FILLED(policy, registers, register_layout, FIELD_OPTIONAL),
	FILLED(policy, rules, rule_layout, 0),
};
const struct layout policy_layout = LAYOUT(policy, policy_fields);
