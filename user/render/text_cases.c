// SPDX-License-Identifier: GPL-2.0-only
/* The table of a bench run. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "user/render/case_stats.h"
#include "user/render/names.h"
#include "user/render/table.h"
#include "user/render/text.h"
#include "user/render/units.h"

static const double quantiles[] = { 0.5, 0.99, 0.999 };

#define NR_QUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

static bool any_errno(const struct run *run)
{
	for (size_t i = 0; i < run->nr_cases; i++)
		if (run->cases[i].nr_errnos)
			return true;
	return false;
}

/* Runs of versions that did not record it have no column for it. */
static bool any_access(const struct run *run)
{
	for (size_t i = 0; i < run->nr_cases; i++)
		if (run->cases[i].access_width)
			return true;
	return false;
}

static void add_columns(struct table *table, bool access, bool errnos)
{
	static const char *const numbers[] = {
		"REPS", "OPS", "NS/OP", "MIN",	   "MAX",    "MB/s",
		"P50",	"P99", "P99.9", "SLOWEST", "ERRORS", "SHORT"
	};

	table__add_column(table, "CASE");
	if (access)
		table__add_number_column(table, "ACCESS");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		table__add_number_column(table, numbers[i]);
	if (errnos)
		table__add_column(table, "ERRNOS");
}

static void add_throughput(struct table *table, const struct run_case *bench_case,
			   const struct case_stats *stats)
{
	const double figures[] = { stats->median_ns, stats->min_ns, stats->max_ns };
	char buf[UNITS_LEN];

	table__addf(table, "%zu", bench_case->nr_samples);
	table__addf(table, "%" PRIu64, stats->ops);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		table__add(table, stats->ops ? units__duration_fraction(figures[i], buf) : NULL);
	table__add(table, stats->ops ? units__megabytes(stats->bytes_per_s, buf) : NULL);
}

static void add_latency(struct table *table, const struct run_latency *latency)
{
	char buf[UNITS_LEN];

	for (size_t i = 0; i < NR_QUANTILES; i++) {
		uint64_t ns = run_latency__quantile(latency, quantiles[i]);

		table__add(table, latency->nr_buckets ? units__duration(ns, buf) : NULL);
	}
	table__add(table, latency->nr_buckets ? units__duration(latency->max_ns, buf) : NULL);
}

/* System calls have none: what the kernel makes of them is its own affair. */
static void add_access(struct table *table, const struct run_case *bench_case)
{
	if (bench_case->access_width)
		table__addf(table, "%" PRIu32, bench_case->access_width);
	else
		table__add(table, NULL);
}

static int add_case(struct table *table, const struct run_case *bench_case, bool access,
		    bool errnos)
{
	struct case_stats stats;
	int err = case_stats__init(&stats, bench_case);

	if (err)
		return err;
	table__add_row(table);
	table__add(table, bench_case->id);
	if (access)
		add_access(table, bench_case);
	add_throughput(table, bench_case, &stats);
	add_latency(table, &bench_case->latency);
	table__addf(table, "%" PRIu64, bench_case->errors);
	table__addf(table, "%" PRIu64, bench_case->shorts);
	if (errnos)
		table__take(table, names__errnos(bench_case->errnos, bench_case->nr_errnos));
	return 0;
}

static void print_totals(FILE *out, const struct run *run)
{
	uint64_t issued = 0, operations = 0, timer_ns = 0;
	char buf[UNITS_LEN];

	for (size_t i = 0; i < run->nr_cases; i++) {
		const struct run_case *bench_case = &run->cases[i];

		issued += bench_case->issued;
		operations += bench_case->operations;
		timer_ns = bench_case->timer_ns > timer_ns ? bench_case->timer_ns : timer_ns;
	}
	fprintf(out,
		"total: %zu cases, %" PRIu64 " operations, warm-up included; %" PRIu64
		" handler calls issued\n"
		"\n"
		"NOTES\n"
		"- NS/OP is the median repetition of the throughput pass, MIN and MAX the fastest "
		"and slowest:\n"
		"  elapsed time / operations of all threads together; MB/s (10^6) belongs to the "
		"median\n",
		run->nr_cases, operations, issued);
	if (timer_ns)
		fprintf(out,
			"- P50 to SLOWEST are of the latency pass; "
			"reading the clock, up to %s, is in them\n",
			units__duration(timer_ns, buf));
}

int text__cases(FILE *out, const struct run *run)
{
	bool access = any_access(run), errnos = any_errno(run);
	struct table *table;
	int err = 0;

	if (!run->nr_cases) {
		fputs("No case was run.\n", out);
		return 0;
	}
	table = table__new();
	if (!table)
		return -ENOMEM;
	add_columns(table, access, errnos);
	for (size_t i = 0; !err && i < run->nr_cases; i++)
		err = add_case(table, &run->cases[i], access, errnos);
	err = err ?: table__print(table, out);
	table__free(table);
	if (!err)
		print_totals(out, run);
	return err;
}
