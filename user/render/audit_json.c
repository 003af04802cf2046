// SPDX-License-Identifier: GPL-2.0-only
/* vfioscope.audit/1, see vfioscope-audit(1). */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>

#include "user/render/audit.h"
#include "user/render/json_out.h"
#include "user/render/names.h"

#define AUDIT_SCHEMA "vfioscope.audit/1"
#define PLACES_SHOWN 256

static json_t *range(struct audit_range range)
{
	return json_pack("{s:I, s:I}", "min", (json_int_t)range.min, "max", (json_int_t)range.max);
}

static int set_counts(json_t *object, const struct audit_counts *counts)
{
	int err = json_out__set(object, "against", range(counts->all));

	err = err ?: json_out__set(object, "would_break", range(counts->would_break));
	err = err ?: json_out__set(object, "refused", range(counts->refused));
	return err ?: json_out__set(object, "expected", range(counts->expected));
}

static int set_policy(json_t *document, const struct audit_view *view)
{
	const struct policy *policy = view->audit->policy;
	json_t *object = json_object();
	int err = json_out__set(document, "policy", object);

	err = err ?: json_out__set_text(object, "file", view->policy_path);
	err = err ?: json_out__set_text(object, "name", policy->name);
	return err ?: json_out__set_text(object, "description", policy->description);
}

static int fill_run(json_t *object, const struct audit_view *view, size_t i)
{
	const struct run *run = view->runs[i];
	char started[RUN_TIME_LEN];
	int err = json_out__set_text(object, "file", view->paths[i]);

	run_time__format(run->started_ns, started, sizeof(started));
	err = err ?: json_out__set_text(object, "started", started);
	err = err ?: json_out__set(object, "duration_ns", json_integer(run->duration_ns));
	err = err ?: json_out__set_text(object, "kernel", run->host.kernel);
	return err ?: json_out__set_text(object, "arch", run->host.arch);
}

static int fill_rule(json_t *object, const struct audit_view *view, size_t i)
{
	const struct audit_rule *rule = &view->audit->rules[i];
	int err = json_out__set_text(object, "id", rule->rule->id);

	err = err ?: json_out__set_text(object, "result", audit_result__name(rule->result));
	err = err
		      ?: json_out__set_text(object, "severity",
					    policy_severity__name(rule->rule->severity));
	err = err ?: json_out__set_text(object, "level", policy_level__name(rule->rule->level));
	err = err ?: json_out__set(object, "calls", json_integer(rule->calls.min));
	if (rule->calls.max != rule->calls.min)
		err = err ?: json_out__set(object, "calls_at_most", json_integer(rule->calls.max));
	err = err ?: json_out__set(object, "runs", json_integer(rule->nr_runs));
	return err ?: set_counts(object, &rule->counts);
}

static int set_process(json_t *object, const struct audit_finding *finding)
{
	const struct run_process *process = names__process(finding->run, finding->cell);
	json_t *who;
	int err;

	if (!process)
		return 0;
	who = json_object();
	err = json_out__set(object, "process", who);
	err = err ?: json_out__set(who, "pid", json_integer(process->pid));
	err = err ?: json_out__set_text(who, "comm", process->comm);
	return err ?: json_out__set_text(who, "vm", process->vm);
}

static int fill_time(json_t *object, const char *key, int64_t ns)
{
	char text[RUN_TIME_LEN];

	return json_out__set_text(object, key, run_time__format(ns, text, sizeof(text)));
}

static int fill_place(json_t *object, const struct audit_place *place)
{
	char offset[20];
	int err;

	snprintf(offset, sizeof(offset), "0x%" PRIx64, place->offset);
	err = json_out__set_text(object, "offset", offset);
	err = err ?: json_out__set(object, "width", json_integer(place->width));
	err = err ?: json_out__set(object, "calls", json_integer(place->count));
	err = err ?: json_out__set(object, "errors", json_integer(place->errors));
	err = err ?: fill_time(object, "first", place->first_ns);
	return err ?: fill_time(object, "last", place->last_ns);
}

static int set_places(json_t *object, const struct audit_finding *finding)
{
	size_t shown = finding->nr_places < PLACES_SHOWN ? finding->nr_places : PLACES_SHOWN;
	json_t *array = json_array();
	int err = json_out__set(object, "places", array);

	for (size_t i = 0; !err && i < shown; i++) {
		json_t *place = json_object();

		err = json_array_append_new(array, place) ? -ENOMEM
							  : fill_place(place, &finding->places[i]);
	}
	err = err
		      ?: json_out__set(object, "places_left_out",
				       json_integer(finding->nr_places - shown));
	return err ?: json_out__set(object, "times_exact", json_boolean(finding->times_exact));
}

static int set_comeback(json_t *object, const struct audit_finding *finding)
{
	json_t *array = json_array();
	int err = json_out__set(object, "returns", array);

	for (size_t i = 0; !err && i < finding->nr_returns; i++) {
		const struct audit_return *entry = &finding->returns[i];
		json_t *element = json_pack("{s:I, s:I, s:I}", "width", (json_int_t)entry->width,
					    "at_least", (json_int_t)entry->count,
					    "succeeded_at_least", (json_int_t)entry->succeeded);

		err = json_array_append_new(array, element) ? -ENOMEM : 0;
	}
	return err
		       ?: json_out__set_text(object, "after_refusal",
					     audit_comeback__name(finding->comeback));
}

