/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Base runs against new runs: what became slower, faster, or different in kind. Sorted, as data.
 *
 *	compare__init(), compare__add_*() of each file in any order, compare__finish(), compare__free()
 *
 * The unit is the file, one value of each metric from each, unless there is one file a side only:
 * then it is the repetition, of benches and command timings. A verdict needs both of
 *
 *   significance    the Mann-Whitney test, adjusted after Holm for the number of tests that it is one of
 *   size            the interval of the shift lies beyond the noise threshold: the larger of @threshold
 *                   and the standard deviation between base units; of a quantile, by a bucket more
 *
 * Values without any variance on either side (deterministic machines) are compared exactly.
 */
#ifndef VFIOSCOPE_ANALYZE_COMPARE_H
#define VFIOSCOPE_ANALYZE_COMPARE_H

#include "user/analyze/statistics.h"
#include "user/run/run.h"

enum compare_kind { COMPARE_TRACE, COMPARE_BENCH, COMPARE_COMMANDS };

enum compare_side { COMPARE_BASE, COMPARE_NEW, COMPARE_SIDES };

/*
 * Latencies are ns, throughput is calls (bench: operations) per second, the error rate is errors
 * per call. The throughput of a trace is its client's, and gets no verdict.
 */
enum compare_metric {
	COMPARE_MEAN,
	COMPARE_P50,
	COMPARE_P90,
	COMPARE_P99,
	COMPARE_P999,
	COMPARE_THROUGHPUT,
	COMPARE_ERROR_RATE,
	COMPARE_METRICS
};

/* Those that matter more come first. */
enum compare_verdict {
	COMPARE_REGRESSION,
	COMPARE_UNDECIDED, /* @why, and how many units it takes if that is why */
	COMPARE_IMPROVEMENT,
	COMPARE_SMALL, /* significant, and not shown to be beyond the noise threshold */
	COMPARE_NOT_SIGNIFICANT,
	COMPARE_EQUIVALENT, /* the interval lies within @threshold */
	COMPARE_NO_VERDICT, /* described only */
};

struct compare_result {
	double median[COMPARE_SIDES]; /* of the units */
	/* Of new from base: a fraction of base, 0.03 for 3 % more; of error rates, the difference. */
	double shift;
	struct interval interval; /* infinite: too few units for one */
	double p, adjusted_p; /* 1: not tested, or no variance */
	double noise; /* the threshold that held, as a fraction */
	double alpha; /* at which it was significant or not */
	bool exact; /* no variance */
	double deviation; /* between units of the same side, in thresholds */
	enum compare_verdict verdict;
	const char *why; /* NULL: nothing to say */
	size_t needed; /* units a side; 0: that is not what is missing */
};

struct compare_values {
	double *values; /* one a unit */
	size_t nr;
};

/* What one side has of a cell. */
struct compare_sums {
	size_t files;
	struct run_cell
		total; /* of all units together; of a bench operations, of commands repetitions */
	struct compare_values metrics[COMPARE_METRICS];
};

/* A cell of traces, all processes together; a case of benches; a command. */
struct compare_cell {
	char *name; /* what people call it; may hold hostile text */
	char *device; /* of traces; else NULL */
	uint32_t region, wclass; /* likewise */
	enum vs_dir dir;
	struct compare_sums side[COMPARE_SIDES];
	struct compare_result results[COMPARE_METRICS];
	enum compare_verdict verdict; /* the foremost of all metrics */
};

/* What runs were made of and with: all values that it had on each side. */
enum compare_fact_kind {
	COMPARE_KERNEL,
	COMPARE_MACHINE,
	COMPARE_ATTACH,
	COMPARE_DEVICE,
	COMPARE_DRIVER,
	COMPARE_SETTING, /* of the machine: governor, clock, preemption, ... */
	COMPARE_TOOL,
	COMPARE_FACTS
};

struct compare_fact {
	char **values[COMPARE_SIDES];
	size_t nr[COMPARE_SIDES];
	bool differs;
	bool refused; /* and was not named as what may differ: no verdict gates */
};

/* A sentence about what is no shift: a new cell, an errno, a changed mix. Hostile text as it is. */
struct compare_change {
	char *text;
};

struct compare_options {
	double threshold; /* fraction; below it nothing is called */
	double level; /* of intervals */
	double alpha; /* for all tests of means and throughputs together */
	double alpha_noisy; /* the same where units differ by more than the threshold allows for */
	double alpha_coarse; /* the same of quantiles and error rates */
	uint64_t seed;
	uint32_t across; /* bit = enum compare_fact_kind: may differ */
	bool repetitions; /* one file a side: the unit is the repetition */
};

/* By calibration: docs/decisions/0004-when-compare-calls-a-regression.md. */
#define COMPARE_DEFAULTS              \
	((struct compare_options){    \
		.threshold = 0.01,    \
		.level = 0.92,        \
		.alpha = 0.2,         \
		.alpha_noisy = 0.02,  \
		.alpha_coarse = 0.01, \
		.seed = 1,            \
	})

struct compare {
	struct compare_options options;
	enum compare_kind kind; /* of the first that was added */
	size_t files[COMPARE_SIDES];
	struct compare_cell *cells; /* after finish: what matters first */
	size_t nr_cells;
	struct compare_fact facts[COMPARE_FACTS];
	struct compare_change *changes;
	size_t nr_changes;
	size_t tests,
		tests_coarse; /* that the Mann-Whitney test was used in, by which alpha holds */
	size_t verdicts[COMPARE_NO_VERDICT + 1]; /* cells by verdict */
	double lost[COMPARE_SIDES], counted[COMPARE_SIDES]; /* calls of traces, by their accounts */
	enum run_lost_kind lost_kind[COMPARE_SIDES]; /* the weakest of all */
	bool lossy; /* so many were lost that no verdict counts */
	bool refused; /* by a fact */
	size_t next; /* cell that is likely to be added to next */
};

/* The times of one command, by repetition. */
struct compare_timing {
	const char *command;
	const double *times_ns;
	size_t nr;
	uint64_t failed; /* repetitions that exited with another status than 0 */
};

void compare__init(struct compare *compare, const struct compare_options *options);
void compare__free(struct compare *compare);

/*
 * One more file of @side. 0, -ENOMEM, or -EINVAL: a file of another kind than the ones before.
 * Nothing of @run or @timing is kept.
 */
int compare__add_run(struct compare *compare, enum compare_side side, const struct run *run);
int compare__add_timings(struct compare *compare, enum compare_side side,
			 const struct compare_timing *timings, size_t nr);

/* Judge. 0 or -ENOMEM. */
int compare__finish(struct compare *compare);

/* What the exit code is to say: COMPARE_REGRESSION, COMPARE_UNDECIDED, or any other: nothing found. */
enum compare_verdict compare__verdict(const struct compare *compare);

/* Does the metric count as worse when it grows? */
bool compare_metric__grows_worse(enum compare_metric metric);
bool compare_metric__is_quantile(enum compare_metric metric);
/* A figure that no bucket rounds: verdicts can rest on it alone. */
bool compare_metric__is_exact(enum compare_metric metric);

/* Their words; NULL for values out of range. */
const char *compare_kind__name(unsigned int kind);
const char *compare_metric__name(unsigned int metric);
const char *compare_verdict__name(unsigned int verdict);
const char *compare_fact__name(unsigned int fact);
/* Does no verdict count where it differs, unless it is named as what may? */
bool compare_fact__refuses(enum compare_fact_kind fact);
int compare_fact__parse(const char *name); /* of those that refuse; or -EINVAL */

#endif
