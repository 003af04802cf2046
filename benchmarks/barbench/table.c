// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/noise.h"
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

/* A share as a percentage of some digits; "-": it is not known. */
static void print_share(double share, FILE *out)
{
	if (isfinite(share))
		fprintf(out, " %5.*f%%", share < 0.1 ? 2 : 1, 100 * share);
	else
		fprintf(out, " %6s", "-");
}

static void print_throughput(const struct run_case *c, FILE *out)
{
	struct noise noise;

	if (noise__of(c->samples, c->nr_samples, &noise)) {
		fprintf(out, " %9s %19s %6s %6s %9s", "-", "-", "-", "-", "-");
		return;
	}
	fprintf(out, " %9.1f %9.1f..%-8.1f", noise.median, noise.min, noise.max);
	print_share(c->nr_samples > 1 ? noise.deviation : INFINITY, out);
	print_share(noise.margin, out);
	/* How many bytes failed and short accesses moved is not known. */
	if (c->errors || c->shorts)
		fprintf(out, " %9s", "-");
	else
		fprintf(out, " %9.1f", (double)c->width * 1000 / noise.median);
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
static void print_store_rule(const struct bench *bench, const struct bench_side *side, FILE *out)
{
	const struct bench_options *options = bench->options;
	bool writes = false;
	char text[256];
	size_t i;

	for (i = 0; i < options->nr_modes; i++)
		writes |= options->modes[i]->dir == VS_WRITE;
	if (!writes || options->suite || side->device.maxstbl < 0)
		return;
	zpci__describe_stores(side->device.maxstbl, options->widths, options->nr_widths, text,
			      sizeof(text));
	fprintf(out, "store blocks: %s\n", text);
}

/* Of a suite each case has a range of its own. */
static void print_range(const struct bench *bench, const struct bench_side *side, FILE *out)
{
	const struct bench_region *region = side->device.region;
	char name[32];

	if (bench->options->suite) {
		fprintf(out, ", cases of %s\n", bench->options->suite);
		return;
	}
	run_region__name("pci", region->index, name, sizeof(name));
	fprintf(out, ", %s of %" PRIu64 " bytes, range 0x%" PRIx64 "..0x%" PRIx64 "%s\n", name,
		region->size, side->offset, side->offset + side->length - 1,
		side->default_length ? " (the default: --offset and --length choose)" : "");
}

/* From the lowest to the highest of all cases. */
static void print_frequency(const struct run *run, FILE *out)
{
	struct run_range khz = { 0 };

	for (size_t i = 0; i < run->nr_cases; i++) {
		const struct run_range *seen = &run->cases[i].cpu_khz;

		if (seen->max && (!khz.max || seen->min < khz.min))
			khz.min = seen->min;
		if (seen->max > khz.max)
			khz.max = seen->max;
	}
	if (khz.max)
		fprintf(out, "CPU frequency: %" PRIu64 "..%" PRIu64 " MHz\n", khz.min / 1000,
			khz.max / 1000);
}

static void print_head(const struct bench *bench, const struct bench_side *side, FILE *out)
{
	const struct pci_facts *pci = &side->device.pci;
	const struct run *run = side->run;
	char setting[RUN_SETTING_LEN];

	fprintf(out, "%s%s",
		bench->nr_sides == 1   ? ""
		: side == bench->sides ? "A: "
				       : "B: ",
		pci->bdf);
	if (pci->driver[0])
		fprintf(out, " (%s)", pci->driver);
	print_range(bench, side, out);
	run__describe_setting(run, setting, sizeof(setting));
	if (run->host.clock_source)
		fprintf(out, "setting: %s%sclock %s\n", setting, setting[0] ? ", " : "",
			run->host.clock_source);
	else if (setting[0])
		fprintf(out, "setting: %s\n", setting);
	print_frequency(run, out);
	print_store_rule(bench, side, out);
	if (bench->options->latency)
		fprintf(out, "times in ns; latencies include %" PRIu64 " ns of the timer's own\n\n",
			bench->timer_ns);
	else
		fprintf(out, "times in ns\n\n");
}

static void print_access(const struct run_case *c, FILE *out)
{
	if (c->access_width)
		fprintf(out, " %6" PRIu32, c->access_width);
	else
		fprintf(out, " %6s", "-");
}

/* Whether @margin, of the case @id, is wider than was wanted. */
static bool is_wide(const struct bench *bench, const char *id, double margin)
{
	const struct bench_listed *listed = bench__find(bench, id);

	return listed && listed->until_ci && margin > listed->until_ci;
}

/* What was not reached is said: the figures are less certain than was wanted. */
static void print_shortfalls(const struct bench *bench, const struct run *run, FILE *out)
{
	for (size_t i = 0; i < run->nr_cases; i++) {
		const struct run_case *c = &run->cases[i];
		struct noise noise;

		if (c->warmup && !strcmp(c->warmup, "limit"))
			fprintf(out, "%s: not steady after %" PRIu64 " accesses of warm-up\n",
				c->id, c->warmup_operations);
		if (bench->nr_sides == 1 && !noise__of(c->samples, c->nr_samples, &noise) &&
		    is_wide(bench, c->id, noise.margin))
			fprintf(out, "%s: not within --until-ci after %zu repetitions\n", c->id,
				c->nr_samples);
	}
}

static void print_cases(const struct bench *bench, const struct bench_side *side, FILE *out)
{
	const struct run *run = side->run;
	const int width = name_width(run);

	print_head(bench, side, out);
	fprintf(out, "%-*s %6s %11s %9s %19s %6s %6s %9s %8s %8s %8s %9s  %s\n", width, "case",
		"access", "accesses", "ns/op", "min..max   ", "sd", "+-95%", "MB/s", "p50", "p99",
		"p99.9", "max", "errors");
	for (size_t i = 0; i < run->nr_cases; i++) {
		const struct run_case *c = &run->cases[i];

		fprintf(out, "%-*s", width, c->id);
		print_access(c, out);
		fprintf(out, " %11" PRIu64, c->operations);
		print_throughput(c, out);
		print_latency(c, out);
		print_errors(c, out);
	}
	print_shortfalls(bench, run, out);
}

static void print_shift(const struct bench *bench, const struct run_case *a,
			const struct run_case *b, FILE *out)
{
	struct noise noise_a, noise_b;
	struct noise_shift shift;

	if (noise__of(a->samples, a->nr_samples, &noise_a) ||
	    noise__of(b->samples, b->nr_samples, &noise_b) || noise__shift(a, b, &shift)) {
		fprintf(out, " %9s %9s %8s %19s\n", "-", "-", "-", "-");
		return;
	}
	fprintf(out, " %9.1f %9.1f %+7.2f%%", noise_a.median, noise_b.median, 100 * shift.shift);
	if (isfinite(shift.margin))
		fprintf(out, " %+8.2f%%..%+.2f%%", 100 * shift.interval.low,
			100 * shift.interval.high);
	else
		fprintf(out, " %19s", "-");
	if (is_wide(bench, a->id, shift.margin))
		fprintf(out, "  not within --until-ci after %zu repetitions", b->nr_samples);
	fputc('\n', out);
}

/* From A to B, case by case: both have the same, unless the end came between the two. */
static void print_shifts(const struct bench *bench, FILE *out)
{
	const struct run *a = bench->sides[BENCH_A].run, *b = bench->sides[BENCH_B].run;
	const int width = name_width(a);

	fprintf(out,
		"\nfrom A to B, with the 95 %% interval over repetitions; what it means: vfioscope "
		"compare\n%-*s %9s %9s %8s %19s\n",
		width, "case", "A ns/op", "B ns/op", "shift", "interval   ");
	for (size_t i = 0; i < a->nr_cases && i < b->nr_cases; i++) {
		fprintf(out, "%-*s", width, a->cases[i].id);
		print_shift(bench, &a->cases[i], &b->cases[i], out);
	}
}

void bench_table__print(const struct bench *bench, FILE *out)
{
	for (size_t i = 0; i < bench->nr_sides; i++) {
		if (i)
			fputc('\n', out);
		print_cases(bench, &bench->sides[i], out);
	}
	if (bench->nr_sides == BENCH_SIDES)
		print_shifts(bench, out);
}
