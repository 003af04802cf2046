// SPDX-License-Identifier: GPL-2.0-only
/*
 * simulate MODEL COMPARISONS SEED NOISE THRESHOLD: whole comparisons of runs whose truth is known, by the code that
 * `vfioscope compare` runs. One line of JSON: how often each rule called a regression where there was none,
 * and how often it found the one that there was; how often the intervals covered the true shift.
 *
 * A comparison is of RUNS a side with CELLS cells each. On the new side one cell is slower by SHIFT, or
 * none is. The noise between runs is about NOISE % in each model; what it came to is printed. THRESHOLD is
 * compare's, in %.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/analyze/compare.h"

#define CELLS 100
#define RUNS 10
#define ACCESSES 4000
#define SHIFT 0.03

/* A latency distribution as its quantiles, evenly spaced; drawn from by index. */
#define QUANTILES (1 << 16)

struct model {
	const char *name;
	double (*quantile)(double u); /* of latencies, ns */
	double run_noise; /* standard deviation of the logarithm of a run's level, for MODEL_NOISE in all */
	double walk; /* the same of a step of the level within a run, of STEPS */
};
#define STEPS 16
#define MODEL_NOISE 0.01

/* Of normal deviates, to 4.5e-4: M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 26.2.23. */
static double deviate(double u)
{
	double t = sqrt(-2 * log(u < 0.5 ? u : 1 - u));
	double x = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
			       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));

	return u < 0.5 ? -x : x;
}

/* 99 in 100 log-normal around 1 us, the others Pareto with a shape of 2.2: without a third moment. */
static double heavy_tailed(double u)
{
	if (u < 0.99)
		return 1000 * exp(0.1 * deviate(u / 0.99));
	return 1500 * pow((1 - u) / 0.01, -1 / 2.2);
}

/* Seven in ten around 1 us, the others around 3 us. */
static double bimodal(double u)
{
	if (u < 0.7)
		return 1000 * exp(0.03 * deviate(u / 0.7));
	return 3000 * exp(0.03 * deviate((u - 0.7) / 0.3));
}

static double log_normal(double u)
{
	return 1000 * exp(0.1 * deviate(u));
}

static const struct model models[] = {
	{ "heavy-tailed", heavy_tailed, 0.0087, 0 },
	{ "bimodal", bimodal, 0.0042, 0 },
	{ "drifting", log_normal, 0.0020, 0.0040 },
};

/* xorshift64*, S. Vigna, ACM Trans. Math. Softw. 42 (2016), 30: what is drawn most is to be cheap. */
static uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1d;
}

static double draw_normal(uint64_t *state)
{
	return deviate(((double)(draw(state) >> 12) + 0.5) / (double)(1ull << 52));
}

struct simulation {
	const struct model *model;
	double run_noise, threshold;
	double quantiles[QUANTILES];
	uint64_t state;
};

static void fill_latency(struct simulation *sim, double level, struct run_latency *latency)
{
	uint64_t dense[VS_HIST_BUCKETS] = {};

	*latency = (struct run_latency){ .min_ns = UINT64_MAX };
	for (int i = 0; i < ACCESSES; i++) {
		uint64_t ns;

		if (i % (ACCESSES / STEPS) == 0)
			level *= exp(sim->model->walk * draw_normal(&sim->state));
		ns = (uint64_t)(level * sim->quantiles[draw(&sim->state) >> 48] + 0.5);
		dense[vs_hist_bucket(ns)]++;
		latency->sum_ns += ns;
		latency->min_ns = ns < latency->min_ns ? ns : latency->min_ns;
		latency->max_ns = ns > latency->max_ns ? ns : latency->max_ns;
	}
	run_latency__from_dense(latency, dense);
}

static struct run *make_run(struct simulation *sim, double shift)
{
	static char *argv[] = { (char *)"simulate", NULL };
	struct run *run = run__new(RUN_TRACE, "vfioscope", 1, argv);
	struct run_device *device = run__add_device(run);

