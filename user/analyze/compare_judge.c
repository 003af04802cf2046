// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts, in three steps: each metric of each cell is measured, then the p-values are adjusted for how
 * many they are, then each result is decided. Ratios are worked with as logarithms: a shift of latencies by
 * 3 % is one of log 1.03, and doubling and halving are equally far.
 */
#include "user/analyze/compare_judge.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What depends on the numbers of units only: made once for all results that have as many. */
struct tools {
	struct tools *next;
	struct shift_plan plan;
	struct bootstrap *bootstrap;
};

/*
 * Tests that are adjusted together: those of exact figures; those of quantiles and error rates, which
 * would take power from the former.
 */
enum family { EXACT_FIGURES, OTHERS, FAMILIES };

/* On each side: of fewer base units no deviation tells the noise, however many new ones there are. */
#define LEAST_UNITS 4

/*
 * From which deviations on there is more noise than the threshold allows for, in thresholds: of one result,
 * which has few units, and of the median of all that are tested, which is known well if they are many.
 */
#define NOISY 1.5
#define TYPICALLY_NOISY 1.08
#define MANY 20

struct judge {
	struct compare *compare;
	struct tools *tools;
	/* Those results that are tested; and how many would be if there were enough units. */
	struct compare_result **tested[FAMILIES];
	size_t nr_tested[FAMILIES];
	size_t nr_wanted[FAMILIES];
	bool noisy; /* are exact figures, as a rule? */
};

static enum family family_of(enum compare_metric metric)
{
	return compare_metric__is_exact(metric) ? EXACT_FIGURES : OTHERS;
}

static double alpha_of(const struct compare_options *options, enum compare_metric metric)
{
	return family_of(metric) == EXACT_FIGURES ? options->alpha : options->alpha_coarse;
}

static void free_tools(struct tools *tools)
{
	while (tools) {
		struct tools *next = tools->next;

		bootstrap__free(tools->bootstrap);
		free(tools);
		tools = next;
	}
}

static int find_tools(struct judge *judge, size_t nr_a, size_t nr_b, const struct tools **found)
{
	const struct compare_options *options = &judge->compare->options;
	struct tools *tools;
	int err;

	for (tools = judge->tools; tools; tools = tools->next) {
		*found = tools;
		if (tools->plan.nr_a == nr_a && tools->plan.nr_b == nr_b)
			return 0;
	}
	tools = calloc(1, sizeof(*tools));
	if (!tools)
		return -ENOMEM;
	tools->next = judge->tools;
	judge->tools = tools;
	*found = tools;
	err = shift_plan__init(&tools->plan, nr_a, nr_b, options->level);
	return err ?: bootstrap__new(&tools->bootstrap, nr_a, nr_b, options->seed);
}

static double to_log(enum compare_metric metric, double fraction)
{
	return metric == COMPARE_ERROR_RATE ? fraction : log1p(fraction);
}

static double from_log(enum compare_metric metric, double x)
{
	return metric == COMPARE_ERROR_RATE ? x : expm1(x);
}

/* As logarithms, but for error rates, which may be 0 and are compared as they are. */
static double *worked_with(enum compare_metric metric, struct sample sample)
{
	double *logs = calloc(sample.nr, sizeof(*logs));

	for (size_t i = 0; logs && i < sample.nr; i++)
		logs[i] = metric == COMPARE_ERROR_RATE ? sample.values[i] : log(sample.values[i]);
	return logs;
}

/* How far two latencies of this size in the same bucket can be apart, as a logarithm. */
static double bucket_error(enum compare_metric metric, double ns)
{
	unsigned int bucket;
	double low;

	if (!compare_metric__is_quantile(metric) || ns < VS_HIST_LINEAR)
		return 0;
	bucket = vs_hist_bucket((uint64_t)ns);
	low = (double)vs_hist_low(bucket);
	return log(((double)vs_hist_low(bucket + 1) - 1) / low);
}

/* Of samples that do not vary. */
static void estimate_exact(struct sample base, struct sample new, struct compare_result *result)
{
	result->shift = new.values[0] - base.values[0];
	result->interval = (struct interval){ result->shift, result->shift, 1 };
}

static int estimate_varying(struct judge *judge, enum compare_metric metric, struct sample base,
			    struct sample new, struct compare_result *result)
{
	const struct tools *tools;
	int err = find_tools(judge, base.nr, new.nr, &tools);

	if (!err && compare_metric__is_quantile(metric))
		bootstrap__estimate(tools->bootstrap, base, new, judge->compare->options.level,
				    &result->shift, &result->interval);
	else if (!err)
		err = shift_plan__estimate(&tools->plan, base, new, &result->shift,
					   &result->interval);
	return err;
}

