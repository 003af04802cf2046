// SPDX-License-Identifier: GPL-2.0-only
/* snoop: single calls as they happen, a line each. */
#include <errno.h>
#include <string.h>

#include "user/cli/calls.h"
#include "user/cli/capture.h"
#include "user/cli/cli.h"
#include "user/cli/options.h"
#include "user/render/render.h"
#include "user/render/text.h"

#define DEFAULT_BUFFER_KIB 4096
#define MIN_BUFFER_KIB 64 /* a page on any machine */
#define MAX_BUFFER_KIB (1 << 20)

#define MAX_LATENCY_NS (3600 * 1000000000ULL)

struct snoop {
	struct capture_options options;
	struct trace_snoop filters;
	struct capture capture;
	struct calls calls;
	bool json;
	bool summed; /* the run is complete */
};

enum { KEY_JSON = 0x300, KEY_SLOWER, KEY_ERRORS, KEY_WIDTH, KEY_ONES, KEY_STACK, KEY_BUFFER };

static const struct argp_option options[] = {
	{ "slower-than", KEY_SLOWER, "TIME", 0, "Only calls that took longer", 0 },
	{ "errors-only", KEY_ERRORS, NULL, 0, "Only calls that failed", 0 },
	{ "width", KEY_WIDTH, "LIST", 0, "Only calls of these widths: 1,2,9-4096", 0 },
	{ "all-ones", KEY_ONES, NULL, 0, "Mark and count reads that returned all ones", 0 },
	{ "stack", KEY_STACK, "WHICH", 0, "Show the stack of each: kernel, user or both", 0 },
	{ "count", 'n', "N", 0, "Stop after N lines", 0 },
	{ "json", KEY_JSON, NULL, 0, "Print JSON, a line each (vfioscope.snoop/1)", 0 },
	{ "buffer", KEY_BUFFER, "KIB", 0, "Kernel memory for calls not yet printed (default 4096)",
	  0 },
	{ 0 },
};

static const char doc[] =
	"Print single accesses to VFIO devices as they happen.\v"
	"One line for each call of a region handler: when it ended, who made it, where, how wide, "
	"how long it took and what came of it. What was read or written is not shown. Filters work "
	"in the kernel; calls that they leave out cost less. Calls that find the buffer full are "
	"counted: at the end the lines, what was filtered and what was dropped are all calls.\n\n"
	"EXAMPLES\n"
	"  vfioscope snoop -D 03:00.0 -n 20           the next 20 accesses of a device\n"
	"  vfioscope snoop --slower-than 1ms          what takes long, and who waits\n"
	"  vfioscope snoop --errors-only --stack both refused accesses, and where from\n"
	"  vfioscope snoop --width 1,2 --comm qemu-system-x86_64\n"
	"  vfioscope snoop --all-ones --json -d 60 | jq 'select(.all_ones == \"yes\")'\n";

/* --- the command line -------------------------------------------------------------------------- */

static void set_widths(struct snoop *snoop, const struct argp_state *state, const char *arg)
{
	int err = parse_widths(arg, snoop->filters.widths, &snoop->filters.nr_widths);

	if (err == -E2BIG)
		cli__usage(state, "--width: '%s' has more than %d widths", arg, VS_WIDTH_RANGES);
	if (err)
		cli__usage(state, "--width: '%s' is no list of widths such as 1,2,9-4096", arg);
}

static uint32_t parse_stacks(const struct argp_state *state, const char *arg)
{
	if (!strcmp(arg, "kernel"))
		return VS_STACK_KERNEL;
	if (!strcmp(arg, "user"))
		return VS_STACK_USER;
	if (strcmp(arg, "both"))
		cli__usage(state, "--stack: '%s' is none of kernel, user, both", arg);
	return VS_STACK_KERNEL | VS_STACK_USER;
}

