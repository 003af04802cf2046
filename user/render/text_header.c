// SPDX-License-Identifier: GPL-2.0-only
/* What a run is about: tool, host, devices, and the account of each handler. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/render/escape.h"
#include "user/render/table.h"
#include "user/render/text.h"
#include "user/render/units.h"

static int put_line(FILE *out, const char *key, const char *text)
{
	char *safe = escape__text(text);

	if (!safe)
		return -ENOMEM;
	fprintf(out, "%-8s %s\n", key, safe);
	free(safe);
	return 0;
}

__attribute__((format(printf, 3, 4))) static int put_linef(FILE *out, const char *key,
							   const char *format, ...)
{
	char *text;
	va_list args;
	int err;

	va_start(args, format);
	err = vasprintf(&text, format, args) < 0 ? -ENOMEM : 0;
	va_end(args);
	if (err)
		return err;
	err = put_line(out, key, text);
	free(text);
	return err;
}

static int put_tool(FILE *out, const struct run *run)
{
	char start[RUN_TIME_LEN], duration[UNITS_LEN];

	run_time__format(run->started_ns, start, sizeof(start));
	return put_linef(out, "run", "%s by %s %s, %s from %.19sZ", run_kind__name(run->kind),
			 run->tool ?: "an unknown tool", run->version ?: "(no version)",
			 units__duration(run->duration_ns, duration), start);
}

/* Of a bench run; nothing if nothing is known. */
static int put_setting(FILE *out, const struct run *run)
{
	char setting[RUN_SETTING_LEN];

	run__describe_setting(run, setting, sizeof(setting));
	return run->kind == RUN_BENCH && setting[0] ? put_line(out, "setting", setting) : 0;
}

static int put_host(FILE *out, const struct run_host *host)
{
	return put_linef(out, "host", "Linux %s %s, %d CPUs (%s), preemption %s, clock %s",
			 host->kernel ?: "unknown", host->arch ?: "unknown", host->cpus,
			 host->cpu_model ?: "unknown model", host->preemption ?: "unknown",
			 host->clock_source ?: "unknown");
}

static void put_status(FILE *out, const struct run_command *command)
{
	const char *name = command->term_signal ? sigabbrev_np(command->term_signal) : NULL;

	if (command->term_signal)
		fprintf(out, ": killed by signal %d (SIG%s)\n", command->term_signal, name ?: "?");
	else if (command->exit_status < 0)
		fputs(": exit status unknown\n", out);
	else
		fprintf(out, ": exit status %d\n", command->exit_status);
}

static int put_argv(FILE *out, const char *key, char *const *argv)
{
	char *line = escape__argv(argv);

	if (!line)
		return -ENOMEM;
	fprintf(out, "%-8s %s", key, line);
	free(line);
	return 0;
}

int text__header(FILE *out, const struct run *run, const char *title)
{
	int err = title ? put_line(out, "file", title) : 0;

	err = err ?: put_tool(out, run);
	err = err ?: put_host(out, &run->host);
	err = err ?: put_setting(out, run);
	if (!err && run->argv) {
		err = put_argv(out, "call", run->argv);
		fputc('\n', out);
	}
	if (!err && run->command.argv) {
		err = put_argv(out, "command", run->command.argv);
		put_status(out, &run->command);
	}
	return err;
}

static void add_device(struct table *table, const struct run_device *device)
{
	table__add_row(table);
	table__add(table, device->name);
	if (device->vendor_id >= 0 && device->device_id >= 0)
		table__addf(table, "%04x:%04x", device->vendor_id, device->device_id);
	else
		table__add(table, NULL);
	table__add(table, device->driver);
	table__add(table, device->module);
	table__add(table, device->ops);
	if (device->iommu_group >= 0)
		table__addf(table, "%d", device->iommu_group);
	else
		table__add(table, NULL);
	table__addf(table, "%" PRIu32, device->offset_shift);
	table__add(table, run_shift_source__name(device->shift_source));
}

int text__devices(FILE *out, const struct run *run)
{
	struct table *table = table__new();
	int err;

	if (!table)
		return -ENOMEM;
	table__add_column(table, "DEVICE");
	table__add_column(table, "ID");
	table__add_column(table, "DRIVER");
	table__add_column(table, "MODULE");
	table__add_column(table, "OPS");
	table__add_number_column(table, "GROUP");
	table__add_number_column(table, "SHIFT");
	table__add_column(table, "KNOWN");
	for (size_t i = 0; i < run->nr_devices; i++)
		add_device(table, &run->devices[i]);
	err = table__print(table, out);
	table__free(table);
	return err;
}

static void add_handler(struct table *table, const struct run *run, size_t segment,
			const struct run_handler *handler)
{
	table__add_row(table);
	if (run->nr_segments > 1)
		table__addf(table, "%zu", segment + 1);
	table__add(table, handler->function);
	table__add(table, handler->module);
	table__add(table, run_dir__name(handler->dir));
	table__add(table, handler->method);
	table__addf(table, "%" PRIu64, handler->counted);
	table__addf(table, "%" PRIu64, handler->lost);
	table__add(table, run_lost_kind__name(handler->lost_kind));
}

int text__account(FILE *out, const struct run *run)
{
	struct table *table = table__new();
	size_t nr_handlers = 0;
	int err = 0;

	if (!table)
		return -ENOMEM;
	if (run->nr_segments > 1)
		table__add_number_column(table, "SEGMENT");
	table__add_column(table, "HANDLER");
	table__add_column(table, "MODULE");
	table__add_column(table, "DIR");
	table__add_column(table, "METHOD");
	table__add_number_column(table, "COUNTED");
	table__add_number_column(table, "LOST");
	table__add_column(table, "KIND");
	for (size_t i = 0; i < run->nr_segments; i++) {
		const struct run_segment *segment = &run->segments[i];

		for (size_t j = 0; j < segment->nr_handlers; j++)
			add_handler(table, run, i, &segment->handlers[j]);
		nr_handlers += segment->nr_handlers;
	}
	if (nr_handlers)
		err = table__print(table, out);
	table__free(table);
	render_account(out, run);
	return err;
}
