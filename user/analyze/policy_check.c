// SPDX-License-Identifier: GPL-2.0-only
/* What a policy must not say: contradictions, and what would be true of nothing or of anything. */
#include <errno.h>
#include <string.h>

#include "user/analyze/policy.h"
#include "user/analyze/policy_fields.h"
#include "user/analyze/sizes.h"
#include "user/run/array.h"

#define MAX_PCI_ID 0xffff
#define ONE_ACCESS ((1u << 1) | (1u << 2) | (1u << 4) | (1u << 8)) /* width classes */

/* VFIO_PCI_CONFIG_REGION_INDEX, and how long it can be */
#define CONFIG_REGION (1u << 7)
#define CONFIG_SIZE 4096

/* The rule or other element that is checked, and where it is in the document. */
struct check {
	struct reader *reader;
	const struct where *at;
};

#define REFUSE(check, ...) reader__fail((check)->reader, (check)->at, __VA_ARGS__)
#define REFUSE_KEY(check, k, ...)                                                             \
	reader__fail((check)->reader, &(const struct where){ .up = (check)->at, .key = (k) }, \
		     __VA_ARGS__)

/* --- sizes ------------------------------------------------------------------------------------ */

static bool limits_sizes(const struct policy_rule *rule)
{
	return rule->min.kind || rule->max.kind || rule->multiple_of;
}

static bool says_something(const struct policy_rule *rule)
{
	return rule->widths || limits_sizes(rule) || rule->aligned || rule->no_crossing.kind ||
	       rule->single_access || rule->access != POLICY_READ_WRITE;
}

