// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/blind_spots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000ULL

/* How often mappings are looked for, and how many times longer than the CPU time of a look. */
#define LOOK_NS NSEC_PER_SEC
#define LOOK_SHARE 100

/* --- while the trace goes on ------------------------------------------------------------------- */

/* CLOCK_MONOTONIC is that of the programs. */
static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* A device that sysfs did not have then is selected by its name only. */
static bool is_selected(const struct blind_spots *blind, const char *name)
{
	const struct device *device = device_list__find(blind->devices, name);

	if (device)
		return machine__selected(blind->selectors, device);
	return !blind->selectors->driver &&
	       (!blind->selectors->device || !strcmp(blind->selectors->device, name));
}

static void keep_selected(const struct blind_spots *blind, struct mapping_rows *rows)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->nr; i++)
		if (is_selected(blind, rows->rows[i].name))
			rows->rows[kept++] = rows->rows[i];
	rows->nr = kept;
}

uint64_t blind_spots__look(struct blind_spots *blind)
{
	const struct vs_watch *watch = tracer__watched(blind->tracer);
	uint64_t begin = now_ns(CLOCK_MONOTONIC), end, cost = now_ns(CLOCK_THREAD_CPUTIME_ID);
	struct mapping_rows rows;
	int err;

	mappings__take_made(blind->mappings, watch);
	err = open_scan__mappings(blind->scan, &rows);
	end = now_ns(CLOCK_MONOTONIC);
	cost = now_ns(CLOCK_THREAD_CPUTIME_ID) - cost;
	if (!err) {
		keep_selected(blind, &rows);
		mappings__take_made(blind->mappings, watch);
		mappings__take_scan(blind->mappings, &rows, begin, end);
	}
	blind->scan_err = blind->scan_err ?: err;
	free(rows.rows);
	return LOOK_NS > LOOK_SHARE * cost ? LOOK_NS : LOOK_SHARE * cost;
}

uint64_t blind_spots__look_again(struct blind_spots *blind)
{
	mappings__take_made(blind->mappings, tracer__watched(blind->tracer));
	return mappings__any(blind->mappings) ? blind_spots__look(blind) : LOOK_NS;
}

int blind_spots__before(struct blind_spots *blind, char *error)
{
	blind->mappings = mappings__new();
	if (!blind->mappings) {
		trace_explain(-ENOMEM, "look for mappings", error);
		return -ENOMEM;
	}
	blind_spots__look(blind);
	return 0;
}

int blind_spots__begin(struct blind_spots *blind, char *error)
{
	return open_scan__look(blind->scan, &blind->open, error);
}

void blind_spots__free(struct blind_spots *blind)
{
	free(blind->open.rows);
	mappings__free(blind->mappings);
}

/* --- into the run ------------------------------------------------------------------------------ */

struct run_blind_spot *blind_spots__add(struct run *run, const char *device, const char *kind,
					enum run_answer answer, const char *detail)
{
	struct run_blind_spot *spot = run__add_blind_spot(run);

	if (!spot)
		return NULL;
	spot->answer = answer;
	spot->device = strdup(device);
	spot->kind = strdup(kind);
	if (detail)
		spot->detail = strdup(detail);
	return spot->device && spot->kind && (spot->detail || !detail) ? spot : NULL;
}

static int add(struct run *run, const char *device, const char *kind, enum run_answer answer,
	       const char *detail)
{
	return blind_spots__add(run, device, kind, answer, detail) ? 0 : -ENOMEM;
}

static bool was_open(const struct blind_spots *blind, const char *name)
{
	const struct device *known = device_list__find(blind->devices, name);

	if (known && known->nr_openers)
		return true;
	for (size_t i = 0; i < blind->open.nr; i++)
		if (!strncmp(blind->open.rows[i].name, name, VS_NAME_LEN))
			return true;
	return false;
}

static int add_opened_before(const struct blind_spots *blind, struct run *run, const char *name)
{
	if (was_open(blind, name))
		return add(run, name, "opened-before-trace", RUN_YES,
			   "accesses before the trace began were not seen");
	if (!open_scan__sees_all_processes())
		return add(run, name, "opened-before-trace", RUN_UNKNOWN,
			   "processes outside of our PID namespace cannot be seen");
	return add(run, name, "opened-before-trace", RUN_NO, NULL);
}

