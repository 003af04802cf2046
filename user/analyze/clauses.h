/* SPDX-License-Identifier: GPL-2.0-only */
/* How many accesses of one cell are against one clause of a rule. */
#ifndef VFIOSCOPE_ANALYZE_CLAUSES_H
#define VFIOSCOPE_ANALYZE_CLAUSES_H

#include "user/analyze/audit.h"

#define AUDIT_CLAUSES (AUDIT_SINGLE + 1)

struct clause_hit {
	struct audit_range all, through, failed;
	const char *why; /* it is a range, or would be one: NULL if it is not */
};

/* The sums of both: accesses that went through, and that failed. */
struct clause_caps {
	uint64_t through, failed;
};

void clause__caps(const struct policy_rule *rule, const struct run_cell *cell,
		  struct clause_caps *caps);

bool clause__is_in(const struct policy_rule *rule, enum audit_clause clause);
bool clause__forbids(const struct policy_rule *rule, enum vs_dir dir); /* AUDIT_ACCESS */

/* By what is counted of the cell, as if the rule spoke of all its calls. False: not in the rule. */
bool clause__check(const struct policy_rule *rule, enum audit_clause clause, const struct run *run,
		   const struct run_cell *cell, struct clause_hit *hit);

#endif