/* The sizes that the rule leaves of those from @lo to @hi, where a symbol may stand for any number. */
static bool allows_size(const struct policy_rule *rule, uint64_t lo, uint64_t hi)
{
	struct sizes sizes = {
		.lo = lo,
		.hi = hi,
		.min = rule->min.kind == POLICY_NUMBER ? rule->min.number : 0,
		.max = rule->max.kind == POLICY_NUMBER ? rule->max.number : UINT64_MAX,
		.multiple = rule->multiple_of ?: 1,
	};

	/* What is longer than from one boundary to the next crosses one. */
	if (rule->no_crossing.kind == POLICY_NUMBER && rule->no_crossing.number < sizes.max)
		sizes.max = rule->no_crossing.number;
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

static int check_sizes(const struct check *check, const struct policy_rule *rule)
{
	bool numbers = rule->min.kind == POLICY_NUMBER && rule->max.kind == POLICY_NUMBER;

	if (numbers && rule->min.number > rule->max.number)
		return REFUSE_KEY(check, "min", "contradiction: min is above max");
	if (rule->min.kind > POLICY_NUMBER && rule->min.kind == rule->max.kind)
		return 0;
	if (!allows_size(rule, 1, UINT64_MAX))
		return REFUSE(check,
			      "contradiction: min, max, multiple_of and no_crossing leave no "
			      "size");
	if (rule->widths && !allows_width(rule))
		return REFUSE_KEY(check, "widths",
				  "contradiction: min, max, multiple_of and no_crossing leave none "
				  "of these");
	return 0;
}

/* --- the other clauses ------------------------------------------------------------------------ */

static int check_access(const struct check *check, const struct policy_rule *rule)
{
	const char *why = NULL;

	if (rule->access == POLICY_READ_ONLY && rule->dir == POLICY_READ)
		why = "read-only forbids writes, dir is read";
	else if (rule->access == POLICY_WRITE_ONLY && rule->dir == POLICY_WRITE)
		why = "write-only forbids reads, dir is write";
	else if (rule->access == POLICY_READ_ONLY && rule->dir == POLICY_WRITE)
		why = "read-only, but dir is write; say none";
	else if (rule->access == POLICY_WRITE_ONLY && rule->dir == POLICY_READ)
		why = "write-only, but dir is read; say none";
	else if (rule->access == POLICY_NO_ACCESS && (rule->widths || limits_sizes(rule)))
		why = "access is none, but sizes are allowed";
	return why ? REFUSE_KEY(check, "access", "contradiction: %s", why) : 0;
}

static int check_level(const struct check *check, const struct policy_rule *rule)
{
	uint32_t known = ONE_ACCESS | 1u << POLICY_BLOCKS;
	const char *key = NULL;

	if (rule->level == POLICY_HANDLER && rule->widths & 1u << POLICY_BLOCKS)
		return REFUSE_KEY(check, "widths", "\"blocks\" are of level device-access");
	if (rule->level == POLICY_HANDLER)
		return 0;
	if (rule->widths & ~known)
		return REFUSE_KEY(check, "widths",
				  "a device access is 1, 2, 4, 8 wide, or one of \"blocks\"");
	if (rule->aligned)
		key = "aligned";
	else if (rule->no_crossing.kind)
		key = "no_crossing";
	else if (rule->single_access)
		key = "single_access";
	else if (rule->access != POLICY_READ_WRITE)
		key = "access";
	else if (rule->nr_expect)
		key = "expect";
	return key ? REFUSE_KEY(check, key, "is of level handler") : 0;
}

/* --- places ----------------------------------------------------------------------------------- */

static int check_range(const struct check *check, const struct policy_range *range)
{
	uint64_t end;

	if (!range->length)
		return REFUSE_KEY(check, "length", "is 0");
	if (__builtin_add_overflow(range->offset, range->length, &end))
		return REFUSE_KEY(check, "length", "the end is beyond 2^64");
	if (range->regions.pci & CONFIG_REGION && end > CONFIG_SIZE)
		return REFUSE(check, "is outside of CONFIG, which has %d bytes", CONFIG_SIZE);
	return 0;
}

/* The ranges of a rule are of all its regions. */
static int check_ranges(const struct check *check, struct policy_rule *rule)
{
	const struct where ranges = { .up = check->at, .key = "ranges" };
	int err = 0;

	if (rule->nr_ranges && rule->registers)
		return REFUSE_KEY(check, "ranges", "contradiction: registers are ranges already");
	if (rule->nr_ranges && !rule->regions.pci && !rule->regions.other)
		return REFUSE_KEY(check, "ranges", "of which regions? say regions");
	for (size_t i = 0; !err && i < rule->nr_ranges; i++) {
		const struct where at = { .up = &ranges, .index = i };
		const struct check check_at = { check->reader, &at };

		rule->ranges[i].regions = rule->regions;
		err = check_range(&check_at, &rule->ranges[i]);
	}
	return err;
}

static int add_range(const struct check *check, struct policy_rule *rule,
		     const struct policy_range *place)
{
	struct policy_range *range =
		array__append(&rule->ranges, &rule->nr_ranges, sizeof(*rule->ranges));

	if (!range)
		return reader__no_memory(check->reader, check->at);
	*range = *place;
	rule->regions.pci |= place->regions.pci;
	rule->regions.other |= place->regions.other;
	return 0;
}

/* Puts the place of the register @name among the ranges of @rule. */
static int resolve_register(const struct check *check, const struct policy *policy,
			    struct policy_rule *rule, const char *name)
{
	if (!strcmp(name, POLICY_MSIX_TABLE)) {
		rule->msix_table = true;
		return 0;
	}
	for (size_t i = 0; i < policy->nr_registers; i++)
		if (!strcmp(policy->registers[i].name, name))
			return add_range(check, rule, &policy->registers[i].place);
	return REFUSE(check, "there is no register \"%s\"", name);
}

static int resolve_registers(const struct check *check, const struct policy *policy,
			     struct policy_rule *rule)
{
	const struct where registers = { .up = check->at, .key = "registers" };
	int err = 0;

	if (!rule->registers)
		return 0;
	if (!rule->registers[0])
		return REFUSE_KEY(check, "registers", "is empty; leave it out to allow any");
	if (rule->regions.pci || rule->regions.other)
		return REFUSE_KEY(check, "regions", "contradiction: registers have their own");
	for (size_t i = 0; !err && rule->registers[i]; i++) {
		const struct where at = { .up = &registers, .index = i };
		const struct check check_at = { check->reader, &at };

		for (size_t j = 0; j < i; j++)
			if (!strcmp(rule->registers[i], rule->registers[j]))
				return REFUSE(&check_at, "\"%s\" is there twice",
					      rule->registers[i]);
		err = resolve_register(&check_at, policy, rule, rule->registers[i]);
	}
	return err;
}

static int check_register(const struct check *check, const struct policy_register *registers,
			  size_t i)
{
	const char *name = registers[i].name;

	if (!*name)
		return REFUSE_KEY(check, "name", "is empty");
	if (!strcmp(name, POLICY_MSIX_TABLE))
		return REFUSE_KEY(check, "name", "is that of a place that the device tells");
	if (registers[i].place.regions.other & 1u << VS_REGION_BAD)
		return REFUSE_KEY(check, "region", "offsets of no region have no registers");
	for (size_t j = 0; j < i; j++)
		if (!strcmp(registers[j].name, name))
			return REFUSE_KEY(check, "name", "is that of registers[%zu]", j);
	return check_range(check, &registers[i].place);
}

/* --- the whole -------------------------------------------------------------------------------- */

static int check_rule(const struct check *check, const struct policy *policy,
		      struct policy_rule *rule)
{
	int err;

	if (!*rule->id)
		return REFUSE_KEY(check, "id", "is empty");
	if (!says_something(rule))
		return REFUSE(check, "the rule says nothing");
	err = check_sizes(check, rule);
	err = err ?: check_access(check, rule);
	err = err ?: check_level(check, rule);
	err = err ?: check_ranges(check, rule);
	return err ?: resolve_registers(check, policy, rule);
}

static bool share_regions(const struct policy_regions *a, const struct policy_regions *b)
{
	bool all = !(a->pci | a->other) || !(b->pci | b->other);

	return all || a->pci & b->pci || a->other & b->other;
}

static bool share_bytes(const struct policy_rule *a, const struct policy_rule *b)
{
	if (!policy_rule__has_ranges(a) && !policy_rule__has_ranges(b))
		return share_regions(&a->regions, &b->regions);
	if (a->registers && b->registers)
		for (char **x = a->registers; *x; x++)
			for (char **y = b->registers; *y; y++)
				if (!strcmp(*x, *y))
					return true;
	return false; /* or they may: two ranges can be used for different things */
}

static int check_pair(const struct check *check, const struct policy_rule *rules, size_t i,
		      size_t j)
{
	uint32_t access = 1u << rules[i].access | 1u << rules[j].access;

	if (!strcmp(rules[i].id, rules[j].id))
		return REFUSE_KEY(check, "id", "is that of rules[%zu]", j);
	if (access == (1u << POLICY_READ_ONLY | 1u << POLICY_WRITE_ONLY) &&
	    share_bytes(&rules[i], &rules[j]))
		return REFUSE_KEY(
			check, "access",
			"contradiction: read-only and, by rules[%zu], write-only; say none", j);
	return 0;
}

static int check_device(const struct check *check, const struct policy_device *device)
{
	if (device->vendor > MAX_PCI_ID)
		return REFUSE_KEY(check, "vendor", "a PCI id has four digits");
	if (device->device > MAX_PCI_ID)
		return REFUSE_KEY(check, "device", "a PCI id has four digits");
	if (device->vendor < 0 && device->device < 0 && !device->driver)
		return REFUSE(check, "matches any device; leave devices out");
	return 0;
}

static int check_devices(struct reader *reader, const struct where *document,
			 const struct policy *policy)
{
	const struct where devices = { .up = document, .key = "devices" };
	int err = 0;

	for (size_t i = 0; !err && i < policy->nr_devices; i++) {
		const struct where at = { .up = &devices, .index = i };

		err = check_device(&(const struct check){ reader, &at }, &policy->devices[i]);
	}
	return err;
}

static int check_registers(struct reader *reader, const struct where *document,
			   const struct policy *policy)
{
	const struct where registers = { .up = document, .key = "registers" };
	int err = 0;

	if (policy->nr_registers > POLICY_MAX_REGISTERS)
		return reader__fail(reader, &registers, "are more than %d", POLICY_MAX_REGISTERS);
	for (size_t i = 0; !err && i < policy->nr_registers; i++) {
		const struct where at = { .up = &registers, .index = i };

		err = check_register(&(const struct check){ reader, &at }, policy->registers, i);
	}
	return err;
}

int policy__check(struct reader *reader, const struct where *document, void *object)
{
	const struct where rules = { .up = document, .key = "rules" };
	struct policy *policy = object;
	int err = check_devices(reader, document, policy);

	err = err ?: check_registers(reader, document, policy);
	if (!err && policy->nr_rules > POLICY_MAX_RULES)
		err = reader__fail(reader, &rules, "are more than %d", POLICY_MAX_RULES);
	for (size_t i = 0; !err && i < policy->nr_rules; i++) {
		const struct where at = { .up = &rules, .index = i };
		const struct check check = { reader, &at };

		err = check_rule(&check, policy, &policy->rules[i]);
		for (size_t j = 0; !err && j < i; j++)
			err = check_pair(&check, policy->rules, i, j);
	}
	return err;
}