static int estimate(struct judge *judge, enum compare_metric metric, struct sample base,
		    struct sample new, struct compare_result *result)
{
	int err = 0;

	if (result->exact)
		estimate_exact(base, new, result);
	else
		err = estimate_varying(judge, metric, base, new, result);
	result->interval.low = from_log(metric, result->interval.low);
	result->interval.high = from_log(metric, result->interval.high);
	result->shift = from_log(metric, result->shift);
	return err;
}

/* The least p that samples of these sizes can have; 1: they are too small for any. */
static double least_p(size_t nr_a, size_t nr_b)
{
	return nr_a < LEAST_UNITS || nr_b < LEAST_UNITS ? 1 : rank_test__least_p(nr_a, nr_b);
}

static void take_as_tested(struct judge *judge, enum compare_metric metric,
			   struct compare_result *result)
{
	enum family family = family_of(metric);

	judge->tested[family][judge->nr_tested[family]++] = result;
}

/* Between units of the same side. */
static double pooled_deviation(struct sample a, struct sample b)
{
	double in_a = sample__deviation(a), in_b = sample__deviation(b);

	if (a.nr + b.nr < 3)
		return 0;
	return sqrt((in_a * in_a * (double)(a.nr - 1) + in_b * in_b * (double)(b.nr - 1)) /
		    (double)(a.nr + b.nr - 2));
}

/*
 * The alpha that this result is held to. Where the noise is about the threshold, the interval has to pass a limit
 * that is given; where there is more, one that is estimated from the same few runs: there the test alone must do.
 */
static double alpha_for(const struct compare_options *options, enum compare_metric metric,
			double deviation)
{
	return deviation > NOISY && family_of(metric) == EXACT_FIGURES ? options->alpha_noisy
								       : alpha_of(options, metric);
}

static int measure(struct judge *judge, enum compare_metric metric, struct sample base,
		   struct sample new, struct compare_result *result)
{
	const struct compare_options *options = &judge->compare->options;
	double noise = fmax(to_log(metric, options->threshold), sample__deviation(base));
	int err;

	result->noise = from_log(metric, noise);
	result->deviation = pooled_deviation(base, new) / to_log(metric, options->threshold);
	result->alpha = alpha_for(options, metric, result->deviation);
	result->exact = base.nr > 1 && new.nr > 1 && sample__is_constant(base) &&
			sample__is_constant(new);
	err = estimate(judge, metric, base, new, result);
	if (err || result->exact)
		return err;
	judge->nr_wanted[family_of(metric)]++;
	if (least_p(base.nr, new.nr) > alpha_of(options, metric))
		return 0;
	take_as_tested(judge, metric, result);
	return rank_test(base, new, &result->p);
}

static bool all_positive(const struct compare_values *values)
{
	for (size_t i = 0; i < values->nr; i++)
		if (values->values[i] <= 0)
			return false;
	return true;
}