	run->duration_ns = 1000000000;
	device->name = strdup("0000:00:01.0");
	device->bus = strdup("pci");
	for (uint32_t i = 0; i < CELLS; i++) {
		struct run_cell *cell = run__add_cell(run);
		double level = exp(sim->run_noise * draw_normal(&sim->state));

		cell->region = i;
		cell->wclass = 4;
		cell->count = ACCESSES;
		cell->bytes = ACCESSES * 4;
		fill_latency(sim, i ? level : level * (1 + shift), &cell->latency);
	}
	return run;
}

static void compare_anew(struct simulation *sim, double shift, struct compare *compare)
{
	struct compare_options options = COMPARE_DEFAULTS;

	options.threshold = sim->threshold;
	compare__init(compare, &options);
	for (int side = 0; side < COMPARE_SIDES; side++) {
		for (int i = 0; i < RUNS; i++) {
			struct run *run = make_run(sim, side == COMPARE_NEW ? shift : 0);

			compare__add_run(compare, side, run);
			run__free(run);
		}
	}
	compare__finish(compare);
}

/* The rules that are held against each other: does one call a regression of the mean in this cell? */

static bool by_vfioscope(const struct compare_cell *cell)
{
	return cell->verdict == COMPARE_REGRESSION;
}

static bool by_holm(const struct compare_cell *cell)
{
	const struct compare_result *mean = &cell->results[COMPARE_MEAN];

	return mean->adjusted_p <= 0.05 && mean->shift > 0;
}

static bool by_interval(const struct compare_cell *cell)
{
	const struct compare_result *mean = &cell->results[COMPARE_MEAN];

	return mean->interval.low > mean->noise;
}

/* benchstat of golang.org/x/perf, by its documentation: Mann-Whitney, p < 0.05, any shift, uncorrected. */
static bool by_benchstat(const struct compare_cell *cell)
{
	const struct compare_result *mean = &cell->results[COMPARE_MEAN];

	return mean->p < 0.05 && mean->shift > 0;
}

/* The ratio of the means, less its standard deviation as hyperfine propagates it, above 1. */
static bool by_sigma(const struct compare_cell *cell)
{
	const struct compare_values *base = &cell->side[COMPARE_BASE].metrics[COMPARE_MEAN];
	const struct compare_values *new = &cell->side[COMPARE_NEW].metrics[COMPARE_MEAN];
	struct sample a = { base->values, base->nr }, b = { new->values, new->nr };
	double ratio = sample__mean(b) / sample__mean(a);
	double sigma = ratio * hypot(sample__deviation(a) / sample__mean(a),
				     sample__deviation(b) / sample__mean(b));

	return ratio - sigma > 1;
}

