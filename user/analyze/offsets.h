/* SPDX-License-Identifier: GPL-2.0-only */
/* What the exact offsets of a run, as far as they were recorded, tell of a rule. */
#ifndef VFIOSCOPE_ANALYZE_OFFSETS_H
#define VFIOSCOPE_ANALYZE_OFFSETS_H

#include "user/analyze/clauses.h"

/* The hot offsets of a run that have detail, by cell. */
struct offset_index {
	const struct run *run;
	const struct run_hot_offset **entries;
	size_t *first; /* of each cell, and the end behind the last */
};

int offset_index__init(struct offset_index *index, const struct run *run); /* 0 or -ENOMEM */
void offset_index__free(struct offset_index *index);

/* Those of one cell, and how many of its calls are in none. */
struct offsets {
	const struct run *run;
	const struct run_cell *cell;
	const struct run_hot_offset *const *entries;
	size_t nr;
	uint64_t rest, rest_failed;
};

struct offsets offset_index__of_cell(const struct offset_index *index, size_t cell);

/* Later ones outweigh earlier ones. */
enum offset_verdict { OFFSET_NOT, OFFSET_MAYBE, OFFSET_IS };

/* Is the call, of which @rule may speak, against this clause of it? */
enum offset_verdict offset__is_against(const struct policy_rule *rule, enum audit_clause clause,
				       const struct offsets *of,
				       const struct run_hot_offset *entry);

/* How many calls of the cell the rule speaks of: all, those that went through, that failed. */
void offsets__spoken_of(const struct policy_rule *rule, const struct offsets *of,
			struct clause_hit *calls);

/* Narrows what the cell told of the clause (@hit) by the offsets, @calls being spoken of. */
void offsets__narrow(const struct policy_rule *rule, enum audit_clause clause,
		     const struct offsets *of, const struct clause_hit *calls,
		     struct clause_hit *hit);

/* The same of calls that are against any clause. */
void offsets__narrow_any(const struct policy_rule *rule, const struct offsets *of,
			 const struct clause_hit *calls, struct clause_hit *hit);

#endif
