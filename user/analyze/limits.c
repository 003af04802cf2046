// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/limits.h"

#include <string.h>

#define PAGE_4K 4096

static struct audit_range exactly(uint64_t value)
{
	return (struct audit_range){ value, value };
}

struct audit_range limits__resolve(const struct policy_limit *limit, const struct run *run,
				   const struct run_cell *cell)
{
	const struct run_device *device = &run->devices[cell->device];

	switch (limit->kind) {
	case POLICY_NO_LIMIT:
		break;
	case POLICY_NUMBER:
		return exactly(limit->number);
	case POLICY_MAXSTBL:
		if (device->maxstbl >= 0)
			return exactly(device->maxstbl);
		break;
	case POLICY_PAGE:
		/* The others have a choice, and a run does not tell it. */
		if (!strcmp(run->host.arch, "x86_64") || !strcmp(run->host.arch, "s390x"))
			return exactly(PAGE_4K);
		break;
	case POLICY_REGION_SIZE:
		for (size_t i = 0; i < device->nr_regions; i++)
			if (device->regions[i].index == cell->region)
				return exactly(device->regions[i].size);
		break;
	}
	return (struct audit_range){ 0, UINT64_MAX };
}

const char *limits__why_unknown(const struct policy_limit *limit)
{
	if (limit->kind == POLICY_MAXSTBL)
		return "the device's maxstbl is not known";
	return limit->kind == POLICY_PAGE ? "the host's page size is not known"
					  : "the region's size is not known";
}

static const char *why_unresolved(const struct policy_rule *rule, struct audit_range min,
				  struct audit_range max)
{
	if (rule->min.kind && min.min != min.max)
		return limits__why_unknown(&rule->min);
	if (rule->max.kind && max.min != max.max)
		return limits__why_unknown(&rule->max);
	return NULL;
}

void limits__find(struct meaning *meaning, const struct policy_rule *rule, const struct run *run,
		  const struct run_cell *cell)
{
	struct audit_range min = limits__resolve(&rule->min, run, cell);
	struct audit_range max = limits__resolve(&rule->max, run, cell);
	uint64_t multiple = rule->multiple_of ?: 1;

	if (!rule->min.kind)
		min = exactly(0);
	if (!rule->max.kind)
		max = exactly(UINT64_MAX);
	meaning->mild = (struct sizes){ .min = min.min, .max = max.max, .multiple = multiple };
	meaning->strict = (struct sizes){ .min = min.max, .max = max.min, .multiple = multiple };
	meaning->unresolved = why_unresolved(rule, min, max);
}
