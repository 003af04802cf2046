/* SPDX-License-Identifier: GPL-2.0-only */
/* What machine a run was made on. */
#ifndef VFIOSCOPE_HOST_H
#define VFIOSCOPE_HOST_H

#include <stdio.h>

#include "user/run/run.h"

/* Fill @host from this machine. What cannot be read is NULL, 0 or "unknown". 0 or -ENOMEM. */
int run_host__fill(struct run_host *host);

/*
 * The preemption model, a literal. @sched is the text of debugfs' sched/preempt, such as
 * "none voluntary (full)", or NULL where that cannot be read; @version is uname -v.
 */
const char *run_host__preemption(const char *sched, const char *version);

/* The CPU model out of /proc/cpuinfo, malloc'ed; NULL if it names none (arm64) or no memory. */
char *run_host__cpu_model(FILE *cpuinfo);

#endif
