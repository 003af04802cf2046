/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs held against an access policy: what would break, as data. What the cells of a run do not tell
 * exactly is a range and makes a rule undecided; it is never guessed.
 */
#ifndef VFIOSCOPE_ANALYZE_AUDIT_H
#define VFIOSCOPE_ANALYZE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/analyze/policy.h"
#include "user/analyze/sizes.h"
#include "user/run/run.h"

/* Later ones outweigh earlier ones. */
enum audit_result { AUDIT_NOT_EXERCISED, AUDIT_HELD, AUDIT_UNDECIDED, AUDIT_VIOLATED };

/* What of a rule an access is against. */
enum audit_clause {
	AUDIT_ACCESS, /* a direction that is forbidden */
	AUDIT_WIDTHS,
	AUDIT_SIZE, /* min, max, multiple_of */
	AUDIT_ALIGNED,
	AUDIT_CROSSING,
	AUDIT_SINGLE,
};

/* Calls (of a rule of level device-access: device accesses) that are against a rule. */
struct audit_counts {
	struct audit_range all;
	struct audit_range would_break; /* those that succeeded, or were short */
	struct audit_range refused; /* those that failed already */
	struct audit_range expected; /* of refused: by errnos that the rule expects; no finding */
};

/* Calls at one offset with one exact width; times are since the epoch, in ns. */
struct audit_place {
	uint64_t offset, width, count, errors;
	int64_t first_ns, last_ns;
};

/* After a refusal, did the client ask for any of the bytes with another width? */
enum audit_comeback {
	AUDIT_NO_REFUSAL,
	AUDIT_STAYED_AWAY,
	AUDIT_COMEBACK_UNKNOWN,
	AUDIT_CAME_BACK
};

struct audit_return {
	uint64_t width;
	uint64_t count, succeeded; /* at least */
};

/* Of one rule and clause, in one cell; cells of the same identity of several runs are one. */
struct audit_finding {
	const struct policy_rule *rule;
	enum audit_clause clause;
	enum audit_result result; /* AUDIT_HELD: all were expected refusals */
	const char *why; /* it is undecided; else NULL */
	const struct run *run; /* the first that has it; what the cell is an element of */
	const struct run_cell *cell;
	uint64_t count; /* calls in the cell */
	struct audit_counts counts;
	size_t nr_runs, last_run;
	/* Where, most calls first, of as many calls as are known to be against it. */
	struct audit_place *places;
	size_t nr_places;
	uint64_t placed; /* calls in places */
	bool times_exact; /* else there may have been earlier and later ones */
	enum audit_comeback comeback;
	struct audit_return *returns; /* AUDIT_CAME_BACK: by width */
	size_t nr_returns;
};

/* A sentence about the runs, and of how many of them it is true; 0: of all of them together. */
struct audit_note {
	char *text; /* what runs and policies name is in it as it is */
	size_t nr_runs, last_run;
};

struct audit_notes {
	struct audit_note *notes;
	size_t nr;
};

struct audit_rule {
	const struct policy_rule *rule;
	enum audit_result result;
	struct audit_range calls; /* that the rule speaks of */
	size_t nr_runs, last_run; /* that are known to have such calls */
	struct audit_counts counts;
};

/* What else the runs that are units could be counted by. */
struct audit_units {
	size_t clients; /* processes, in each run anew */
	size_t without_clients; /* runs that do not tell by whom all of these calls were */
	uint64_t sessions; /* of the devices of the policy, in the runs that record them */
	size_t without_sessions; /* runs that do not */
	size_t kernels; /* releases and architectures; a run does not name its host */
	/* Runs: from open on; attached to a device that was open; it is not known. */
	size_t from_open, late, phase_unknown;
	struct audit_client {
		size_t run;
		int process; /* RUN_NO_PROCESS: not told */
	} * list; /* what clients and without_clients count */
	size_t nr_list;
};

enum audit_verdict { AUDIT_NO_VIOLATION, AUDIT_VERDICT_UNDECIDED, AUDIT_VERDICT_VIOLATED };

struct audit {
	const struct policy *policy;
	struct audit_rule *rules; /* as many as the policy has */
	struct audit_finding *findings;
	size_t nr_findings;
	struct audit_notes undecided; /* why a clean verdict is none */
	struct audit_notes not_seen; /* what no verdict can speak of */
	size_t nr_runs;
	size_t units, last_unit; /* runs that are known to have calls that a rule speaks of */
	uint64_t calls; /* in these, each once, at least */
	struct audit_units seen;
	enum audit_verdict verdict;
};

/*
 * Audit @runs, which are all different and outlive the audit, as the policy does. 0 or -ENOMEM; to be
 * freed in either case.
 */
int audit__init(struct audit *audit, const struct policy *policy, struct run *const *runs,
		size_t nr_runs);
void audit__free(struct audit *audit);

/*
 * The 95 % upper bound of the share of units with a violation, where none of them has one: the "rule
 * of three", 3/n (Hanley and Lippman-Hand, JAMA 249 (1983), 1743-1745), no more than 1. Of n = 0: 1.
 */
double audit__bound(size_t units);

/* The same recording, twice? Then it is one unit only. */
bool audit__same_run(const struct run *a, const struct run *b);

/* Their words; NULL for values out of range. */
const char *audit_result__name(unsigned int result);
const char *audit_clause__name(unsigned int clause);
const char *audit_comeback__name(unsigned int comeback);
const char *audit_verdict__name(unsigned int verdict);

#endif
