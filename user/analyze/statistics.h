/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statistics of two samples and of a series. The unit is the run (or the repetition), one value each:
 * accesses within a run are correlated. Nothing here knows what the values are; of ratios, pass logarithms.
 *
 * Values are finite. Functions return 0 or -ENOMEM unless said otherwise.
 */
#ifndef VFIOSCOPE_ANALYZE_STATISTICS_H
#define VFIOSCOPE_ANALYZE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sample {
	const double *values;
	size_t nr;
};

struct interval {
	double low, high;
	double level; /* how often it covers, 0..1: attained, where the method can attain it in steps only */
};

void sort_values(double *values, size_t nr);
/*
 * Put the element that belongs at @k, below @nr, of the ordered values there, smaller ones before it, larger ones
 * behind it, and return it (C. A. R. Hoare, Comm. ACM 4 (1961), 321; what takes too long is sorted).
 */
double select_value(double *values, size_t nr, size_t k);
/* Likewise the median, of @nr from 1 on: those before nr / 2 are the smaller ones. */
double select_median(double *values, size_t nr);

double sample__mean(struct sample sample); /* 0 of none */
int sample__median(struct sample sample, double *median); /* 0 of none */
/* Standard deviation, of n - 1; 0 of fewer than two. */
double sample__deviation(struct sample sample);
/*
 * The median and the interval between the k-th smallest and the k-th largest value that covers that of the
 * population with at least @level (H. A. David and H. N. Nagaraja, Order Statistics (2003), 7.1): infinite where
 * there are too few values for one, 0.95 takes 6. 0 or -ENOMEM.
 */
int sample__median_interval(struct sample sample, double level, double *median,
			    struct interval *interval);
bool sample__is_constant(struct sample sample); /* also of none */

/* How far from 0 a standard normal deviate is with a probability of @alpha only. */
double normal_quantile(double alpha);

/*
 * The Mann-Whitney test: the two-sided p-value of both samples coming from one distribution. Up to
 * RANK_EXACT_NR values in all, it is exact, given the ties (of all ways to deal the ranks, by the
 * shift algorithm: B. Streitberg and J. Röhmel, Statistical Software Newsletter 12 (1986), 10-17); above, by the
 * normal approximation, corrected for ties and continuity (E. L. Lehmann, Nonparametrics (1975), 1.2, 1.4).
 */
#define RANK_EXACT_NR 40
int rank_test(struct sample a, struct sample b, double *p);

/* The smallest p that the test can give for these sizes: no ties, no overlap. */
double rank_test__least_p(size_t a, size_t b);

/* Which of the ordered differences bound the interval, for samples of these sizes. */
struct shift_plan {
	size_t nr_a, nr_b;
	size_t rank; /* from either end, 1 and up; 0: the samples are too small for an interval of the level */
	double level; /* attained */
};

/* The plan for the interval of least length that covers at least @level. */
int shift_plan__init(struct shift_plan *plan, size_t nr_a, size_t nr_b, double level);

/*
 * The Hodges-Lehmann shift from @a to @b, the median of all differences, and the interval that
 * belongs to the Mann-Whitney test (J. L. Hodges and E. L. Lehmann, Ann. Math. Statist. 34 (1963), 598-611;
 * M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods (1999), 4.3). The samples are of the plan's sizes;
 * without a rank the interval is infinite.
 */
int shift_plan__estimate(const struct shift_plan *plan, struct sample a, struct sample b,
			 double *shift, struct interval *interval);

/*
 * Resamples of runs, drawn once for all that is measured in them. An interval is of expanded percentiles of
 * the difference of means (T. Hesterberg, The American Statistician 69 (2015), 371-386): plain percentiles of ten
 * runs cover too seldom. The same seed gives the same intervals on every machine.
 */
struct bootstrap;
#define BOOTSTRAP_RESAMPLES 999
int bootstrap__new(struct bootstrap **bootstrap, size_t nr_a, size_t nr_b, uint64_t seed);
void bootstrap__free(struct bootstrap *bootstrap); /* NULL-safe */
/*
 * The shift mean(b) - mean(a) and its interval, of samples of the sizes that it was made for; the interval
 * of fewer than two values is infinite.
 */
void bootstrap__estimate(const struct bootstrap *bootstrap, struct sample a, struct sample b,
			 double level, double *shift, struct interval *interval);

/*
 * Which of @nr hypotheses are rejected, such that any is rejected wrongly with probability @alpha
 * at most, whatever depends on what (S. Holm, Scand. J. Statist. 6 (1979), 65-70). @adjusted: for each the
 * least alpha at which it is.
 */
int holm__adjust(const double *p, size_t nr, double *adjusted);

/*
 * Where a series changed its level: the rank test (Lehmann, above) of what is before and what is behind a cut,
 * and again of each side of one that is a change. The cut is where the sides do not overlap, else where |z| is largest;
 * it is a change if p is @alpha at most after Bonferroni's correction for all cuts but those so near to an
 * end that they cannot be significant (R. E. Tarone, Biometrics 46 (1990), 515-522). What is deterministic varies only where something changed: if all of a series
 * or side comes in stretches of two or more equal values (but for the last, which may be the first of its
 * stretch), each of them is a level.
 *
 * @starts, of as many elements, gets the indexes, ordered, at which a new level begins, @nr how many there are.
 */
int change_points(struct sample series, double alpha, size_t *starts, size_t *nr);
/* How long a series that is not deterministic must be for a change, in its middle, to be found at @alpha. */
size_t change_points__least_nr(double alpha);

#endif