static const struct rule {
	const char *name;
	bool (*calls)(const struct compare_cell *cell);
} rules[] = {
	{ "vfioscope", by_vfioscope },	   { "Holm at 5 % alone", by_holm },
	{ "interval alone", by_interval }, { "benchstat", by_benchstat },
	{ "mean + sigma", by_sigma },
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

struct tally {
	uint64_t false_calls[RULES]; /* comparisons in which any cell was called, and none had changed */
	uint64_t found[RULES]; /* comparisons in which the cell that had changed was called */
	uint64_t intervals[COMPARE_METRICS], covered[COMPARE_METRICS];
	double level[COMPARE_METRICS]; /* that the intervals say, summed */
	uint64_t verdicts[COMPARE_NO_VERDICT + 1]; /* of cells that had not changed */
	double deviation, cells; /* between base runs, summed */
};

static void tally_intervals(struct tally *tally, const struct compare_cell *cell, double shift)
{
	for (int metric = 0; metric <= COMPARE_P99; metric++) {
		const struct interval *interval = &cell->results[metric].interval;

		tally->intervals[metric]++;
		tally->level[metric] += interval->level;
		tally->covered[metric] += interval->low <= shift && shift <= interval->high;
	}
}

static void tally_noise(struct tally *tally, const struct compare_cell *cell)
{
	const struct compare_values *base = &cell->side[COMPARE_BASE].metrics[COMPARE_MEAN];
	struct sample sample = { base->values, base->nr };

	tally->deviation += pow(sample__deviation(sample) / sample__mean(sample), 2);
	tally->cells++;
}

static void tally_comparison(struct tally *tally, const struct compare *compare, double shift)
{
	bool called[RULES] = {};

	for (size_t i = 0; i < compare->nr_cells; i++) {
		const struct compare_cell *cell = &compare->cells[i];
		bool changed = shift != 0 && cell->region == 0;

		for (size_t rule = 0; rule < RULES; rule++) {
			called[rule] |= rules[rule].calls(cell);
			if (changed)
				tally->found[rule] += rules[rule].calls(cell);
		}
		if (shift == 0)
			tally->verdicts[cell->verdict]++;
		tally_intervals(tally, cell, changed ? shift : 0);
		tally_noise(tally, cell);
	}
	for (size_t rule = 0; rule < RULES; rule++)
		tally->false_calls[rule] += shift == 0 && called[rule];
}

static void print(const struct simulation *sim, const struct tally *tally, uint64_t comparisons)
{
	double n = (double)comparisons;

	printf("{\"model\": \"%s\", \"comparisons\": %.0f, \"cells\": %d, \"runs\": %d, \"noise\": "
	       "%.5f, ",
	       sim->model->name, n, CELLS, RUNS, sqrt(tally->deviation / tally->cells));
	printf("\"shift\": %g, \"rules\": [", SHIFT);
	for (size_t rule = 0; rule < RULES; rule++)
		printf("%s{\"rule\": \"%s\", \"false_calls\": %.5f, \"found\": %.5f}",
		       rule ? ", " : "", rules[rule].name, (double)tally->false_calls[rule] / n,
		       (double)tally->found[rule] / n);
	printf("], \"intervals\": [");
	for (int metric = 0; metric <= COMPARE_P99; metric++)
		printf("%s{\"metric\": \"%s\", \"says\": %.5f, \"covers\": %.5f}",
		       metric ? ", " : "", compare_metric__name(metric),
		       tally->level[metric] / (double)tally->intervals[metric],
		       (double)tally->covered[metric] / (double)tally->intervals[metric]);
	printf("], \"unchanged_cells\": {");
	for (int verdict = 0; verdict <= COMPARE_NO_VERDICT; verdict++)
		printf("%s\"%s\": %.6f", verdict ? ", " : "", compare_verdict__name(verdict),
		       (double)tally->verdicts[verdict] / (n * CELLS));
	printf("}}\n");
}

static void simulate(struct simulation *sim, uint64_t comparisons)
{
	struct tally tally = {};

	for (uint64_t i = 0; i < 2 * comparisons; i++) {
		double shift = i % 2 ? SHIFT : 0;
		struct compare compare;

		compare_anew(sim, shift, &compare);
		tally_comparison(&tally, &compare, shift);
		compare__free(&compare);
	}
	print(sim, &tally, comparisons);
}

/* What a run is drawn of has the rest of the noise. */
static double run_noise(const struct model *model, double noise)
{
	double square =
		model->run_noise * model->run_noise + noise * noise - MODEL_NOISE * MODEL_NOISE;

	return square > 0 ? sqrt(square) : 0;
}

int main(int argc, char **argv)
{
	static struct simulation sim;

	for (size_t i = 0; argc == 6 && i < sizeof(models) / sizeof(models[0]); i++)
		if (!strcmp(models[i].name, argv[1]))
			sim.model = &models[i];
	if (!sim.model) {
		fprintf(stderr,
			"Usage: %s heavy-tailed|bimodal|drifting COMPARISONS SEED NOISE "
			"THRESHOLD\n",
			argv[0]);
		return 2;
	}
	sim.state = strtoull(argv[3], NULL, 10) * 2 + 1;
	sim.run_noise = run_noise(sim.model, strtod(argv[4], NULL) / 100);
	sim.threshold = strtod(argv[5], NULL) / 100;
	for (int i = 0; i < QUANTILES; i++)
		sim.quantiles[i] = sim.model->quantile((i + 0.5) / QUANTILES);
	simulate(&sim, strtoull(argv[2], NULL, 10));
	return fflush(stdout) ? 2 : 0;
}
