// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfioscope.report/1, see docs/report-format.md: the run file's own JSON, so that a field has one
 * name and one form everywhere, and beside what was recorded that which follows from it.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "user/render/case_stats.h"
#include "user/render/forms.h"
#include "user/render/json_out.h"
#include "user/render/names.h"
#include "user/render/view.h"

#define REPORT_SCHEMA "vfioscope.report/1"

static const struct {
	const char *key;
	double q;
} quantiles[] = {
	{ "p50_ns", 0.5 },
	{ "p90_ns", 0.9 },
	{ "p99_ns", 0.99 },
	{ "p999_ns", 0.999 },
};

#define NR_QUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

/* 0, -ENOMEM or -EOVERFLOW (a count that JSON's readers would not get right). */
static int load_run(const struct run *run, json_t **json)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int err;

	if (!stream)
		return -ENOMEM;
	err = run__print(run, stream);
	if (fclose(stream))
		err = err ?: -ENOMEM;
	if (!err) {
		*json = json_loadb(text, size, 0, NULL);
		err = *json ? 0 : -ENOMEM;
	}
	free(text);
	return err;
}

/* What was not measured is null, never 0. */
static int add_latency(json_t *object, const struct run_latency *latency)
{
	bool known = latency->nr_buckets;
	int err = json_out__set(object, "mean_ns",
				known ? json_real(run_latency__mean(latency)) : json_null());

	err = err
		      ?: json_out__set(object, "min_ns",
				       known ? json_integer(latency->min_ns) : json_null());
	for (size_t i = 0; !err && i < NR_QUANTILES; i++) {
		uint64_t ns = run_latency__quantile(latency, quantiles[i].q);

		err = json_out__set(object, quantiles[i].key,
				    known ? json_integer(ns) : json_null());
	}
	return err
		       ?: json_out__set(object, "max_ns",
					known ? json_integer(latency->max_ns) : json_null());
}

/* What the index stands for; where none is told, these are left out as it is. */
static int add_process(json_t *object, const struct run_process *process)
{
	char *label;
	int err;

	if (!process)
		return 0;
	label = names__process_label(process);
	err = label ? json_out__set_text(object, "process_name", label) : -ENOMEM;
	free(label);
	return err ?: json_out__set_text(object, "vm_name", process->vm);
}

static int add_cell(json_t *object, const struct view *view, const struct run_cell *cell)
{
	const struct run_device *device = &view->run->devices[cell->device];
	bool has_rate = view->elapsed_ns;
	char buf[NAMES_LEN];
	int err;

	err = json_out__set(object, "cell", json_integer(cell - view->run->cells));
	err = err ?: json_out__set_text(object, "device_name", device->name);
	err = err
		      ?: json_out__set_text(object, "region_name",
					    names__region(device, cell->region, buf));
	err = err ?: add_process(object, names__process(view->run, cell));
	err = err ?: json_out__set(object, "error_count", json_integer(cell->errors));
	err = err
		      ?: json_out__set(object, "rate_per_s",
				       has_rate ? json_real(view__rate(view, cell)) : json_null());
	if (!err && view->run->limits.max_offsets)
		err = json_out__set(
			object, "offsets_complete",
			json_boolean(run__offsets_complete(view->run, cell - view->run->cells)));
	return err ?: add_latency(object, &cell->latency);
}

/* The cells that the options let through, in their order. */
static int replace_cells(json_t *report, const struct view *view)
{
	json_t *all = json_object_get(report, "cells");
	json_t *shown = json_array();
	int err = shown ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < view->nr_rows; i++) {
		const struct run_cell *cell = view->rows[i].cell;
		json_t *object = json_array_get(all, cell - view->run->cells);

		err = add_cell(object, view, cell);
		if (!err && json_array_append(shown, object))
			err = -ENOMEM;
	}
	if (err) {
		json_decref(shown);
		return err;
	}
	return json_out__set(report, "cells", shown);
}

static int add_cases(json_t *report, const struct run *run)
{
	json_t *cases = json_object_get(json_object_get(report, "bench"), "cases");
	int err = 0;

	for (size_t i = 0; !err && i < run->nr_cases; i++) {
		json_t *object = json_array_get(cases, i);
		struct case_stats stats;

		err = case_stats__init(&stats, &run->cases[i]);
		err = err
			      ?: json_out__set(object, "error_count",
					       json_integer(run->cases[i].errors));
		err = err ?: json_out__set(object, "ops", json_integer(stats.ops));
		err = err ?: json_out__set(object, "ns_per_op_min", json_real(stats.min_ns));
		err = err ?: json_out__set(object, "ns_per_op_median", json_real(stats.median_ns));
		err = err ?: json_out__set(object, "ns_per_op_max", json_real(stats.max_ns));
		err = err ?: json_out__set(object, "bytes_per_s", json_real(stats.bytes_per_s));
		err = err ?: add_latency(object, &run->cases[i].latency);
	}
	return err;
}

static int add_derived(json_t *report, const struct view *view)
{
	int err = json_out__set(report, "schema", json_string(REPORT_SCHEMA));

	err = err ?: json_out__set(report, "elapsed_ns", json_integer(view->elapsed_ns));
	err = err ?: json_out__set_account(report, view->run);
	err = err ?: replace_cells(report, view);
	return err ?: add_cases(report, view->run);
}

static int render(FILE *out, const struct run *run, const struct render_options *options)
{
	json_t *report = NULL;
	struct view view;
	int err = view__init(&view, run, options);

	if (err)
		return err;
	err = load_run(run, &report);
	if (err)
		goto cleanup;
	err = add_derived(report, &view);
	if (err)
		goto cleanup;
	json_out__dump(out, report);
cleanup:
	json_decref(report);
	view__free(&view);
	return err;
}

const struct renderer render_json = {
	.name = "json",
	.help = "one document, schema vfioscope.report/1",
	.run = render,
};
