// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/cpu_list.h"

static int parse_cpu(const char **text, unsigned int *cpu)
{
	unsigned long number;
	char *end;

	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	errno = 0;
	number = strtoul(*text, &end, 10);
	if (errno || number >= CPU_SETSIZE)
		return -ERANGE;
	*cpu = (unsigned int)number;
	*text = end;
	return 0;
}

/* "3" or "2-5" */
static int parse_range(const char **text, unsigned int *first, unsigned int *last)
{
	int err = parse_cpu(text, first);

	if (err)
		return err;
	*last = *first;
	if (**text != '-')
		return 0;
	++*text;
	err = parse_cpu(text, last);
	return !err && *last < *first ? -EINVAL : err;
}

int cpu_list__parse(const char *text, struct cpu_list *list)
{
	unsigned int cpu, last;
	cpu_set_t seen;
	int err;

	CPU_ZERO(&seen);
	list->nr = 0;
	for (;; text++) {
		err = parse_range(&text, &cpu, &last);
		if (err)
			return err;
		for (; cpu <= last; cpu++) {
			if (CPU_ISSET(cpu, &seen))
				return -EINVAL;
			CPU_SET(cpu, &seen);
			list->cpus[list->nr++] = (unsigned short)cpu;
		}
		if (!*text)
			return 0;
		if (*text != ',')
			return -EINVAL;
	}
}

unsigned int cpu_list__of_thread(const struct cpu_list *list, size_t index)
{
	return list->cpus[index % list->nr];
}

static bool may_run_on(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

int cpu_list__check(const struct cpu_list *list, struct trouble *trouble)
{
	cpu_set_t before;
	int err = 0;
	size_t i;

	if (sched_getaffinity(0, sizeof(before), &before))
		return trouble__say(trouble, errno, "--cpus: cannot read the CPU affinity: %s",
				    strerror(errno));
	for (i = 0; !err && i < list->nr; i++) {
		if (!may_run_on(list->cpus[i]))
			err = trouble__say(trouble, EINVAL,
					   "--cpus: CPU %u is not there, not online or not allowed "
					   "to this process (%s)",
					   list->cpus[i], strerror(errno));
	}
	sched_setaffinity(0, sizeof(before), &before);
	return err;
}

int cpu_list__allowed(struct cpu_list *list)
{
	unsigned int cpu;
	cpu_set_t set;

	list->nr = 0;
	if (sched_getaffinity(0, sizeof(set), &set))
		return -errno;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &set))
			list->cpus[list->nr++] = (unsigned short)cpu;
	}
	return 0;
}
