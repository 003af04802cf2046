/* SPDX-License-Identifier: GPL-2.0-only */
/* The selectors: what is traced, for how long and how. The same in every command that traces. */
#ifndef VFIOSCOPE_CLI_SELECTORS_H
#define VFIOSCOPE_CLI_SELECTORS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"

/* Texts are the command line's or point into the struct itself: it is not to be copied. */
struct selectors {
	const char *device; /* complete BDF or UUID in lower case; NULL: all */
	const char *driver; /* NULL: all */
	int pid; /* 0: all */
	const char *comm; /* as the kernel keeps it: at most 15 bytes; NULL: all */
	const char *cgroup; /* absolute path; NULL: all */
	uint32_t region_mask; /* bit = region index; all set unless chosen */
	uint32_t dir_mask; /* bit = enum vs_dir; all set unless chosen */
	uint64_t duration_ns; /* 0: until stopped */
	uint64_t interval_ns; /* 0: no tables before the end */
	/* "auto", "fentry", "kprobe", "kprobe_multi", "kprobe_session"; NULL: not given */
	const char *attach;
	int offset_shift; /* -1: not given */
	bool exact;
	bool no_escalate;
	bool given; /* was there any of these options? */

	char device_name[VS_NAME_LEN];
	char comm_name[VS_COMM_LEN];
};

/*
 * An argp child; its input is a struct selectors, which it sets to the defaults first. A parser
 * that has it among its children, in ARGP_KEY_INIT: state->child_inputs[i] = &selectors;
 */
const struct argp *selectors__argp(void);

#endif
