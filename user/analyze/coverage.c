// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/coverage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/array.h"

#define ALL_RUNS SIZE_MAX /* in place of the index of a run */

/* Takes @text over, where NULL is a failure to allocate it. */
static int take_note(struct audit_notes *notes, size_t index, char *text)
{
	struct audit_note *note;

	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < notes->nr; i++) {
		note = &notes->notes[i];
		if (strcmp(note->text, text))
			continue;
		note->nr_runs += index != ALL_RUNS && note->last_run != index;
		note->last_run = index;
		free(text);
		return 0;
	}
	note = array__append(&notes->notes, &notes->nr, sizeof(*note));
	if (!note) {
		free(text);
		return -ENOMEM;
	}
	*note = (struct audit_note){ .text = text,
				     .nr_runs = index != ALL_RUNS,
				     .last_run = index };
	return 0;
}

static int add_note(struct audit_notes *notes, size_t index, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int add_note(struct audit_notes *notes, size_t index, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return take_note(notes, index, text);
}

#define REGION_LEN 32

/* As the device has it, which knows device-specific regions; -1: all. */
static const char *region_name(const struct run_device *device, int region, char *buf)
{
	if (region < 0)
		return "all regions";
	for (size_t i = 0; device && i < device->nr_regions; i++)
		if ((int)device->regions[i].index == region && device->regions[i].name)
			return device->regions[i].name;
	return run_region__name(device ? device->bus : NULL, region, buf, REGION_LEN);
}

/* --- the account ------------------------------------------------------------------------------ */

static int check_account(struct audit *audit, size_t index, const struct run *run)
{
	struct audit_notes *notes = &audit->undecided;
	struct run_account account;
	int err = 0;

	run__account(run, &account);
	if (!run->nr_segments)
		err = add_note(notes, index, "no handler was traced");
	if (!err && account.lost)
		err = add_note(notes, index, "calls were lost: %" PRIu64 " (%s)", account.lost,
			       run_lost_kind__name(account.lost_kind));
	if (!err && account.lost_kind == RUN_LOST_UNPROVABLE)
		err = add_note(notes, index,
			       "that no call was lost cannot be proved (lost: unprovable)");
	if (!err && account.overflow)
		err = add_note(notes, index, "calls are in no cell: %" PRIu64 " (--max-cells)",
			       account.overflow);
	if (!err && account.between.max)
		err = add_note(notes, index, "calls fell between segments: up to %" PRIu64,
			       account.between.max);
	return err;
}

/* --- blind spots ------------------------------------------------------------------------------ */

static bool has_rule(const struct audit *audit, const char *bus, int region)
{
	if (region < 0)
		return true;
	for (size_t i = 0; i < audit->policy->nr_rules; i++)
		if (policy_rule__has_region(&audit->policy->rules[i], bus, region))
			return true;
	return false;
}

static const struct run_device *find_device(const struct run *run, const char *name)
{
	for (size_t i = 0; name && i < run->nr_devices; i++)
		if (!strcmp(run->devices[i].name, name))
			return &run->devices[i];
	return NULL;
}

/* A device that the run does not describe may be one of the policy. */
static bool concerns(const struct audit *audit, const struct run_blind_spot *spot,
		     const struct run_device *device)
{
	if (device && policy__matches(audit->policy, device) == POLICY_DOES_NOT_MATCH)
		return false;
	return !device || has_rule(audit, device->bus, spot->region);
}

static int check_blind_spots(struct audit *audit, size_t index, const struct run *run)
{
	char region[REGION_LEN];
	int err = 0;

	for (size_t i = 0; !err && i < run->nr_blind_spots; i++) {
		const struct run_blind_spot *spot = &run->blind_spots[i];
		const struct run_device *device = find_device(run, spot->device);

		if (spot->answer == RUN_NO || !concerns(audit, spot, device))
			continue;
		err = add_note(&audit->undecided, index, "blind spot %s: %s (%s, %s)%s%s",
			       spot->kind, run_answer__name(spot->answer),
			       spot->device ?: "all devices",
			       run_blind_spot__is_of_others(spot, run)
				       ? "other regions"
				       : region_name(device, spot->region, region),
			       spot->detail ? ": " : "", spot->detail ?: "");
	}
	return err;
}

static bool is_answered(const struct run *run, const struct run_device *device, const char *kind,
			int region)
{
	for (size_t i = 0; i < run->nr_blind_spots; i++) {
		const struct run_blind_spot *spot = &run->blind_spots[i];

		if (!strcmp(spot->kind, kind) &&
		    (!spot->device || !strcmp(spot->device, device->name)) &&
		    (spot->region < 0 || spot->region == region))
			return true;
	}
	return false;
}

/* What is absent is not known. */
static int check_answered(struct audit *audit, size_t index, const struct run *run,
			  const struct run_device *device, const char *kind, int region)
{
	char buf[REGION_LEN];

	if (is_answered(run, device, kind, region))
		return 0;
	return add_note(&audit->undecided, index, "blind spot %s: not recorded (%s, %s)", kind,
			device->name, region_name(device, region, buf));
}

static int check_region(struct audit *audit, size_t index, const struct run *run,
			const struct run_device *device, int region)
{
	int err = check_answered(audit, index, run, device, "mmap", region);

	return err ?: check_answered(audit, index, run, device, "ioeventfd", region);
}

/* --- devices ---------------------------------------------------------------------------------- */

static bool names_regions(const struct policy *policy)
{
	for (size_t i = 0; i < policy->nr_rules; i++)
		if (policy->rules[i].regions.pci | policy->rules[i].regions.other |
		    policy->rules[i].msix_table)
			return true;
	return false;
}

static uint64_t count_calls(const struct run *run, const struct run_device *device, bool bad_only)
{
	uint64_t count = 0;

	for (size_t i = 0; i < run->nr_cells; i++)
		if (&run->devices[run->cells[i].device] == device &&
		    (!bad_only || run->cells[i].region == VS_REGION_BAD))
			count += run->cells[i].count;
	return count;
}

/* Calls are of a region only if the device's shift is known. */
static int check_shift(struct audit *audit, size_t index, const struct run *run,
		       const struct run_device *device)
{
	uint64_t bad = count_calls(run, device, true);
	int err = 0;

	if (!names_regions(audit->policy) || !count_calls(run, device, false))
		return 0;
	if (device->shift_source == VS_SHIFT_ASSUMED || device->shift_conflict >= 0)
		err = add_note(&audit->undecided, index,
			       "which region calls were in is not sure: its offset shift was %s "
			       "(%s)",
			       device->shift_conflict >= 0 ? "contradicted" : "assumed",
			       device->name);
	if (!err && bad)
		err = add_note(&audit->undecided, index,
			       "calls at offsets of no region that is known: %" PRIu64 " (%s)", bad,
			       device->name);
	return err;
}

static int check_regions(struct audit *audit, size_t index, const struct run *run,
			 const struct run_device *device)
{
	int err = check_answered(audit, index, run, device, "opened-before-trace", -1);
	bool any = false;

	for (size_t i = 0; !err && i < device->nr_regions; i++) {
		const struct run_region *region = &device->regions[i];

		if (!region->size || !has_rule(audit, device->bus, region->index))
			continue;
		any = true;
		err = check_region(audit, index, run, device, region->index);
	}
	if (!err && !any) /* the driver was not heard to tell its regions */
		err = check_region(audit, index, run, device, -1);
	return err;
}

static int check_device(struct audit *audit, size_t index, const struct run *run,
			const struct run_device *device)
{
	enum policy_match match = policy__matches(audit->policy, device);
	uint64_t calls = count_calls(run, device, false);
	int err;

	if (match == POLICY_MAY_MATCH)
		return add_note(&audit->undecided, index,
				"whether the policy is of this device is not known (%s)",
				device->name);
	if (match == POLICY_DOES_NOT_MATCH)
		return calls ? add_note(&audit->not_seen, index,
					"of another device than the policy's: %" PRIu64
					" calls (%s)",
					calls, device->name)
			     : 0;
	err = check_shift(audit, index, run, device);
	return err ?: check_regions(audit, index, run, device);
}

int coverage__run(struct audit *audit, size_t index, const struct run *run)
{
	int err = check_account(audit, index, run);

	err = err ?: check_blind_spots(audit, index, run);
	for (size_t i = 0; !err && i < run->nr_devices; i++)
		err = check_device(audit, index, run, &run->devices[i]);
	return err;
}

int coverage__no_rule(struct audit *audit, size_t index, const struct run *run,
		      const struct run_cell *cell)
{
	const struct run_device *device = &run->devices[cell->device];
	char region[REGION_LEN];

	return add_note(&audit->not_seen, index, "no rule speaks of %ss of %s (%s)",
			run_dir__name(cell->dir), region_name(device, cell->region, region),
			device->name);
}

int coverage__rules(struct audit *audit)
{
	int err = 0;

	if (!audit->units)
		err = add_note(&audit->undecided, ALL_RUNS,
			       "there is no call that a rule speaks of");
	for (size_t i = 0; !err && i < audit->policy->nr_rules; i++) {
		const struct audit_rule *rule = &audit->rules[i];

		if (rule->result == AUDIT_NOT_EXERCISED)
			err = add_note(&audit->not_seen, ALL_RUNS, "no call that rule %s speaks of",
				       rule->rule->id);
		else if (rule->result == AUDIT_UNDECIDED && rule->rule->severity == POLICY_ERROR)
			err = add_note(&audit->undecided, audit->nr_runs, "rule %s is undecided",
				       rule->rule->id);
	}
	return err;
}
