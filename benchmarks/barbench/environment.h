/* SPDX-License-Identifier: GPL-2.0-only */
/* What about the machine decides over the figures, beside what every run records of its host. */
#ifndef BARBENCH_ENVIRONMENT_H
#define BARBENCH_ENVIRONMENT_H

#include <stddef.h>

#include "benchmarks/barbench/cpu_list.h"
#include "user/run/run.h"

/*
 * The frequency governors of @cpus, each once, in the order of the CPUs: "performance", or
 * "performance,powersave". Written to @text; empty if there are none (a guest, no cpufreq) or the
 * text does not fit. @sysfs is where sysfs is mounted.
 */
void environment__governors(const char *sysfs, const struct cpu_list *cpus, char *text, size_t len);

/* Widen @khz (max 0: nothing seen yet) by the frequencies that @cpus have now, where the kernel tells. */
void environment__frequency(const char *sysfs, const struct cpu_list *cpus, struct run_range *khz);

#endif
