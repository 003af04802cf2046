// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/policy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/analyze/sizes.h"
#include "user/run/array.h"
#include "user/run/json_tables.h"
#include "user/run/read_file.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_OF(names, value) ((value) < ARRAY_SIZE(names) ? (names)[value] : NULL)

#define MAX_PCI_ID 0xffff
#define ONE_ACCESS ((1u << 1) | (1u << 2) | (1u << 4) | (1u << 8)) /* width classes */

/* --- words ------------------------------------------------------------------------------------ */

const char *policy_level__name(unsigned int level)
{
	static const char *const names[] = {
		[POLICY_HANDLER] = "handler",
		[POLICY_DEVICE_ACCESS] = "device-access",
	};

	return NAME_OF(names, level);
}

const char *policy_severity__name(unsigned int severity)
{
	static const char *const names[] = {
		[POLICY_ERROR] = "error",
		[POLICY_WARNING] = "warning",
	};

	return NAME_OF(names, severity);
}

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

static int read_region(struct reader *reader, const struct where *where, json_t *json,
		       struct policy_rule *rule)
{
	int index, err = reader__expect(reader, where, json, JSON_STRING);
	const char *name = json_string_value(json);
	bool numbered;

	if (err)
		return err;
	index = run_region__parse(name);
	if (index < 0)
		return reader__fail(reader, where, "there is no region \"%s\"", name);
	numbered = !strncasecmp(name, "region", 6) || strspn(name, "0123456789") ||
		   index == VS_REGION_BAD;
	*(numbered ? &rule->other_regions : &rule->pci_regions) |= 1u << index;
	return 0;
}

static int read_regions(struct reader *reader, const struct where *where, json_t *json,
			void *object)
{
	return read_list(reader, where, json, object, read_region);
}

static int read_width(struct reader *reader, const struct where *where, json_t *json,
		      struct policy_rule *rule)
{
	const char *text = json_string_value(json);
	uint64_t width = UINT64_MAX;
	int err;

