// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/audit_live.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/analyze/audit.h"
#include "user/cli/capture.h"
#include "user/cli/cli.h"

/* A live audit that goes on. */
struct watch {
	const struct audit_live *live;
	struct capture capture;
	uint64_t calls, against; /* so far, at least */
};

/* A verdict on what was lost is none: unless told otherwise, nothing is. */
static void set_defaults(struct capture_options *options)
{
	if (!options->selectors.attach)
		options->selectors.exact = true;
	if (!options->config.max_offsets)
		options->config.max_offsets = TRACE_DEFAULT_MAX_OFFSETS;
}

/* At least; expected refusals aside. Calls that are against several rules count once for each. */
static uint64_t count_against(const struct audit *audit)
{
	uint64_t against = 0;

	for (size_t i = 0; i < audit->policy->nr_rules; i++) {
		const struct audit_counts *counts = &audit->rules[i].counts;

		if (audit->rules[i].rule->severity == POLICY_ERROR &&
		    counts->all.min > counts->expected.max)
			against += counts->all.min - counts->expected.max;
	}
	return against;
}

static void say_progress(const struct watch *watch)
{
	char now[16];
	time_t seconds = time(NULL);

	if (!output__takes(STDERR_FILENO, 0)) /* the trace does not wait for a reader */
		return;
	strftime(now, sizeof(now), "%H:%M:%S", localtime(&seconds));
	cli__error("%s: %" PRIu64 " calls that rules speak of, %" PRIu64 " against them, at least",
		   now, watch->calls, watch->against);
}

/* What the counters tell already; offsets are read at the end. */
static void on_interval(void *context, const struct run *delta)
{
	struct watch *watch = context;
	struct run *const runs[] = { (struct run *)delta };
	struct audit audit;

	if (!audit__init(&audit, watch->live->policy, runs, 1)) {
		watch->calls += audit.calls;
		watch->against += count_against(&audit);
		say_progress(watch);
	}
	audit__free(&audit);
}

/* Of a run that does not add up there is no verdict; one that is read from a file is refused as well. */
static int report(void *context, FILE *out, const struct run *run)
{
	struct watch *watch = context;
	char reason[512];

	if (run__validate(run, reason, sizeof(reason))) {
		cli__error("what was recorded does not add up, and gives no verdict: %s", reason);
		return -EINVAL;
	}
	return watch->live->judge(watch->live->context, out, watch->capture.recorder.run);
}

int audit_live__run(const struct audit_live *live, int argc, char **argv)
{
	struct watch watch = { .live = live };
	struct capture *capture = &watch.capture;
	int err;

	set_defaults(live->options);
	capture->options = live->options;
	capture->on_interval = on_interval;
	capture->report = report;
	capture->context = &watch;
	err = capture__open(capture, argc, argv);
	err = err ?: capture__record(capture);
	err = err ?: capture__deliver(capture);
	capture__close(capture);
	return err;
}