static double share_of(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

static bool lacks_latencies(const struct compare *compare, const struct compare_sums *sums)
{
	return share_of(sums->total.untimed, sums->total.count) > compare->options.threshold;
}

/* Why there is nothing to measure, or NULL. */
static const char *why_not(const struct compare *compare, const struct compare_cell *cell,
			   enum compare_metric metric)
{
	const struct compare_values *base = &cell->side[COMPARE_BASE].metrics[metric];
	const struct compare_values *new = &cell->side[COMPARE_NEW].metrics[metric];

	if (!base->nr || !new->nr)
		return compare_metric__is_quantile(metric) ? "too few accesses in a unit"
							   : "nothing was measured";
	if (metric <= COMPARE_P999 && (lacks_latencies(compare, &cell->side[COMPARE_BASE]) ||
				       lacks_latencies(compare, &cell->side[COMPARE_NEW])))
		return "too many calls are untimed";
	if (metric != COMPARE_ERROR_RATE && !(all_positive(base) && all_positive(new)))
		return "a value of 0 has no ratio to others";
	return NULL;
}

/* What of this kind of file verdicts can rest on. */
static bool is_judged(const struct compare *compare, enum compare_metric metric)
{
	switch (compare->kind) {
	case COMPARE_TRACE:
		return metric != COMPARE_THROUGHPUT; /* which is its client's */
	case COMPARE_BENCH: /* its latency pass is one a file, and so are its errors */
		return metric == COMPARE_THROUGHPUT || !compare->options.repetitions;
	default:
		return metric == COMPARE_MEAN ||
		       (metric == COMPARE_ERROR_RATE && !compare->options.repetitions);
	}
}

static bool is_described(const struct compare *compare, const struct compare_cell *cell,
			 enum compare_metric metric)
{
	const struct compare_sums *base = &cell->side[COMPARE_BASE],
				  *new = &cell->side[COMPARE_NEW];

	if (!base->files || !new->files) /* a difference in kind */
		return true;
	/* A bench may do without its latency pass; of a trace there is always something to say. */
	if (compare->kind != COMPARE_TRACE && !base->metrics[metric].nr && !new->metrics[metric].nr)
		return true;
	return !is_judged(compare, metric);
}

static int measure_pair(struct judge *judge, enum compare_metric metric, struct sample base,
			struct sample new, struct compare_result *result)
{
	double *a = worked_with(metric, base), *b = worked_with(metric, new);
	int err = -ENOMEM;

	if (a && b)
		err = measure(judge, metric, (struct sample){ a, base.nr },
			      (struct sample){ b, new.nr }, result);
	free(a);
	free(b);
	return err;
}

static int measure_metric(struct judge *judge, struct compare_cell *cell,
			  enum compare_metric metric)
{
	struct compare_result *result = &cell->results[metric];
	struct sample samples[COMPARE_SIDES];
	int err = 0;

	for (int side = 0; !err && side < COMPARE_SIDES; side++) {
		const struct compare_values *values = &cell->side[side].metrics[metric];

		samples[side] = (struct sample){ values->values, values->nr };
		err = sample__median(samples[side], &result->median[side]);
	}
	result->p = result->adjusted_p = 1;
	result->why = why_not(judge->compare, cell, metric);
	if (err || result->why || is_described(judge->compare, cell, metric))
		return err;
	return measure_pair(judge, metric, samples[COMPARE_BASE], samples[COMPARE_NEW], result);
}

/* Is there more noise than the threshold allows for, as a rule? Of few results their median does not say. */
static int find_noise(struct judge *judge)
{
	size_t nr = judge->nr_tested[EXACT_FIGURES];
	double *deviations;

	if (nr < MANY)
		return 0;
	deviations = calloc(nr, sizeof(*deviations));
	if (!deviations)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		deviations[i] = judge->tested[EXACT_FIGURES][i]->deviation;
	judge->noisy = select_median(deviations, nr) > TYPICALLY_NOISY;
	free(deviations);
	return 0;
}

static int adjust(struct judge *judge, enum family family)
{
	size_t nr = judge->nr_tested[family];
	double *p = calloc(nr ?: 1, sizeof(*p)), *adjusted = calloc(nr ?: 1, sizeof(*p));
	int err = p && adjusted ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < nr; i++)
		p[i] = judge->tested[family][i]->p;
	err = err ?: holm__adjust(p, nr, adjusted);
	for (size_t i = 0; !err && i < nr; i++)
		judge->tested[family][i]->adjusted_p = adjusted[i];
	free(p);
	free(adjusted);
	return err;
}

/* The least p must be so small that one of @nr tests can be significant, and that there is an interval. */
static double least_p_wanted(const struct compare_options *options,
			     const struct compare_result *result, size_t nr)
{
	return fmin(result->alpha / (double)(nr ?: 1), 1 - options->level);
}

/* Units a side from which on there is a verdict. */
static size_t units_needed(double wanted)
{
	size_t units = LEAST_UNITS;

	while (least_p(units, units) > wanted)
		units++;
	return units;
}

/* Positive: the interval is above the limit, by which new is larger; negative: below; 0: neither. */
static int beyond(enum compare_metric metric, const struct compare_result *result, double limit)
{
	return (to_log(metric, result->interval.low) > limit) -
	       (to_log(metric, result->interval.high) < -limit);
}

static bool is_equivalent(enum compare_metric metric, const struct compare_result *result,
			  double limit)
{
	return to_log(metric, result->interval.low) >= -limit &&
	       to_log(metric, result->interval.high) <= limit;
}

static enum compare_verdict decide(const struct compare *compare, enum compare_metric metric,
				   const struct compare_result *result)
{
	double error = bucket_error(metric, result->median[COMPARE_BASE]);
	bool significant = result->exact || result->adjusted_p <= result->alpha;
	int side = beyond(metric, result, to_log(metric, result->noise) + error);
	double margin = to_log(metric, compare->options.threshold);

	if (significant && side)
		return (side > 0) == compare_metric__grows_worse(metric) ? COMPARE_REGRESSION
									 : COMPARE_IMPROVEMENT;
	if (is_equivalent(metric, result, result->exact ? margin : margin - error))
		return COMPARE_EQUIVALENT;
	return significant ? COMPARE_SMALL : COMPARE_NOT_SIGNIFICANT;
}

/* Could nothing have been called, whatever was measured? */
static bool too_few(const struct judge *judge, const struct compare_cell *cell,
		    enum compare_metric metric)
{
	size_t nr = judge->nr_tested[family_of(metric)];
	double least = least_p(cell->side[COMPARE_BASE].metrics[metric].nr,
			       cell->side[COMPARE_NEW].metrics[metric].nr);

