// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/compare_facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/array.h"

static bool has(char *const *values, size_t nr, const char *value)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(values[i], value))
			return true;
	return false;
}

/* Takes @value over; NULL is a failure to allocate it. */
static int take(struct compare *compare, enum compare_fact_kind kind, enum compare_side side,
		char *value)
{
	struct compare_fact *fact = &compare->facts[kind];
	char **last;

	if (!value)
		return -ENOMEM;
	if (has(fact->values[side], fact->nr[side], value)) {
		free(value);
		return 0;
	}
	last = array__append(&fact->values[side], &fact->nr[side], sizeof(*last));
	if (last)
		*last = value;
	else
		free(value);
	return last ? 0 : -ENOMEM;
}

static char *machine_of(const struct run_host *host)
{
	char *text;

	return asprintf(&text, "%s, %d x %s", host->arch ?: "?", host->cpus,
			host->cpu_model ?: "unknown CPU") < 0
		       ? NULL
		       : text;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the order of their names: that of handlers says nothing. */
static char *methods_of(const struct run *run)
{
	const char *seen[8];
	char *text = NULL;
	size_t nr = 0, size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < run->nr_segments; i++) {
		for (size_t j = 0; j < run->segments[i].nr_handlers; j++) {
			const char *method = run->segments[i].handlers[j].method;

			if (nr < sizeof(seen) / sizeof(*seen) &&
			    !has((char *const *)seen, nr, method))
				seen[nr++] = method;
		}
	}
	qsort(seen, nr, sizeof(*seen), by_name);
	for (size_t i = 0; i < nr; i++)
		fprintf(out, "%s%s", i ? ", " : "", seen[i]);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static char *driver_of(const struct run_device *device)
{
	char *text;

	return asprintf(&text, "%s%s%s", device->driver ?: device->ops ?: "unknown",
			device->srcversion ? " " : "", device->srcversion ?: "") < 0 ? NULL : text;
}

static char *setting_of(const struct run *run)
{
	char setting[RUN_SETTING_LEN], *text;

	run__describe_setting(run, setting, sizeof(setting));
	return asprintf(&text, "%s%sclock %s, preemption %s", setting, setting[0] ? ", " : "",
			run->host.clock_source ?: "unknown", run->host.preemption ?: "unknown") < 0
		       ? NULL
		       : text;
}

static void add_account(struct compare *compare, enum compare_side side, const struct run *run)
{
	for (size_t i = 0; i < run->nr_segments; i++) {
		for (size_t j = 0; j < run->segments[i].nr_handlers; j++) {
			const struct run_handler *handler = &run->segments[i].handlers[j];

			compare->lost[side] += (double)handler->lost;
			compare->counted[side] += (double)handler->counted;
			if (handler->lost_kind > compare->lost_kind[side])
				compare->lost_kind[side] = handler->lost_kind;
		}
	}
}

int compare_facts__add(struct compare *compare, enum compare_side side, const struct run *run)
{
	char *tool;
	int err = take(compare, COMPARE_KERNEL, side, strdup(run->host.kernel ?: "unknown"));

	err = err ?: take(compare, COMPARE_MACHINE, side, machine_of(&run->host));
	if (run->nr_segments)
		err = err ?: take(compare, COMPARE_ATTACH, side, methods_of(run));
	for (size_t i = 0; !err && i < run->nr_devices; i++) {
		err = take(compare, COMPARE_DEVICE, side, strdup(run->devices[i].name));
		err = err ?: take(compare, COMPARE_DRIVER, side, driver_of(&run->devices[i]));
	}
	err = err ?: take(compare, COMPARE_SETTING, side, setting_of(run));
	add_account(compare, side, run);
	if (!err && asprintf(&tool, "%s %s", run->tool, run->version) < 0)
		tool = NULL;
	return err ?: take(compare, COMPARE_TOOL, side, tool);
}

static bool differs(const struct compare_fact *fact)
{
	for (size_t i = 0; i < fact->nr[COMPARE_BASE]; i++)
		if (!has(fact->values[COMPARE_NEW], fact->nr[COMPARE_NEW],
			 fact->values[COMPARE_BASE][i]))
			return true;
	return fact->nr[COMPARE_BASE] != fact->nr[COMPARE_NEW];
}

void compare_facts__finish(struct compare *compare)
{
	for (int kind = 0; kind < COMPARE_FACTS; kind++) {
		struct compare_fact *fact = &compare->facts[kind];

		/* Runs of several kernels on one side are no sample of one thing either. */
		fact->differs = differs(fact) ||
				(compare_fact__refuses(kind) && fact->nr[COMPARE_BASE] > 1);
		fact->refused = fact->differs && compare_fact__refuses(kind) &&
				!(compare->options.across & 1u << kind);
		compare->refused |= fact->refused;
	}
	for (int side = 0; side < COMPARE_SIDES; side++)
		compare->lossy |=
			compare->lost[side] >
			compare->options.threshold * (compare->lost[side] + compare->counted[side]);
}

void compare_facts__free(struct compare *compare)
{
	for (int kind = 0; kind < COMPARE_FACTS; kind++) {
		for (int side = 0; side < COMPARE_SIDES; side++) {
			struct compare_fact *fact = &compare->facts[kind];

			for (size_t i = 0; i < fact->nr[side]; i++)
				free(fact->values[side][i]);
			free(fact->values[side]);
		}
	}
}
