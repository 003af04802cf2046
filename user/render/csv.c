// SPDX-License-Identifier: GPL-2.0-only
/*
 * One row a cell, or a case of a bench run, with full numbers. Scripts index the columns: they are
 * only ever appended. What was not measured is an empty field.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "user/render/case_stats.h"
#include "user/render/escape.h"
#include "user/render/forms.h"
#include "user/render/names.h"
#include "user/render/view.h"

#define CELL_HEADER                                                                          \
	"device,driver,region,dir,width,process,count,rate_per_s,bytes,errors,errnos,short," \
	"unaligned,crossing,untimed,min_ns,p50_ns,p90_ns,p99_ns,p999_ns,max_ns,sum_ns,"      \
	"accesses,access_1,access_2,access_4,access_8,access_block,access_refused,"          \
	"pid,comm,cgroup,vm\n"

#define CASE_HEADER                                                                         \
	"case,mode,pattern,region,width,offset,length,threads,reps,ops,ns_per_op_min,"      \
	"ns_per_op_median,ns_per_op_max,bytes_per_s,operations,issued,errors,errnos,short," \
	"timer_ns,min_ns,p50_ns,p90_ns,p99_ns,p999_ns,max_ns,sum_ns,access_width,flush,"    \
	"read_backs\n"

/* A text and the comma after it. */
static int put_text(FILE *out, const char *text)
{
	int err = text ? escape__csv(out, text) : 0;

	fputc(',', out);
	return err;
}

/* The same; takes @text over, where NULL is a failure to allocate it. */
static int put_taken(FILE *out, char *text)
{
	int err = text ? put_text(out, text) : -ENOMEM;

	free(text);
	return err;
}

static void put_latency(FILE *out, const struct run_latency *latency)
{
	if (!latency->nr_buckets) {
		fputs(",,,,,,", out);
		return;
	}
	fprintf(out,
		"%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64,
		latency->min_ns, run_latency__quantile(latency, 0.5),
		run_latency__quantile(latency, 0.9), run_latency__quantile(latency, 0.99),
		run_latency__quantile(latency, 0.999), latency->max_ns, latency->sum_ns);
}

static void put_accesses(FILE *out, const struct run_accesses *accesses)
{
	fputs(run_accesses_source__name(accesses->source), out);
	if (accesses->source == RUN_ACCESSES_UNKNOWN) {
		fputs(",,,,,,", out);
		return;
	}
	for (int i = 0; i < 4; i++)
		fprintf(out, ",%" PRIu64, accesses->by_width[i]);
	fprintf(out, ",%" PRIu64 ",%" PRIu64, accesses->blocks, accesses->refused);
}

/* The end of a row. */
static int put_process(FILE *out, const struct run_process *process)
{
	const char *const texts[] = { process ? process->comm : NULL,
				      process ? process->cgroup : NULL,
				      process ? process->vm : NULL };
	int err = 0;

	fputc(',', out);
	if (process)
		fprintf(out, "%d", process->pid);
	for (size_t i = 0; !err && i < sizeof(texts) / sizeof(texts[0]); i++) {
		fputc(',', out);
		err = texts[i] ? escape__csv(out, texts[i]) : 0;
	}
	fputc('\n', out);
	return err;
}

static int put_cell(FILE *out, const struct view *view, const struct run_cell *cell)
{
	const struct run_device *device = &view->run->devices[cell->device];
	const struct run_process *process = names__process(view->run, cell);
	char buf[NAMES_LEN];
	int err;

	err = put_text(out, device->name);
	err = err ?: put_text(out, device->driver);
	err = err ?: put_text(out, names__region(device, cell->region, buf));
	err = err ?: put_text(out, run_dir__name(cell->dir));
	err = err ?: put_text(out, run_width__name(cell->wclass));
	err = err ?: process ? put_taken(out, names__process_label(process)) : put_text(out, NULL);
	if (err)
		return err;

	fprintf(out, "%" PRIu64 ",", cell->count);
	if (view->elapsed_ns)
		fprintf(out, "%.3f", view__rate(view, cell));
	fprintf(out, ",%" PRIu64 ",%" PRIu64 ",", cell->bytes, cell->errors);
	err = put_taken(out, names__errnos(cell->errnos, cell->nr_errnos));
	if (err)
		return err;
	fprintf(out, "%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",", cell->shorts,
		cell->unaligned, cell->crossing, cell->untimed);
	put_latency(out, &cell->latency);
	fputc(',', out);
	put_accesses(out, &cell->accesses);
	return put_process(out, process);
}

static int put_cells(FILE *out, const struct run *run, const struct render_options *options)
{
	struct view view;
	int err = view__init(&view, run, options);

	fputs(CELL_HEADER, out);
	for (size_t i = 0; !err && i < view.nr_rows; i++)
		err = put_cell(out, &view, view.rows[i].cell);
	view__free(&view);
	return err;
}

/* What was appended after the latency. */
static int put_access(FILE *out, const struct run_case *bench_case)
{
	int err;

	if (bench_case->access_width)
		fprintf(out, "%" PRIu32, bench_case->access_width);
	fputc(',', out);
	err = put_text(out, bench_case->flush);
	if (bench_case->flush)
		fprintf(out, "%" PRIu64, bench_case->read_backs);
	fputc('\n', out);
	return err;
}

static int put_case(FILE *out, const struct run *run, const struct run_case *bench_case)
{
	const char *bus = run->nr_devices ? run->devices[0].bus : NULL;
	struct case_stats stats;
	char buf[NAMES_LEN];
	int err = case_stats__init(&stats, bench_case);

	err = err ?: put_text(out, bench_case->id);
	err = err ?: put_text(out, bench_case->mode);
	err = err ?: put_text(out, bench_case->pattern);
	err = err ?: put_text(out, run_region__name(bus, bench_case->region, buf, sizeof(buf)));
	if (err)
		return err;

	fprintf(out, "%" PRIu64 ",0x%" PRIx64 ",0x%" PRIx64 ",%" PRIu32 ",%zu,%" PRIu64,
		bench_case->width, bench_case->offset, bench_case->length, bench_case->threads,
		bench_case->nr_samples, stats.ops);
	if (stats.ops)
		fprintf(out, ",%.3f,%.3f,%.3f,%.0f", stats.min_ns, stats.median_ns, stats.max_ns,
			stats.bytes_per_s);
	else
		fputs(",,,,", out);
	fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",", bench_case->operations,
		bench_case->issued, bench_case->errors);
	err = put_taken(out, names__errnos(bench_case->errnos, bench_case->nr_errnos));
	fprintf(out, "%" PRIu64 ",%" PRIu64 ",", bench_case->shorts, bench_case->timer_ns);
	put_latency(out, &bench_case->latency);
	fputc(',', out);
	return err ?: put_access(out, bench_case);
}

static int render(FILE *out, const struct run *run, const struct render_options *options)
{
	int err = 0;

	if (run->kind != RUN_BENCH)
		return put_cells(out, run, options);
	fputs(CASE_HEADER, out);
	for (size_t i = 0; !err && i < run->nr_cases; i++)
		err = put_case(out, run, &run->cases[i]);
	return err;
}

const struct renderer render_csv = {
	.name = "csv",
	.help = "one row a cell (or case), columns only ever appended",
	.run = render,
};
