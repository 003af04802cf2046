/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blind spots of a trace: what accesses to its devices do not enter the region handlers, as far as that
 * can be found out. What cannot is unknown.
 */
#ifndef VFIOSCOPE_CLI_BLIND_SPOTS_H
#define VFIOSCOPE_CLI_BLIND_SPOTS_H

#include "user/cli/machine.h"

struct blind_spots {
	const struct device_list *devices;
	const struct selectors *selectors;
	const struct open_scan *scan;
	const struct tracer *tracer;

	struct open_rows open; /* devices that were open when the trace began */
	struct mappings *mappings;
	int scan_err; /* of a look for mappings, the first that failed; a negative errno */
};

/* Just before the tracer is activated. 0, or a negative errno and @error (TRACE_ERROR_LEN). */
int blind_spots__before(struct blind_spots *blind, char *error);
/* Just after. The same. */
int blind_spots__begin(struct blind_spots *blind, char *error);
/*
 * Look which mappings there are. Returns how long not to do so again [ns], so that it takes no more than
 * a hundredth of the time.
 */
uint64_t blind_spots__look(struct blind_spots *blind);
/* The same, if there was a mapping that may be gone. */
uint64_t blind_spots__look_again(struct blind_spots *blind);
/*
 * Sessions, mappings and blind spots into the run of a tracer that was deactivated, which has its devices, cells and
 * duration. 0 or -ENOMEM, or what kept it from looking at the devices now.
 */
int blind_spots__fill(const struct blind_spots *blind, struct run *run);
void blind_spots__free(struct blind_spots *blind);

/* For the files of this subject. Text that is NULL is left out. */
struct run_blind_spot *blind_spots__add(struct run *run, const char *device, const char *kind,
					enum run_answer answer, const char *detail);
/* blind_regions.c: mappings and ioeventfds of the device of that name. */
int blind_spots__add_mapped(const struct blind_spots *blind, struct run *run, const char *device);
int blind_spots__add_ioeventfds(const struct blind_spots *blind, struct run *run,
				const char *device);

#endif
