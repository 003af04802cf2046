/* SPDX-License-Identifier: GPL-2.0-only */
/* The limits of a rule, where the symbols among them are those of one device and host. */
#ifndef VFIOSCOPE_ANALYZE_LIMITS_H
#define VFIOSCOPE_ANALYZE_LIMITS_H

#include "user/analyze/policy.h"
#include "user/analyze/sizes.h"

/* What a limit is for the cell's device, or the range that it is in if that is not known. */
struct audit_range limits__resolve(const struct policy_limit *limit, const struct run *run,
				   const struct run_cell *cell);
const char *limits__why_unknown(const struct policy_limit *limit);

/* What a rule says of the sizes of a cell, as far as the least and the most it may mean. */
struct meaning {
	struct sizes mild, strict;
	const char *unresolved;
};
void limits__find(struct meaning *meaning, const struct policy_rule *rule, const struct run *run,
		  const struct run_cell *cell);

#endif