static int add_of_device(const struct blind_spots *blind, struct run *run, const char *name)
{
	int err = add_opened_before(blind, run, name);

	err = err ?: blind_spots__add_mapped(blind, run, name);
	return err ?: blind_spots__add_ioeventfds(blind, run, name);
}

static bool has_spots(const struct run *run, const char *name)
{
	for (size_t i = 0; i < run->nr_blind_spots; i++)
		if (run->blind_spots[i].device && !strcmp(run->blind_spots[i].device, name))
			return true;
	return false;
}

/* Of devices that were met, and of those whose mappings were all that was seen of them. */
static int add_of_devices(const struct blind_spots *blind, struct run *run)
{
	int err = 0;

	for (size_t i = 0; !err && i < run->nr_devices; i++)
		if (!has_spots(run, run->devices[i].name))
			err = add_of_device(blind, run, run->devices[i].name);
	for (size_t i = 0; !err && i < run->nr_mappings; i++)
		if (!has_spots(run, run->mappings[i].device))
			err = add_of_device(blind, run, run->mappings[i].device);
	return err;
}

/* Selected devices whose driver may have handlers that nobody could attach to. */
static int add_unknown_handlers(const struct blind_spots *blind, struct run *run)
{
	int err = 0;

	for (size_t i = 0; !err && i < blind->devices->nr; i++) {
		const struct device *device = &blind->devices->devices[i];

		if (device->no_btf && machine__selected(blind->selectors, device))
			err = add(run, device->name, "handlers-unknown", RUN_YES,
				  "the driver's module has no BTF and nobody had the device open");
	}
	return err;
}

static bool driver_known(const struct blind_spots *blind, const char *driver)
{
	for (size_t i = 0; i < blind->devices->nr; i++) {
		const struct device *device = &blind->devices->devices[i];

		if (machine__selected(blind->selectors, device) && device->driver &&
		    !strcmp(device->driver, driver))
			return true;
	}
	return false;
}

/* All is attached before the trace begins: a driver that came later is not traced. */
static int add_late_drivers(const struct blind_spots *blind, struct run *run)
{
	struct device_list now;
	char error[TRACE_ERROR_LEN];
	int err = device_list__scan(&now, NULL, error, sizeof(error));

	for (size_t i = 0; !err && i < now.nr; i++) {
		const struct device *device = &now.devices[i];

		if (machine__selected(blind->selectors, device) && device->driver &&
		    !driver_known(blind, device->driver))
			err = add(run, device->name, "driver-bound-later", RUN_YES,
				  "its driver's handlers were not attached to");
	}
	device_list__free(&now);
	return err;
}

/* A file that two processes have open, or one twice, is one session; the scan has it more often. */
static uint64_t count_open(const struct open_rows *open, const char *device)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < open->nr; i++) {
		bool seen = false;

		for (size_t j = 0; !seen && j < i; j++)
			seen = open->rows[j].file == open->rows[i].file;
		nr += !seen && !strncmp(open->rows[i].name, device, VS_NAME_LEN);
	}
	return nr;
}

static int fill_sessions(const struct blind_spots *blind, struct run *run)
{
	char error[TRACE_ERROR_LEN];
	struct open_rows open;
	int err;

	if (tracer__watch_doubt(blind->tracer) || !open_scan__sees_all_processes())
		return 0;
	err = open_scan__look(blind->scan, &open, error);
	for (size_t i = 0; !err && i < run->nr_devices; i++) {
		struct run_device *device = &run->devices[i];

		device->sessions_ended = tracer__sessions_ended(blind->tracer, device->name);
		device->sessions_open = count_open(&open, device->name);
	}
	free(open.rows);
	return err;
}

int blind_spots__fill(const struct blind_spots *blind, struct run *run)
{
	uint64_t start_ns = tracer__start(blind->tracer);
	int err;

	mappings__take_made(blind->mappings, tracer__watched(blind->tracer));
	err = mappings__fill(blind->mappings, start_ns, start_ns + run->duration_ns, run);
	err = err ?: add_of_devices(blind, run);
	err = err ?: fill_sessions(blind, run);
	err = err ?: add_unknown_handlers(blind, run);
	return err ?: add_late_drivers(blind, run);
}
