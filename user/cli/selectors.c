// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/selectors.h"

#include <stdio.h>
#include <string.h>

#include "user/cli/cli.h"
#include "user/cli/options.h"

#define NS_PER_MS 1000000ULL
#define MAX_NS (366 * 24 * 3600ULL * 1000 * NS_PER_MS) /* a year */
#define MIN_INTERVAL_NS (10 * NS_PER_MS) /* a snapshot and its tables take a part of this */
#define MAX_PID (1 << 22) /* PID_MAX_LIMIT of linux/threads.h */

/* VFIO's ABI has indices of at least 10 bits (vfio-ccw's shift) and a region below 2^63. */
#define MIN_SHIFT 10
#define MAX_SHIFT 62

enum {
	KEY_DRIVER = 0x100,
	KEY_COMM,
	KEY_CGROUP,
	KEY_REGION,
	KEY_DIR,
	KEY_ATTACH,
	KEY_EXACT,
	KEY_NO_ESCALATE,
	KEY_OFFSET_SHIFT,
};

static const struct argp_option options[] = {
	{ "device", 'D', "BDF", 0, "Only this device: a PCI address or a mediated device's UUID",
	  0 },
	{ "driver", KEY_DRIVER, "NAME", 0, "Only devices of this driver", 0 },
	{ "pid", 'p', "PID", 0, "Only accesses by this process", 0 },
	{ "comm", KEY_COMM, "NAME", 0,
	  "Only accesses by processes of this name (the process's, not the thread's; the kernel "
	  "keeps 15 characters)",
	  0 },
	{ "cgroup", KEY_CGROUP, "PATH", 0, "Only accesses by processes in or below this cgroup",
	  0 },
	{ "region", KEY_REGION, "LIST", 0,
	  "Only these regions: BAR0..BAR5, ROM, CONFIG, VGA, 9, ...", 0 },
	{ "dir", KEY_DIR, "read|write", 0, "Only this direction", 0 },
	{ NULL, 0, NULL, 0, "How long and by which method:", 1 },
	{ "duration", 'd', "TIME", 0, "Stop after TIME: 5, 1.5s, 100ms, 2m, 1h", 0 },
	{ "interval", 'i', "TIME", 0, "Print figures every TIME", 0 },
	{ "attach", KEY_ATTACH, "METHOD", 0,
	  "auto (default), fentry, kprobe, kprobe_multi or kprobe_session", 0 },
	{ "exact", KEY_EXACT, NULL, 0, "Lose no record, at a higher price a call", 0 },
	{ "no-escalate", KEY_NO_ESCALATE, NULL, 0,
	  "Keep fentry when it loses records (auto changes to an exact method)", 0 },
	{ "offset-shift", KEY_OFFSET_SHIFT, "N", 0,
	  "Region index = file offset >> N, where the driver was not seen to say", 0 },
	{ 0 },
};

static const char *check_attach(const struct argp_state *state, const char *arg)
{
	static const char *const methods[] = { "auto", "fentry", "kprobe", "kprobe_multi",
					       "kprobe_session" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(methods[i], arg))
			return methods[i];
	cli__usage(state,
		   "--attach: '%s' is none of auto, fentry, kprobe, kprobe_multi, kprobe_session",
		   arg);
}

static const char *check_name(const struct argp_state *state, const char *option, const char *arg)
{
	if (!*arg)
		cli__usage(state, "%s: the name is empty", option);
	return arg;
}

static void set_defaults(struct selectors *selectors)
{
	*selectors = (struct selectors){
		.region_mask = (1U << VS_REGIONS) - 1,
		.dir_mask = (1U << VS_DIRS) - 1,
		.offset_shift = -1,
	};
}

static void set_comm(struct selectors *selectors, const char *comm)
{
	snprintf(selectors->comm_name, sizeof(selectors->comm_name), "%s", comm);
	selectors->comm = selectors->comm_name;
}

static const char *check_cgroup(const struct argp_state *state, const char *arg)
{
	if (*arg != '/')
		cli__usage(state, "--cgroup: '%s' is no absolute path", arg);
	return arg;
}

/* Which accesses. */
static error_t parse_filter(int key, char *arg, struct argp_state *state)
{
	struct selectors *selectors = state->input;

	switch (key) {
	case 'D':
		option__device(state, "--device", arg, selectors->device_name,
			       sizeof(selectors->device_name));
		selectors->device = selectors->device_name;
		return 0;
	case KEY_DRIVER:
		selectors->driver = check_name(state, "--driver", arg);
		return 0;
	case 'p':
		selectors->pid = option__u64(state, "--pid", arg, 1, MAX_PID);
		return 0;
	case KEY_COMM:
		set_comm(selectors, check_name(state, "--comm", arg));
		return 0;
	case KEY_CGROUP:
		selectors->cgroup = check_cgroup(state, arg);
		return 0;
	case KEY_REGION:
		selectors->region_mask = option__regions(state, "--region", arg);
		return 0;
	case KEY_DIR:
		selectors->dir_mask = option__dirs(state, "--dir", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* For how long, and how. */
static error_t parse_manner(int key, char *arg, struct argp_state *state)
{
	struct selectors *selectors = state->input;

	switch (key) {
	case 'd':
		selectors->duration_ns =
			option__duration_ns(state, "--duration", arg, NS_PER_MS, MAX_NS);
		return 0;
	case 'i':
		selectors->interval_ns =
			option__duration_ns(state, "--interval", arg, MIN_INTERVAL_NS, MAX_NS);
		return 0;
	case KEY_ATTACH:
		selectors->attach = check_attach(state, arg);
		return 0;
	case KEY_EXACT:
		selectors->exact = true;
		return 0;
	case KEY_NO_ESCALATE:
		selectors->no_escalate = true;
		return 0;
	case KEY_OFFSET_SHIFT:
		selectors->offset_shift =
			option__u64(state, "--offset-shift", arg, MIN_SHIFT, MAX_SHIFT);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct selectors *selectors = state->input;
	error_t err;

	switch (key) {
	case ARGP_KEY_INIT:
		set_defaults(selectors);
		return 0;
	case ARGP_KEY_SUCCESS:
		if (selectors->exact && selectors->attach && !strcmp(selectors->attach, "fentry"))
			cli__usage(state,
				   "--exact contradicts --attach fentry, which may skip calls "
				   "(and counts how many)");
		return 0;
	default:
		err = parse_filter(key, arg, state);
		if (err == ARGP_ERR_UNKNOWN)
			err = parse_manner(key, arg, state);
		selectors->given |= !err;
		return err;
	}
}

const struct argp *selectors__argp(void)
{
	static const struct argp argp = { .options = options, .parser = parse };

	return &argp;
}
