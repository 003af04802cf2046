// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/calls.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000LL

/* Written before more is fetched. */
#define CHUNK (64 << 10)

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

int calls__open(struct calls *calls)
{
	const struct trace_snoop *snoop = calls->capture->options->config.snoop;

	calls->totals.judged = snoop->all_ones;
	calls->clock_ns = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
	if (!(snoop->stacks & VS_STACK_KERNEL))
		return 0;
	return symbols__new(&calls->symbols, open_scan__symbols(calls->capture->kernel.scan));
}

void calls__close(struct calls *calls)
{
	symbols__free(calls->symbols);
}

/* --- stacks ------------------------------------------------------------------------------------ */

static size_t nr_frames(int64_t bytes)
{
	return bytes > 0 ? bytes / sizeof(uint64_t) : 0;
}

static void find_function(const struct calls *calls, struct snoop_frame *frame)
{
	struct symbol_place place;

	if (!symbols__find(calls->symbols, frame->address, &place))
		return;
	frame->function = place.function;
	frame->offset = place.offset;
	frame->module = strcmp(place.module, "vmlinux") ? place.module : NULL;
}

/* The first ones that are in no known function are those of the program itself. */
static size_t fill_kernel(const struct calls *calls, const struct vs_call_stacks *stacks,
			  struct snoop_frame *frames)
{
	size_t nr = 0;

	for (size_t i = 0; i < nr_frames(stacks->kernel_bytes); i++) {
		frames[nr] = (struct snoop_frame){ .address = stacks->kernel[i] };
		find_function(calls, &frames[nr]);
		nr += nr || frames[nr].function;
	}
	return nr;
}

static size_t fill_user(const struct vs_call_stacks *stacks, struct snoop_frame *frames)
{
	size_t nr = nr_frames(stacks->user_bytes);

	for (size_t i = 0; i < nr; i++)
		frames[i] = (struct snoop_frame){ .address = stacks->user[i] };
	return nr;
}

/* --- lines ------------------------------------------------------------------------------------- */

static int begin(struct calls *calls)
{
	struct capture *capture = calls->capture;

	if (calls->begun)
		return 0;
	calls->begun = true;
	return calls->form->begin(capture->output.file, capture->recorder.run);
}

static int print_line(struct calls *calls, const struct vs_call *call)
{
	const struct vs_call_stacks *stacks = (const struct vs_call_stacks *)call;
	uint32_t asked = calls->capture->options->config.snoop->stacks;
	struct snoop_frame kernel[VS_STACK_DEPTH], user[VS_STACK_DEPTH];
	struct snoop_line line = {
		.call = call,
		.time_ns = call->end_ns + calls->clock_ns,
		.device = tracer__device_name(calls->capture->recorder.tracer, call->device),
	};
	const struct device *device = device_list__find(&calls->capture->devices, line.device);

	line.bus = device ? device->bus : NULL;
	if (asked & VS_STACK_KERNEL) {
		line.kernel = kernel;
		line.nr_kernel = fill_kernel(calls, stacks, kernel);
	}
	if (asked & VS_STACK_USER) {
		line.user = user;
		line.nr_user = fill_user(stacks, user);
	}
	return calls->form->line(calls->capture->output.file, &line);
}

static bool wants_more(const struct calls *calls)
{
	return !calls->err && (!calls->most || calls->totals.printed < calls->most);
}

static void take(struct calls *calls, const struct vs_call *call)
{
	if (!wants_more(calls)) {
		calls->totals.left_out++;
		return;
	}
	calls->err = print_line(calls, call);
	if (calls->err)
		calls->totals.left_out++;
	else
		calls->totals.printed++;
}

/* Until a chunk is full. */
static int take_some(void *context, const struct vs_call *call)
{
	struct calls *calls = context;

	take(calls, call);
	return !wants_more(calls) || ftell(calls->capture->output.file) >= CHUNK;
}

static int take_all(void *context, const struct vs_call *call)
{
	take(context, call);
	return 0;
}

enum recorder_calls calls__print(struct calls *calls)
{
	struct output *output = &calls->capture->output;
	bool full;
	int fetched;

	calls->err = calls->err ?: begin(calls);
	fetched = tracer__snoop(calls->capture->recorder.tracer, take_some, calls);
	if (fetched < 0)
		calls->err = fetched;
	full = ftell(output->file) >= CHUNK;
	output__push(output);
	/* A reader that is gone ends it anyway. */
	if (!wants_more(calls) || (output->err && output->err != -EPIPE))
		return CALLS_OVER;
	return full ? CALLS_MORE : CALLS_FETCHED;
}

int calls__finish(struct calls *calls)
{
	struct tracer *tracer = calls->capture->recorder.tracer;
	struct trace_unsent unsent;
	int fetched;

	calls->err = calls->err ?: begin(calls);
	calls->err = calls->err ?: calls->capture->output.err;
	fetched = tracer__snoop(tracer, take_all, calls);
	if (fetched < 0)
		calls->err = calls->err ?: fetched;
	unsent = tracer__unsent(tracer);
	calls->totals.filtered = unsent.filtered;
	calls->totals.dropped = unsent.dropped;
	calls->totals.all_ones = unsent.all_ones;
	calls->totals.ones_unknown = unsent.ones_unknown;
	return calls->err;
}
