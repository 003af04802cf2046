// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/policy_fields.h"
#include "user/run/read_file.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_OF(names, value) ((value) < ARRAY_SIZE(names) ? (names)[value] : NULL)

#define PCI_BARS 0x3f /* regions 0 to 5 */

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

/* --- the file --------------------------------------------------------------------------------- */

static int too_large(const char *name, char *error, size_t len)
{
	snprintf(error, len, "%s: is larger than %u MiB", name, POLICY_MAX_FILE >> 20);
	return -EFBIG;
}

int policy__parse(const char *text, size_t size, const char *name, struct policy **policy,
		  char *error, size_t len)
{
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
	err = json__read_strict(text, size, name, &policy_layout, policy__check, fresh, error, len);
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
	for (size_t i = 0; i < policy->nr_registers; i++)
		free(policy->registers[i].name);
	for (size_t i = 0; i < policy->nr_rules; i++) {
		free(policy->rules[i].id);
		free(policy->rules[i].description);
		free(policy->rules[i].ranges);
		run_argv__free(policy->rules[i].registers);
		free(policy->rules[i].expect);
	}
	free(policy->devices);
	free(policy->registers);
	free(policy->rules);
	free(policy->name);
	free(policy->description);
	free(policy);
}

/* --- matching --------------------------------------------------------------------------------- */

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

static bool is_pci(const char *bus)
{
	return bus && !strcmp(bus, "pci");
}

static bool has_region(const struct policy_regions *regions, const char *bus, uint32_t region)
{
	uint32_t mask = regions->other | (is_pci(bus) ? regions->pci : 0);

	if (!regions->pci && !regions->other)
		return true;
	return region < VS_REGIONS && mask & 1u << region;
}

bool policy_rule__has_ranges(const struct policy_rule *rule)
{
	return rule->nr_ranges || rule->msix_table;
}

bool policy_rule__has_region(const struct policy_rule *rule, const char *bus, uint32_t region)
{
	if (rule->msix_table && is_pci(bus) && region < VS_REGIONS && PCI_BARS & 1u << region)
		return true;
	if (rule->msix_table && !rule->nr_ranges)
		return false;
	return has_region(&rule->regions, bus, region);
}

/* A call of no bytes is where its offset is. */
static bool overlap(uint64_t offset_a, uint64_t width_a, uint64_t offset_b, uint64_t width_b)
{
	return offset_a <= offset_b ? offset_b - offset_a < (width_a ?: 1)
				    : offset_a - offset_b < (width_b ?: 1);
}

static enum policy_match touches_msix_table(const struct run_device *device, uint32_t region,
					    uint64_t offset, uint64_t width)
{
	if (!is_pci(device->bus) || region >= VS_REGIONS || !(PCI_BARS & 1u << region) ||
	    device->no_msix)
		return POLICY_DOES_NOT_MATCH;
	if (!device->msix_size)
		return POLICY_MAY_MATCH;
	return device->msix_bar == region &&
			       overlap(device->msix_offset, device->msix_size, offset, width)
		       ? POLICY_MATCHES
		       : POLICY_DOES_NOT_MATCH;
}

enum policy_match policy_rule__touches(const struct policy_rule *rule,
				       const struct run_device *device, uint32_t region,
				       uint64_t offset, uint64_t width)
{
	if (!policy_rule__has_ranges(rule))
		return has_region(&rule->regions, device->bus, region) ? POLICY_MATCHES
								       : POLICY_DOES_NOT_MATCH;
	for (size_t i = 0; i < rule->nr_ranges; i++) {
		const struct policy_range *range = &rule->ranges[i];

		if (has_region(&range->regions, device->bus, region) &&
		    overlap(range->offset, range->length, offset, width))
			return POLICY_MATCHES;
	}
	return rule->msix_table ? touches_msix_table(device, region, offset, width)
				: POLICY_DOES_NOT_MATCH;
}
