/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs as users list them, "0,2-3", in their order: the i-th thread gets the i-th. */
#ifndef BARBENCH_CPU_LIST_H
#define BARBENCH_CPU_LIST_H

#include <sched.h>
#include <stddef.h>

#include "benchmarks/barbench/trouble.h"

#define CPU_LIST_MAX CPU_SETSIZE

struct cpu_list {
	unsigned short cpus[CPU_LIST_MAX]; /* numbers below CPU_SETSIZE */
	size_t nr; /* 0: no list was given */
};

/* 0; -EINVAL: no such list, or a CPU is in it twice; -ERANGE: a number is too large. */
int cpu_list__parse(const char *text, struct cpu_list *list);

/* The CPU of thread @index: the list begins again where it ends. It must not be empty. */
unsigned int cpu_list__of_thread(const struct cpu_list *list, size_t index);

/*
 * Whether this process may run on each of them, found by trying; it runs where it did before
 * afterwards. 0, or -EINVAL and @trouble.
 */
int cpu_list__check(const struct cpu_list *list, struct trouble *trouble);

/* The CPUs that this process may run on now. 0 or a negative errno. */
int cpu_list__allowed(struct cpu_list *list);

#endif
