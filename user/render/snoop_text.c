// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "user/render/escape.h"
#include "user/render/names.h"
#include "user/render/snoop.h"
#include "user/render/units.h"

#define NSEC_PER_SEC 1000000000LL
#define NSEC_PER_USEC 1000

/* Columns are as wide as what is usual; whatever is longer moves the rest of its line. */
#define COLUMNS(time, process, device, region, offset, width, dir, latency, result)        \
	"%-15" time " %-20" process " %-12" device " %-6" region " %10" offset " %5" width \
	" %-5" dir " %7" latency " %" result "\n"

static int text_begin(FILE *out, const struct run *run)
{
	(void)run;
	fprintf(out, COLUMNS("s", "s", "s", "s", "s", "s", "s", "s", "s"), "TIME", "PROCESS",
		"DEVICE", "REGION", "OFFSET", "WIDTH", "DIR", "LATENCY", "RESULT");
	return 0;
}

/* Local time, as the clock on the wall has it. */
static const char *time_of_day(int64_t ns, char *buf, size_t len)
{
	time_t seconds = ns / NSEC_PER_SEC;
	char second[16];

	strftime(second, sizeof(second), "%H:%M:%S", localtime(&seconds));
	snprintf(buf, len, "%s.%06d", second, (int)(ns % NSEC_PER_SEC / NSEC_PER_USEC));
	return buf;
}

/* Bytes transferred, or why there are none; and the mark of reads of all ones. */
static const char *result_of(const struct vs_call *call, char *buf, size_t len)
{
	static const char *const marks[] = {
		[VS_ONES_YES] = " all-ones",
		[VS_ONES_UNKNOWN] = " all-ones?",
	};
	const char *mark = call->ones <= VS_ONES_UNKNOWN ? marks[call->ones] : NULL;
	char name[NAMES_LEN];

	if (call->result < 0)
		snprintf(buf, len, "%s", run_errno__name(-call->result, name, sizeof(name)));
	else
		snprintf(buf, len, "%" PRId64 "%s", (int64_t)call->result, mark ?: "");
	return buf;
}

static void put_call(FILE *out, const struct snoop_line *line, const char *process,
		     const char *device)
{
	char when[32], region[NAMES_LEN], offset[24], latency[UNITS_LEN] = "-", result[48];
	const struct vs_call *call = line->call;

	snprintf(offset, sizeof(offset), "0x%" PRIx64, (uint64_t)call->offset);
	if (call->timed)
		units__duration(call->latency_ns, latency);
	fprintf(out, COLUMNS("s", "s", "s", "s", "s", PRIu64, "s", "s", "s"),
		time_of_day(line->time_ns, when, sizeof(when)), process, device,
		run_region__name(line->bus, call->region, region, sizeof(region)), offset,
		(uint64_t)call->width, run_dir__name(call->dir), latency,
		result_of(call, result, sizeof(result)));
}

static int put_frames(FILE *out, const char *which, const struct snoop_frame *frames, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		char *text = names__frame(&frames[i]), *safe = text ? escape__text(text) : NULL;

		if (safe)
			fprintf(out, "    %-6s %s\n", which, safe);
		free(safe);
		free(text);
		if (!safe)
			return -ENOMEM;
	}
	return 0;
}

static int text_line(FILE *out, const struct snoop_line *line)
{
	char comm[VS_COMM_LEN + 1], label[64];
	char *process, *device;
	int err = -ENOMEM;

	snprintf(comm, sizeof(comm), "%.*s", VS_COMM_LEN, line->call->comm);
	snprintf(label, sizeof(label), "%s[%" PRIu32 "]", comm, line->call->tgid);
	process = escape__text(label);
	device = escape__text(line->device);
	if (process && device) {
		put_call(out, line, process, device);
		err = put_frames(out, "kernel", line->kernel, line->nr_kernel);
		err = err ?: put_frames(out, "user", line->user, line->nr_user);
	}
	free(process);
	free(device);
	return err;
}

/* What is to be said at the end goes to standard error. */
static int text_end(FILE *out, const struct run *run, const struct snoop_totals *totals)
{
	(void)out;
	(void)run;
	(void)totals;
	return 0;
}

const struct snoop_form snoop_text = {
	.begin = text_begin,
	.line = text_line,
	.end = text_end,
};

void snoop_totals__print(FILE *out, const struct snoop_totals *totals)
{
	fprintf(out, "printed %" PRIu64 " filtered %" PRIu64 " dropped %" PRIu64, totals->printed,
		totals->filtered, totals->dropped);
	if (totals->left_out)
		fprintf(out, " left out %" PRIu64, totals->left_out);
	if (totals->judged)
		fprintf(out, "; reads of all ones %" PRIu64 ", not known of %" PRIu64,
			totals->all_ones, totals->ones_unknown);
	fputc('\n', out);
}
