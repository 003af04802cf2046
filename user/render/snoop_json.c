// SPDX-License-Identifier: GPL-2.0-only
/* vfioscope.snoop/1: docs/snoop.schema.json */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "user/render/json_out.h"
#include "user/render/names.h"
#include "user/render/snoop.h"

#define SNOOP_SCHEMA "vfioscope.snoop/1"

static int set_count(json_t *object, const char *key, uint64_t count)
{
	return json_out__set(object, key, json_integer(count));
}

static int set_time(json_t *object, const char *key, int64_t ns)
{
	char text[RUN_TIME_LEN];

	return json_out__set_text(object, key, run_time__format(ns, text, sizeof(text)));
}

/* One line, in ASCII; @object is taken over. */
static int put_object(FILE *out, json_t *object, int err)
{
	if (!err) {
		err = json_dumpf(object, out, JSON_COMPACT | JSON_ENSURE_ASCII) ? -ENOMEM : 0;
		fputc('\n', out);
	}
	json_decref(object);
	return err;
}

static int json_begin(FILE *out, const struct run *run)
{
	json_t *object = json_object();
	int err = json_out__set_text(object, "kind", "begin");

	err = err ?: json_out__set_text(object, "schema", SNOOP_SCHEMA);
	err = err ?: json_out__set_text(object, "version", run->version);
	err = err ?: set_time(object, "started", run->started_ns);
	err = err ?: json_out__set_text(object, "kernel", run->host.kernel);
	err = err ?: json_out__set_text(object, "arch", run->host.arch);
	return put_object(out, object, err);
}

/* --- calls ------------------------------------------------------------------------------------- */

static int set_region(json_t *object, const struct snoop_line *line)
{
	char name[NAMES_LEN], offset[24];
	int err = set_count(object, "region", line->call->region);

	err = err
		      ?: json_out__set_text(object, "region_name",
					    run_region__name(line->bus, line->call->region, name,
							     sizeof(name)));
	snprintf(offset, sizeof(offset), "0x%" PRIx64, (uint64_t)line->call->offset);
	return err ?: json_out__set_text(object, "offset", offset);
}

static int set_result(json_t *object, const struct vs_call *call)
{
	static const char *const ones[] = { NULL, "no", "yes", "unknown" };
	char name[NAMES_LEN];
	int err;

	if (call->result < 0)
		err = json_out__set_text(object, "error",
					 run_errno__name(-call->result, name, sizeof(name)));
	else
		err = set_count(object, "bytes", call->result);
	if (call->ones > VS_ONES_UNKNOWN)
		return err;
	return err ?: json_out__set_text(object, "all_ones", ones[call->ones]);
}

static int set_frames(json_t *object, const char *key, const struct snoop_frame *frames, size_t nr)
{
	json_t *array = json_array();
	int err = json_out__set(object, key, array);

	for (size_t i = 0; !err && i < nr; i++) {
		char *text = names__frame(&frames[i]);

		err = text && !json_array_append_new(array, json_string(text)) ? 0 : -ENOMEM;
		free(text);
	}
	return err;
}

static int set_stacks(json_t *object, const struct snoop_line *line)
{
	int err = 0;

	if (!line->call->has_stacks)
		return 0;
	if (line->kernel)
		err = set_frames(object, "kernel_stack", line->kernel, line->nr_kernel);
	if (line->user)
		err = err ?: set_frames(object, "user_stack", line->user, line->nr_user);
	return err;
}

static int json_line(FILE *out, const struct snoop_line *line)
{
	const struct vs_call *call = line->call;
	char comm[VS_COMM_LEN + 1];
	json_t *object = json_object();
	int err = json_out__set_text(object, "kind", "call");

	snprintf(comm, sizeof(comm), "%.*s", VS_COMM_LEN, call->comm);
	err = err ?: set_time(object, "time", line->time_ns);
	err = err ?: set_count(object, "pid", call->tgid);
	err = err ?: json_out__set_text(object, "process", comm);
	err = err ?: json_out__set_text(object, "device", line->device);
	err = err ?: set_region(object, line);
	err = err ?: set_count(object, "width", call->width);
	err = err ?: json_out__set_text(object, "dir", run_dir__name(call->dir));
	err = err
		      ?: json_out__set(object, "latency_ns",
				       call->timed ? json_integer(call->latency_ns) : json_null());
	err = err ?: set_result(object, call);
	err = err ?: set_stacks(object, line);
	return put_object(out, object, err);
}

/* --- the end ----------------------------------------------------------------------------------- */

static int json_end(FILE *out, const struct run *run, const struct snoop_totals *totals)
{
	json_t *object = json_object();
	int err = json_out__set_text(object, "kind", "end");

	err = err ?: set_count(object, "duration_ns", run->duration_ns);
	err = err ?: json_out__set_account(object, run);
	err = err ?: set_count(object, "printed", totals->printed);
	err = err ?: set_count(object, "filtered", totals->filtered);
	err = err ?: set_count(object, "dropped", totals->dropped);
	err = err ?: set_count(object, "left_out", totals->left_out);
	if (totals->judged) {
		err = err ?: set_count(object, "all_ones", totals->all_ones);
		err = err ?: set_count(object, "all_ones_unknown", totals->ones_unknown);
	}
	return put_object(out, object, err);
}

const struct snoop_form snoop_json = {
	.begin = json_begin,
	.line = json_line,
	.end = json_end,
};
