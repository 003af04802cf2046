// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define SCHED_PREEMPT "/sys/kernel/debug/sched/preempt"
#define CLOCK_SOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define CPUINFO "/proc/cpuinfo"

/* The first line of @path without its newline, malloc'ed; NULL if there is none. */
static char *read_line(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!file)
		return NULL;
	len = getline(&line, &size, file);
	fclose(file);
	if (len <= 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	for (at = strstr(text, word); at; at = strstr(at + 1, word)) {
		if ((at == text || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

/*
 * Without debugfs only the kind of build is known, and it is said as such. "PREEMPT" alone can
 * mean full or, since PREEMPT_LAZY (Linux 7c70cb94d29c), lazy; its absence none or voluntary.
 */
const char *run_host__preemption(const char *sched, const char *version)
{
	if (sched && strstr(sched, "(none)"))
		return "none";
	if (sched && strstr(sched, "(voluntary)"))
		return "voluntary";
	if (sched && strstr(sched, "(full)"))
		return "full";
	if (sched && strstr(sched, "(lazy)"))
		return "lazy";
	if (has_word(version, "PREEMPT_RT"))
		return "rt";
	if (has_word(version, "PREEMPT_DYNAMIC"))
		return "dynamic";
	if (has_word(version, "PREEMPT"))
		return "preempt";
	return "unknown";
}

/* Points behind "@key", blanks and "@sep", blanks; NULL if @line is not such a line. */
static char *value_of(char *line, const char *key, char sep)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len))
		return NULL;
	line += len;
	line += strspn(line, " \t");
	if (*line != sep)
		return NULL;
	line++;
	return line + strspn(line, " \t");
}

/*
 * x86: "model name\t: Intel(R) ..."; s390: "processor 0: version = FF, identification = 01A2B3,
 * machine = 8561", the machine type being its model.
 */
char *run_host__cpu_model(FILE *cpuinfo)
{
	char *line = NULL, *model = NULL, *at;
	size_t size = 0;

	while (!model && getline(&line, &size, cpuinfo) > 0) {
		line[strcspn(line, "\n")] = '\0';
		at = value_of(line, "model name", ':');
		if (!at && value_of(line, "processor 0", ':'))
			at = strstr(line, "machine = ");
		if (at && *at)
			model = strdup(at);
	}
	free(line);
	return model;
}

static char *read_cpu_model(void)
{
	FILE *cpuinfo = fopen(CPUINFO, "re");
	char *model;

	if (!cpuinfo)
		return NULL;
	model = run_host__cpu_model(cpuinfo);
	fclose(cpuinfo);
	return model;
}

int run_host__fill(struct run_host *host)
{
	struct utsname uts;
	char *sched;
	long cpus;

	if (uname(&uts))
		return -errno;
	host->kernel = strdup(uts.release);
	host->arch = strdup(uts.machine);
	host->cpu_model = read_cpu_model();
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	host->cpus = cpus > 0 ? cpus : 0;
	sched = read_line(SCHED_PREEMPT);
	host->preemption = strdup(run_host__preemption(sched, uts.version));
	free(sched);
	host->clock_source = read_line(CLOCK_SOURCE);
	return host->kernel && host->arch && host->preemption ? 0 : -ENOMEM;
}
