// SPDX-License-Identifier: GPL-2.0-only
/* report: renders runs. All of the input is read and checked before anything is written. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/cli/cli.h"
#include "user/cli/options.h"
#include "user/render/render.h"
#include "user/run/atomic_file.h"
#include "user/run/run.h"

struct report {
	const struct renderer *renderer;
	struct render_options options;
	const char *output; /* "-": stdout */
	char device_name[VS_NAME_LEN]; /* what options.device points to */

	char **paths;
	struct run **runs; /* one a path, those that were read; the rest is NULL */
	int nr_runs;
};

enum { KEY_JSON = 0x100, KEY_REGION, KEY_DIR, KEY_SORT };

static const struct argp_option options[] = {
	{ "format", 'f', "FORM", 0, "text (default), json (vfioscope.report/1) or csv", 0 },
	{ "json", KEY_JSON, NULL, 0, "Same as --format json", 0 },
	{ "output", 'o', "FILE", 0, "Write to FILE, which appears whole or not at all", 0 },
	{ "device", 'D', "BDF", 0, "Only cells of this device", 0 },
	{ "region", KEY_REGION, "LIST", 0,
	  "Only cells of these regions: BAR0..BAR5, ROM, CONFIG, ...", 0 },
	{ "dir", KEY_DIR, "read|write", 0, "Only cells of this direction", 0 },
	{ "sort", KEY_SORT, "KEY", 0,
	  "Order within a device: place (default: region, direction, width), or the largest first "
	  "by count, bytes, errors, p50, p99, p99.9 or max",
	  0 },
	{ 0 },
};

static const char doc[] =
	"Render recorded runs.\v"
	"Several runs follow one another in the text form; the other forms hold one.\n\n"
	"EXAMPLES\n"
	"  vfioscope report run.json\n"
	"  vfioscope report --sort p99 --region BAR0 run.json\n"
	"  vfioscope report --json run.json | jq '.cells[].p99_ns'\n"
	"  vfioscope report --format csv -o run.csv run.json\n";

static void set_format(const struct argp_state *state, struct report *report, const char *name)
{
	report->renderer = renderer__find(name);
	if (!report->renderer)
		cli__usage(state, "--format: there is no form '%s', only text, json and csv", name);
}

static void set_sort(const struct argp_state *state, struct report *report, const char *name)
{
	int sort = render_sort__parse(name);

	if (sort < 0)
		cli__usage(
			state,
			"--sort: '%s' is none of place, count, bytes, errors, p50, p99, p99.9, max",
			name);
	report->options.sort = sort;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report *report = state->input;

	switch (key) {
	case 'f':
		set_format(state, report, arg);
		return 0;
	case KEY_JSON:
		set_format(state, report, "json");
		return 0;
	case 'o':
		report->output = arg;
		return 0;
	case 'D':
		option__device(state, "--device", arg, report->device_name,
			       sizeof(report->device_name));
		report->options.device = report->device_name;
		return 0;
	case KEY_REGION:
		report->options.region_mask = option__regions(state, "--region", arg);
		return 0;
	case KEY_DIR:
		report->options.dir_mask = option__dirs(state, "--dir", arg);
		return 0;
	case KEY_SORT:
		set_sort(state, report, arg);
		return 0;
	case ARGP_KEY_ARGS:
		report->paths = state->argv + state->next;
		report->nr_runs = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli__usage(state, "no run file given");
	case ARGP_KEY_SUCCESS:
		if (report->nr_runs > 1 && !report->renderer->many)
			cli__usage(state, "the %s form holds one run, and %d were given",
				   report->renderer->name, report->nr_runs);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool has_device(const struct run *run, const char *name)
{
	for (size_t i = 0; i < run->nr_devices; i++)
		if (!strcmp(run->devices[i].name, name))
			return true;
	return false;
}

static int read_runs(struct report *report)
{
	char error[1024];

	report->runs = calloc(report->nr_runs, sizeof(struct run *));
	if (!report->runs) {
		cli__error("out of memory");
		return -ENOMEM;
	}
	for (int i = 0; i < report->nr_runs; i++) {
		const char *device = report->options.device;
		int err = run__read(report->paths[i], &report->runs[i], error, sizeof(error));

		if (err) {
			cli__error("%s", error);
			return err;
		}
		if (device && !has_device(report->runs[i], device)) {
			cli__error(
				"%s: the run has no device %s; without --device the report lists "
				"those it has",
				report->paths[i], device);
			return -ENODEV;
		}
	}
	return 0;
}

static int render_runs(FILE *out, struct report *report)
{
	int err = 0;

	for (int i = 0; !err && i < report->nr_runs; i++) {
		if (i)
			fputs("\n\n", out);
		report->options.title = report->paths[i];
		err = report->renderer->run(out, report->runs[i], &report->options);
	}
	if (err)
		cli__error("cannot render the run: %s", strerror(-err));
	return err;
}

static int write_report(struct report *report)
{
	const char *target = strcmp(report->output, "-") ? report->output : "standard output";
	struct atomic_file *file = atomic_file__open(report->output);
	int err;

	if (!file) {
		err = -errno;
		cli__error("cannot write to %s: %s", target, strerror(-err));
		return err;
	}
	err = render_runs(atomic_file__stream(file), report);
	if (err) {
		atomic_file__abort(file);
		return err;
	}
	err = atomic_file__commit(file);
	if (err)
		cli__error("cannot write to %s: %s", target, strerror(-err));
	return err;
}

int cmd_report(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options, .parser = parse, .args_doc = "RUN...", .doc = doc
	};
	struct report report = { .renderer = renderer__find("text"), .output = "-" };
	int err;

	cli__parse(&argp, argc, argv, 0, &report);
	err = read_runs(&report);
	if (!err)
		err = write_report(&report);

	for (int i = 0; report.runs && i < report.nr_runs; i++)
		run__free(report.runs[i]);
	free(report.runs);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