static int fill_finding(json_t *object, const struct audit_view *view, size_t i)
{
	const struct audit_finding *finding = &view->audit->findings[i];
	const struct run_cell *cell = finding->cell;
	const struct run_device *device = &finding->run->devices[cell->device];
	char buf[NAMES_LEN];
	int err = json_out__set_text(object, "rule", finding->rule->id);

	err = err ?: json_out__set_text(object, "clause", audit_clause__name(finding->clause));
	err = err ?: json_out__set_text(object, "result", audit_result__name(finding->result));
	err = err ?: json_out__set_text(object, "why_undecided", finding->why);
	err = err ?: json_out__set_text(object, "device", device->name);
	err = err ?: json_out__set_text(object, "driver", device->driver);
	err = err ?: json_out__set_text(object, "region", names__region(device, cell->region, buf));
	err = err ?: json_out__set_text(object, "dir", run_dir__name(cell->dir));
	err = err ?: json_out__set_text(object, "width", run_width__name(cell->wclass));
	err = err ?: set_process(object, finding);
	err = err ?: json_out__set(object, "calls", json_integer(finding->count));
	err = err ?: json_out__set(object, "runs", json_integer(finding->nr_runs));
	err = err ?: set_counts(object, &finding->counts);
	err = err ?: set_places(object, finding);
	return err ?: set_comeback(object, finding);
}

static int fill_note(json_t *object, const struct audit_note *note)
{
	int err = json_out__set_text(object, "text", note->text);

	return err ?: json_out__set(object, "runs", json_integer(note->nr_runs));
}

static int fill_undecided(json_t *object, const struct audit_view *view, size_t i)
{
	return fill_note(object, &view->audit->undecided.notes[i]);
}

static int fill_not_seen(json_t *object, const struct audit_view *view, size_t i)
{
	return fill_note(object, &view->audit->not_seen.notes[i]);
}

/* An array of @nr objects, each filled by @fill. */
static int set_array(json_t *document, const char *key, const struct audit_view *view, size_t nr,
		     int (*fill)(json_t *object, const struct audit_view *view, size_t i))
{
	json_t *array = json_array();
	int err = json_out__set(document, key, array);

	for (size_t i = 0; !err && i < nr; i++) {
		json_t *object = json_object();

		err = json_array_append_new(array, object) ? -ENOMEM : fill(object, view, i);
	}
	return err;
}

static json_t *units(const struct audit_units *seen)
{
	return json_pack("{s:I, s:b, s:I, s:b, s:n, s:I, s:{s:I, s:I, s:I}}", "clients",
			 (json_int_t)seen->clients, "clients_complete", !seen->without_clients,
			 "sessions", (json_int_t)seen->sessions, "sessions_complete",
			 !seen->without_sessions, "hosts", "kernels", (json_int_t)seen->kernels,
			 "phases", "from_open", (json_int_t)seen->from_open, "late",
			 (json_int_t)seen->late, "unknown", (json_int_t)seen->phase_unknown);
}

static int set_verdict(json_t *document, const struct audit *audit)
{
	bool clean = audit->verdict == AUDIT_NO_VIOLATION;
	json_t *object = json_object();
	int err = json_out__set(document, "verdict", object);

	err = err ?: json_out__set_text(object, "result", audit_verdict__name(audit->verdict));
	err = err ?: json_out__set(object, "units", json_integer(audit->units));
	err = err ?: json_out__set_text(object, "unit", "run");
	err = err ?: json_out__set(object, "calls", json_integer(audit->calls));
	err = err ?: json_out__set(object, "seen", units(&audit->seen));
	return err
		       ?: json_out__set(object, "bound_95",
					clean ? json_real(audit__bound(audit->units))
					      : json_null());
}

static int fill_document(json_t *document, const struct audit_view *view)
{
	const struct audit *audit = view->audit;
	int err = json_out__set_text(document, "schema", AUDIT_SCHEMA);

	err = err ?: set_policy(document, view);
	err = err ?: set_array(document, "runs", view, audit->nr_runs, fill_run);
	err = err ?: set_array(document, "rules", view, audit->policy->nr_rules, fill_rule);
	err = err ?: set_array(document, "findings", view, audit->nr_findings, fill_finding);
	err = err ?: set_array(document, "undecided", view, audit->undecided.nr, fill_undecided);
	err = err ?: set_array(document, "not_seen", view, audit->not_seen.nr, fill_not_seen);
	return err ?: set_verdict(document, audit);
}

int render_audit__json(FILE *out, const struct audit_view *view)
{
	json_t *document = json_object();
	int err = document ? fill_document(document, view) : -ENOMEM;

	if (!err)
		json_out__dump(out, document);
	json_decref(document);
	return err;
}