	return least > least_p_wanted(&judge->compare->options, &cell->results[metric], nr);
}

/*
 * Among noisy ones, one that seems quiet is so by chance, and held to the same: unless its units are too few for
 * that, so that nobody's noise takes another's verdict.
 */
static void hold_to_company(const struct judge *judge, struct compare_cell *cell,
			    enum compare_metric metric)
{
	struct compare_result *result = &cell->results[metric];
	double alpha = result->alpha;

	if (!judge->noisy || family_of(metric) != EXACT_FIGURES)
		return;
	result->alpha = judge->compare->options.alpha_noisy;
	if (too_few(judge, cell, metric))
		result->alpha = alpha;
}

/*
 * Do more of them fail in new, where no verdict on errors can say so? What fails may be quick, and is no
 * improvement.
 */
static bool fails_more(const struct judge *judge, const struct compare_cell *cell)
{
	const struct compare_result *errors = &cell->results[COMPARE_ERROR_RATE];
	const struct run_cell *base = &cell->side[COMPARE_BASE].total,
			      *new = &cell->side[COMPARE_NEW].total;

	if (!is_described(judge->compare, cell, COMPARE_ERROR_RATE) && !errors->why &&
	    (errors->exact || !too_few(judge, cell, COMPARE_ERROR_RATE)))
		return false;
	return share_of(new->errors, new->count) - share_of(base->errors, base->count) >
	       judge->compare->options.threshold;
}

static void decide_metric(const struct judge *judge, struct compare_cell *cell,
			  enum compare_metric metric)
{
	struct compare_result *result = &cell->results[metric];

	if (is_described(judge->compare, cell, metric)) {
		result->verdict = COMPARE_NO_VERDICT;
	} else if (result->why) {
		result->verdict = COMPARE_UNDECIDED;
	} else if (!result->exact && too_few(judge, cell, metric)) {
		result->verdict = COMPARE_UNDECIDED;
		result->why = "too few units";
		result->needed = units_needed(least_p_wanted(&judge->compare->options, result,
							     judge->nr_wanted[family_of(metric)]));
	} else {
		hold_to_company(judge, cell, metric);
		result->verdict = decide(judge->compare, metric, result);
	}
	if (result->verdict > COMPARE_UNDECIDED && result->verdict < COMPARE_NO_VERDICT &&
	    fails_more(judge, cell)) {
		result->verdict = COMPARE_UNDECIDED;
		result->why = "more of them fail than in base";
	}
}

/* Of quantiles and error rates only what was found counts: they are too coarse to show equivalence. */
static bool counts(enum compare_metric metric, enum compare_verdict verdict)
{
	return family_of(metric) == EXACT_FIGURES || verdict == COMPARE_REGRESSION ||
	       verdict == COMPARE_IMPROVEMENT;
}

static void decide_cell(const struct judge *judge, struct compare_cell *cell)
{
	cell->verdict = COMPARE_NO_VERDICT;
	for (int metric = 0; metric < COMPARE_METRICS; metric++) {
		decide_metric(judge, cell, metric);
		if (counts(metric, cell->results[metric].verdict) &&
		    cell->results[metric].verdict < cell->verdict)
			cell->verdict = cell->results[metric].verdict;
	}
	judge->compare->verdicts[cell->verdict]++;
}

static int init(struct judge *judge, struct compare *compare)
{
	*judge = (struct judge){ .compare = compare };
	for (int family = 0; family < FAMILIES; family++) {
		judge->tested[family] = calloc(COMPARE_METRICS * compare->nr_cells + 1,
					       sizeof(*judge->tested[family]));
		if (!judge->tested[family])
			return -ENOMEM;
	}
	return 0;
}

int compare_judge(struct compare *compare)
{
	struct judge judge;
	int err = init(&judge, compare);

	for (size_t i = 0; !err && i < compare->nr_cells; i++)
		for (int metric = 0; !err && metric < COMPARE_METRICS; metric++)
			err = measure_metric(&judge, &compare->cells[i], metric);
	err = err ?: find_noise(&judge);
	for (int family = 0; !err && family < FAMILIES; family++)
		err = adjust(&judge, family);
	compare->tests = judge.nr_tested[EXACT_FIGURES];
	compare->tests_coarse = judge.nr_tested[OTHERS];
	for (size_t i = 0; !err && i < compare->nr_cells; i++)
		decide_cell(&judge, &compare->cells[i]);
	for (int family = 0; family < FAMILIES; family++)
		free(judge.tested[family]);
	free_tools(judge.tools);
	return err;
}