	if (text && !strcmp(text, "blocks")) {
		rule->widths |= 1u << POLICY_BLOCKS;
		return 0;
	}
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
	rule->widths |= 1u << run_width__class(width);
	return 0;
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

static int read_boundary(struct reader *reader, const struct where *where, json_t *json,
			 void *object)
{
	struct policy_rule *rule = object;
	int err = reader__number(reader, where, json, INT64_MAX, &rule->no_crossing);

	if (!err && rule->no_crossing != VS_PAGE)
		err = reader__fail(reader, where, "only crossings of %d are counted", VS_PAGE);
	return err;
}

static const struct codec regions_codec = { .read = read_regions };
static const struct codec widths_codec = { .read = read_widths };
static const struct codec expect_codec = { .read = read_expect };
static const struct codec min_codec = { .read = read_min };
static const struct codec max_codec = { .read = read_max };
static const struct codec multiple_codec = { .read = read_multiple };
static const struct codec boundary_codec = { .read = read_boundary };

/* --- the tables ------------------------------------------------------------------------------- */

#define MAYBE_CODEC(k, c)                                                               \
	{                                                                               \
		.key = (k), .type = FIELD_CODEC, .codec = &(c), .flags = FIELD_OPTIONAL \
	}

static const struct field device_fields[] = {
	MEMBER(INT, policy_device, vendor, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(INT, policy_device, device, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(TEXT, policy_device, driver, .flags = FIELD_OPTIONAL),
};
static const struct layout device_layout = LAYOUT(policy_device, device_fields);

static const struct field rule_fields[] = {
	MEMBER(TEXT, policy_rule, id),
	MEMBER(TEXT, policy_rule, description, .flags = FIELD_OPTIONAL),
	MAYBE_CODEC("regions", regions_codec),
	MEMBER(ENUM, policy_rule, dir, .name = dir_name, .flags = FIELD_OPTIONAL),
	MEMBER(ENUM, policy_rule, level, .name = policy_level__name, .flags = FIELD_OPTIONAL),
	MAYBE_CODEC("widths", widths_codec),
	MAYBE_CODEC("min", min_codec),
	MAYBE_CODEC("max", max_codec),
	MAYBE_CODEC("multiple_of", multiple_codec),
	MEMBER(BOOL, policy_rule, aligned, .flags = FIELD_OPTIONAL),
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
	ARRAY(policy, rules, rule_layout),
};
static const struct layout policy_layout = LAYOUT(policy, policy_fields);

/* --- contradictions --------------------------------------------------------------------------- */

struct check {
	const char *name;
	char *error;
	size_t len;
};

static int refuse(const struct check *check, size_t rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(const struct check *check, size_t rule, const char *format, ...)
{
	char reason[256];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	snprintf(check->error, check->len, "%s: rules[%zu]: %s", check->name, rule, reason);
	return -EINVAL;
}

static bool limits_sizes(const struct policy_rule *rule)
{
	return rule->min.kind || rule->max.kind || rule->multiple_of;
}

static bool says_something(const struct policy_rule *rule)
{
	return rule->widths || limits_sizes(rule) || rule->aligned || rule->no_crossing ||
	       rule->single_access || rule->access != POLICY_READ_WRITE;
}

/* The sizes that the rule leaves of those from @lo to @hi, where a symbol may stand for any number. */
static bool allows_size(const struct policy_rule *rule, uint64_t lo, uint64_t hi)
{
	const struct sizes sizes = {
		.lo = lo,
		.hi = hi,
		.min = rule->min.kind == POLICY_NUMBER ? rule->min.number : 0,
		.max = rule->max.kind == POLICY_NUMBER ? rule->max.number : UINT64_MAX,
		.multiple = rule->multiple_of ?: 1,
	};

	return sizes__some_allowed(&sizes);
}

static bool allows_width(const struct policy_rule *rule)
{
	for (unsigned int i = 0; i < VS_WIDTH_CLASSES; i++)
		if (rule->widths & 1u << i &&
		    allows_size(rule, i ? run_width__max(i - 1) + 1 : 0, run_width__max(i)))
			return true;
	return rule->widths & 1u << POLICY_BLOCKS &&
	       allows_size(rule, VS_WIDTH_EXACT_MAX + 1, UINT16_MAX);
}

static int check_sizes(const struct check *check, size_t i, const struct policy_rule *rule)
{
	bool numbers = rule->min.kind == POLICY_NUMBER && rule->max.kind == POLICY_NUMBER;

	if (numbers && rule->min.number > rule->max.number)
		return refuse(check, i, "contradiction: min is above max");
	if (rule->min.kind > POLICY_NUMBER && rule->min.kind == rule->max.kind)
		return 0;
	if (!allows_size(rule, 1, UINT64_MAX))
		return refuse(check, i, "contradiction: min, max and multiple_of leave no size");
	if (rule->widths && !allows_width(rule))
		return refuse(check, i,
			      "contradiction: min, max and multiple_of leave none of widths");
	return 0;
}

static int check_access(const struct check *check, size_t i, const struct policy_rule *rule)
{
	if (rule->access == POLICY_READ_ONLY && rule->dir == POLICY_READ)
		return refuse(check, i, "contradiction: read-only forbids writes, dir is read");
	if (rule->access == POLICY_WRITE_ONLY && rule->dir == POLICY_WRITE)
		return refuse(check, i, "contradiction: write-only forbids reads, dir is write");
	if (rule->access == POLICY_NO_ACCESS && (rule->widths || limits_sizes(rule)))
		return refuse(check, i, "contradiction: access is none, but sizes are allowed");
	return 0;
}

static int check_level(const struct check *check, size_t i, const struct policy_rule *rule)
{
	uint32_t known = ONE_ACCESS | 1u << POLICY_BLOCKS;

	if (rule->level == POLICY_HANDLER && rule->widths & 1u << POLICY_BLOCKS)
		return refuse(check, i, "widths: \"blocks\" are of level device-access");
	if (rule->level == POLICY_HANDLER)
		return 0;
	if (rule->widths & ~known)
		return refuse(check, i,
			      "widths: a device access is 1, 2, 4, 8 wide, or one of \"blocks\"");
	if (rule->aligned || rule->no_crossing || rule->single_access ||
	    rule->access != POLICY_READ_WRITE || rule->nr_expect)
		return refuse(check, i,
			      "aligned, no_crossing, single_access, access and expect are of level "
			      "handler");
	return 0;
}

static int check_rule(const struct check *check, size_t i, const struct policy_rule *rule)
{
	int err;

	if (!*rule->id)
		return refuse(check, i, "id is empty");
	if (!says_something(rule))
		return refuse(check, i, "the rule says nothing");
	err = check_sizes(check, i, rule);
	err = err ?: check_access(check, i, rule);
	return err ?: check_level(check, i, rule);
}

static bool share_regions(const struct policy_rule *a, const struct policy_rule *b)
{
	bool all = !(a->pci_regions | a->other_regions) || !(b->pci_regions | b->other_regions);

	return all || a->pci_regions & b->pci_regions || a->other_regions & b->other_regions;
}

static int check_pair(const struct check *check, const struct policy_rule *rules, size_t i,
		      size_t j)
{
	uint32_t access = 1u << rules[i].access | 1u << rules[j].access;

	if (!strcmp(rules[i].id, rules[j].id))
		return refuse(check, i, "the id is that of rules[%zu]", j);
	if (access == (1u << POLICY_READ_ONLY | 1u << POLICY_WRITE_ONLY) &&
	    share_regions(&rules[i], &rules[j]))
		return refuse(check, i,
			      "contradiction: read-only and, by rules[%zu], write-only; say none",
			      j);
	return 0;
}

static int check_devices(const struct check *check, const struct policy *policy)
{
	for (size_t i = 0; i < policy->nr_devices; i++) {
		const struct policy_device *device = &policy->devices[i];
		const char *reason = NULL;

		if (device->vendor > MAX_PCI_ID || device->device > MAX_PCI_ID)
			reason = "a PCI id has four digits";
		else if (device->vendor < 0 && device->device < 0 && !device->driver)
			reason = "matches any device; leave devices out";
		if (!reason)
			continue;
		snprintf(check->error, check->len, "%s: devices[%zu]: %s", check->name, i, reason);
		return -EINVAL;
	}
	return 0;
}

static int check_policy(const struct check *check, const struct policy *policy)
{
	int err = check_devices(check, policy);

	if (!err && !policy->nr_rules) {
		snprintf(check->error, check->len, "%s: rules: there are none", check->name);
		err = -EINVAL;
	}
	for (size_t i = 0; !err && i < policy->nr_rules; i++) {
		err = check_rule(check, i, &policy->rules[i]);
		for (size_t j = 0; !err && j < i; j++)
			err = check_pair(check, policy->rules, i, j);
	}
	return err;
}

/* --- the file --------------------------------------------------------------------------------- */

static int too_large(const char *name, char *error, size_t len)
{
	snprintf(error, len, "%s: is larger than %u MiB", name, POLICY_MAX_FILE >> 20);
	return -EFBIG;
}

int policy__parse(const char *text, size_t size, const char *name, struct policy **policy,
		  char *error, size_t len)
{
	const struct check check = { .name = name, .error = error, .len = len };
	struct policy *fresh;
	int err;

	*policy = NULL;
	if (size > POLICY_MAX_FILE)
		return too_large(name, error, len);
	fresh = calloc(1, sizeof(*fresh));
	if (!fresh) {
		snprintf(error, len, "%s: out of memory", name);
		return -ENOMEM;
	}
	err = json__read_strict(text, size, name, &policy_layout, fresh, error, len);
	err = err ?: check_policy(&check, fresh);
	if (err)
		policy__free(fresh);
	else
		*policy = fresh;
	return err;
}

int policy__read(const char *path, struct policy **policy, char *error, size_t len)
{
	const char *reason;
	size_t size = 0;
	char *text;
	int err;

	*policy = NULL;
	err = read_file(path, POLICY_MAX_FILE, &text, &size, &reason);
	if (err == -EFBIG)
		return too_large(path, error, len);
	if (err) {
		snprintf(error, len, "%s: %s", path, reason);
		return err;
	}
	err = policy__parse(text, size, path, policy, error, len);
	free(text);
	return err;
}

void policy__free(struct policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->nr_devices; i++)
		free(policy->devices[i].driver);
	for (size_t i = 0; i < policy->nr_rules; i++) {
		free(policy->rules[i].id);
		free(policy->rules[i].description);
		free(policy->rules[i].expect);
	}
	free(policy->devices);
	free(policy->rules);
	free(policy->name);
	free(policy->description);
	free(policy);
}

static enum policy_match match_id(int wanted, int id)
{
	if (wanted < 0 || wanted == id)
		return POLICY_MATCHES;
	return id < 0 ? POLICY_MAY_MATCH : POLICY_DOES_NOT_MATCH;
}

static enum policy_match match_driver(const char *wanted, const char *driver)
{
	if (!wanted)
		return POLICY_MATCHES;
	if (!driver)
		return POLICY_MAY_MATCH;
	return strcmp(wanted, driver) ? POLICY_DOES_NOT_MATCH : POLICY_MATCHES;
}

/* All of an entry must match, and one of the entries. */
enum policy_match policy__matches(const struct policy *policy, const struct run_device *device)
{
	enum policy_match best = policy->nr_devices ? POLICY_DOES_NOT_MATCH : POLICY_MATCHES;

	for (size_t i = 0; i < policy->nr_devices; i++) {
		const struct policy_device *wanted = &policy->devices[i];
		const enum policy_match parts[] = {
			match_id(wanted->vendor, device->vendor_id),
			match_id(wanted->device, device->device_id),
			match_driver(wanted->driver, device->driver),
		};
		enum policy_match worst = POLICY_MATCHES;

		for (size_t j = 0; j < ARRAY_SIZE(parts); j++)
			worst = parts[j] < worst ? parts[j] : worst;
		best = worst > best ? worst : best;
	}
	return best;
}

bool policy_rule__has_region(const struct policy_rule *rule, const char *bus, uint32_t region)
{
	uint32_t mask = rule->other_regions;

	if (!rule->pci_regions && !rule->other_regions)
		return true;
	if (bus && !strcmp(bus, "pci"))
		mask |= rule->pci_regions;
	return region < VS_REGIONS && mask & 1u << region;
}
