// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/table.h"
#include "benchmarks/barbench/zpci.h"

#define NAME_WIDTH 24

/* The column must hold the longest name, such as "BAR0/store/4096/stride:4096/1/access:16". */
static int name_width(const struct run *run)
{
	size_t width = NAME_WIDTH, i;

	for (i = 0; i < run->nr_cases; i++) {
		if (strlen(run->cases[i].id) > width)
			width = strlen(run->cases[i].id);
	}
	return (int)width;
}

const char *bench_table__errno_name(int err)
{
	const char *name = err ? strerrorname_np(err) : "other";

	return name ? name : "unknown";
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

/* Time per operation over the repetitions. */
struct spread {
	double median, min, max;
};

/* Whether there is one: a case that was interrupted may have none. */
static bool spread_of(const struct run_case *c, struct spread *spread)
{
	double *values;
	size_t i, n = c->nr_samples;

	values = n ? calloc(n, sizeof(*values)) : NULL;
	if (!values)
		return false;
	for (i = 0; i < n; i++)
		values[i] = (double)c->samples[i].elapsed_ns / (double)c->samples[i].ops;
	qsort(values, n, sizeof(*values), compare);
	spread->min = values[0];
	spread->max = values[n - 1];
	spread->median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
	free(values);
	return true;
}

static void print_throughput(const struct run_case *c, FILE *out)
{
	struct spread spread;

	if (!spread_of(c, &spread)) {
		fprintf(out, " %9s %19s %9s", "-", "-", "-");
		return;
	}
	fprintf(out, " %9.1f %9.1f..%-8.1f", spread.median, spread.min, spread.max);
	/* How many bytes failed and short accesses moved is not known. */
	if (c->errors || c->shorts)
		fprintf(out, " %9s", "-");
	else
		fprintf(out, " %9.1f", (double)c->width * 1000 / spread.median);
}

static void print_latency(const struct run_case *c, FILE *out)
{
	static const double quantiles[] = { 0.5, 0.99, 0.999 };
	size_t i;

	if (!run_latency__count(&c->latency)) {
		fprintf(out, " %8s %8s %8s %9s", "-", "-", "-", "-");
		return;
	}
	for (i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		fprintf(out, " %8" PRIu64, run_latency__quantile(&c->latency, quantiles[i]));
	fprintf(out, " %9" PRIu64, c->latency.max_ns);
}

static void print_errors(const struct run_case *c, FILE *out)
{
	size_t i;

	if (!c->errors && !c->shorts)
		fputs("  none", out);
	for (i = 0; i < c->nr_errnos; i++)
		fprintf(out, "  %s %" PRIu64, bench_table__errno_name(c->errnos[i].err),
			c->errnos[i].count);
	if (c->shorts)
		fprintf(out, "  short %" PRIu64, c->shorts);
	fputc('\n', out);
}

/* Of interest where something is written. */
static void print_store_rule(const struct bench *bench, FILE *out)
{
	const struct bench_options *options = bench->options;
	bool writes = false;
	char text[256];
	size_t i;

	for (i = 0; i < options->nr_modes; i++)
		writes |= options->modes[i]->dir == VS_WRITE;
	if (!writes || bench->device.maxstbl < 0)
		return;
	zpci__describe_stores(bench->device.maxstbl, options->widths, options->nr_widths, text,
			      sizeof(text));
	fprintf(out, "store blocks: %s\n", text);
}

static void print_head(const struct bench *bench, FILE *out)
{
	const struct pci_facts *pci = &bench->device.pci;
	const struct bench_region *region = bench->device.region;
	const struct run *run = bench->run;
	char name[32], setting[RUN_SETTING_LEN];

	run_region__name("pci", region->index, name, sizeof(name));
	fprintf(out, "%s", pci->bdf);
	if (pci->driver[0])
		fprintf(out, " (%s)", pci->driver);
	fprintf(out, ", %s of %" PRIu64 " bytes, range 0x%" PRIx64 "..0x%" PRIx64 "%s\n", name,
		region->size, bench->offset, bench->offset + bench->length - 1,
		bench->default_length ? " (the default: --offset and --length choose)" : "");
	run__describe_setting(run, setting, sizeof(setting));
	if (run->host.clock_source)
		fprintf(out, "setting: %s%sclock %s\n", setting, setting[0] ? ", " : "",
			run->host.clock_source);
	else if (setting[0])
		fprintf(out, "setting: %s\n", setting);
	print_store_rule(bench, out);
	fprintf(out, "times in ns; latencies include %" PRIu64 " ns of the timer's own\n\n",
		bench->timer_ns);
}

static void print_access(const struct run_case *c, FILE *out)
{
	if (c->access_width)
		fprintf(out, " %6" PRIu32, c->access_width);
	else
		fprintf(out, " %6s", "-");
}

void bench_table__print(const struct bench *bench, FILE *out)
{
	const struct run *run = bench->run;
	const int width = name_width(run);
	size_t i;

	print_head(bench, out);
	fprintf(out, "%-*s %6s %11s %9s %19s %9s %8s %8s %8s %9s  %s\n", width, "case", "access",
		"accesses", "ns/op", "min..max   ", "MB/s", "p50", "p99", "p99.9", "max", "errors");
	for (i = 0; i < run->nr_cases; i++) {
		const struct run_case *c = &run->cases[i];

		fprintf(out, "%-*s", width, c->id);
		print_access(c, out);
		fprintf(out, " %11" PRIu64, c->operations);
		print_throughput(c, out);
		print_latency(c, out);
		print_errors(c, out);
	}
}