static uint32_t parse_buffer(const struct argp_state *state, const char *arg)
{
	uint64_t kib = option__u64(state, "--buffer", arg, MIN_BUFFER_KIB, MAX_BUFFER_KIB);

	if (kib & (kib - 1))
		cli__usage(state, "--buffer: '%s' is no power of two", arg);
	return kib << 10;
}

static void check(const struct snoop *snoop, const struct argp_state *state)
{
	if (snoop->options.selectors.interval_ns)
		cli__usage(state, "--interval is for tables, which snoop does not print");
	if (capture_options__run_to_stdout(&snoop->options))
		cli__usage(state, "-o - and the lines both want standard output");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct snoop *snoop = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &snoop->options;
		return 0;
	case KEY_SLOWER:
		snoop->filters.slower_than_ns =
			option__duration_ns(state, "--slower-than", arg, 1, MAX_LATENCY_NS);
		return 0;
	case KEY_ERRORS:
		snoop->filters.errors_only = true;
		return 0;
	case KEY_WIDTH:
		set_widths(snoop, state, arg);
		return 0;
	case KEY_ONES:
		snoop->filters.all_ones = true;
		return 0;
	case KEY_STACK:
		snoop->filters.stacks = parse_stacks(state, arg);
		return 0;
	case 'n':
		snoop->calls.most = option__u64(state, "--count", arg, 1, INT64_MAX);
		return 0;
	case KEY_JSON:
		snoop->json = true;
		return 0;
	case KEY_BUFFER:
		snoop->filters.buffer_bytes = parse_buffer(state, arg);
		return 0;
	case ARGP_KEY_SUCCESS:
		check(snoop, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- recording --------------------------------------------------------------------------------- */

static enum recorder_calls on_calls(void *context)
{
	return calls__print(&((struct snoop *)context)->calls);
}

static int report(void *context, FILE *out, const struct run *run)
{
	struct snoop *snoop = context;

	snoop->summed = true;
	return snoop->calls.form->end(out, run, &snoop->calls.totals);
}

static int record(struct snoop *snoop)
{
	int err = calls__open(&snoop->calls);

	if (err) {
		cli__error("cannot start: %s", strerror(-err));
		return err;
	}
	err = capture__record(&snoop->capture);
	if (err)
		return err;
	err = calls__finish(&snoop->calls);
	if (err && !snoop->capture.output.err) /* which is said when the rest is written */
		cli__error("cannot print all calls: %s", strerror(-err));
	return capture__deliver(&snoop->capture) ?: err;
}

static void say_totals(const struct snoop *snoop)
{
	const struct run *run = snoop->capture.recorder.run;

	if (!snoop->summed)
		return;
	render_account(stderr, run);
	snoop_totals__print(stderr, &snoop->calls.totals);
	text__not_seen(stderr, run);
}

static void set_up(struct snoop *snoop)
{
	snoop->options.config.snoop = &snoop->filters;
	snoop->capture.options = &snoop->options;
	snoop->capture.on_calls = on_calls;
	snoop->capture.report = report;
	snoop->capture.context = snoop;
	snoop->calls.capture = &snoop->capture;
	snoop->calls.form = snoop->json ? &snoop_json : &snoop_text;
}

int cmd_snoop(int argc, char **argv)
{
	const struct argp_child children[] = { { capture_options__argp(), 0, NULL, 0 }, { 0 } };
	const struct argp argp = { .options = options,
				   .parser = parse,
				   .args_doc = "[-- COMMAND [ARG...]]",
				   .doc = doc,
				   .children = children };
	struct snoop snoop = { .filters.buffer_bytes = DEFAULT_BUFFER_KIB << 10 };
	int err;

	cli__parse(&argp, argc, argv, ARGP_IN_ORDER, &snoop);
	set_up(&snoop);
	err = capture__open(&snoop.capture, argc, argv);
	err = err ?: record(&snoop);
	say_totals(&snoop);
	calls__close(&snoop.calls);
	capture__close(&snoop.capture);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
