// SPDX-License-Identifier: GPL-2.0-only
/* trace: attach, count, print, record. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "user/cli/capture.h"
#include "user/cli/cli.h"
#include "user/render/render.h"

struct trace {
	struct capture_options options;
	struct capture capture;
	const struct renderer *renderer; /* NULL: stdout takes the run file */
	bool json;
};

enum { KEY_JSON = 0x300 };

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "Print the final report as JSON (vfioscope.report/1)", 0 },
	{ 0 },
};

static const char doc[] =
	"Count and time accesses to VFIO devices by width.\v"
	"Traces all devices that are bound to VFIO drivers, or those selected, until ^C, the end "
	"of "
	"the duration or that of COMMAND; then prints a table of cells (device, region, direction, "
	"width) with counts, errors and latency percentiles. The latency is the region handler's. "
	"What goes through a mapping or an ioeventfd never enters the handlers and is not seen.\n\n"
	"EXAMPLES\n"
	"  vfioscope trace -d 10                        all devices, for ten seconds\n"
	"  vfioscope trace -D 03:00.0 -i 1 -o run.json  a table a second, recorded\n"
	"  vfioscope trace --comm qemu-system-x86_64 --region BAR0,CONFIG\n"
	"  vfioscope trace --offsets --exact            which offsets, how wide\n"
	"  vfioscope trace -o run.json -- barbench 03:00.0 --region BAR0 --width 4,8\n";

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct trace *trace = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &trace->options;
		return 0;
	case KEY_JSON:
		trace->json = true;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (trace->json && capture_options__run_to_stdout(&trace->options))
			cli__usage(state, "--json and -o - both want standard output");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void print_interval(void *context, const struct run *delta)
{
	struct output *output = &((struct trace *)context)->capture.output;
	struct render_options render = { .elapsed_ns = delta->duration_ns };
	char now[16];
	time_t seconds = time(NULL);

	if (output__pending(output)) {
		output->left_out++;
		return;
	}
	strftime(now, sizeof(now), "%H:%M:%S", localtime(&seconds));
	fprintf(output->file, "%s\n", now);
	render_cells(output->file, delta, &render);
	render_totals(output->file, delta, &render);
	fputc('\n', output->file);
	output__push(output);
}

static int report(void *context, FILE *out, const struct run *run)
{
	int err = ((struct trace *)context)->renderer->run(out, run, NULL);

	if (err)
		cli__error("cannot print the report: %s", strerror(-err));
	return err;
}

/* What to print, if standard output is not for the run file. */
static void set_printing(struct trace *trace)
{
	struct capture *capture = &trace->capture;

	capture->options = &trace->options;
	capture->context = trace;
	if (capture_options__run_to_stdout(&trace->options))
		return;
	trace->renderer = renderer__find(trace->json ? "json" : "text");
	capture->report = report;
	if (!trace->json) /* JSON holds the intervals itself */
		capture->on_interval = print_interval;
}

int cmd_trace(int argc, char **argv)
{
	const struct argp_child children[] = { { capture_options__argp(), 0, NULL, 0 }, { 0 } };
	const struct argp argp = { .options = options,
				   .parser = parse,
				   .args_doc = "[-- COMMAND [ARG...]]",
				   .doc = doc,
				   .children = children };
	struct trace trace = {};
	int err;

	cli__parse(&argp, argc, argv, ARGP_IN_ORDER, &trace);
	set_printing(&trace);
	err = capture__open(&trace.capture, argc, argv);
	err = err ?: capture__record(&trace.capture);
	err = err ?: capture__deliver(&trace.capture);
	capture__close(&trace.capture);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
