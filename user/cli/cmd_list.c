// SPDX-License-Identifier: GPL-2.0-only
/* list: devices bound to VFIO drivers, their region handlers, and who has them open. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/cli/machine.h"
#include "user/render/table.h"
#include "user/run/json_text.h"
#include "user/run/run.h"
#include "user/run/version.h"

#define LIST_SCHEMA "vfioscope.list/1"

struct list {
	const char *sysroot;
	bool json;
	bool verbose;

	bool live; /* this machine, and we may look into the kernel */
	struct device_list devices;
};

enum { KEY_JSON = 0x100, KEY_SYSROOT };

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "Print " LIST_SCHEMA, 0 },
	{ "sysroot", KEY_SYSROOT, "DIR", 0, "Read a captured tree in place of this machine's", 0 },
	{ "verbose", 'v', NULL, 0, "Show what the kernel says of BPF programs", 0 },
	{ 0 },
};

static const char doc[] =
	"List devices bound to VFIO drivers and their region handlers.\v"
	"An open device has confirmed handlers, the ones in its live vfio_device_ops. A closed one "
	"has candidates: functions of its driver's modules with the prototype of a handler. No "
	"device is touched; one that sleeps sleeps on.\n\n"
	"EXAMPLES\n"
	"  vfioscope list\n"
	"  vfioscope list --json | jq '.devices[].name'\n"
	"  vfioscope list --sysroot captured/\n";

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct list *list = state->input;

	switch (key) {
	case KEY_JSON:
		list->json = true;
		return 0;
	case KEY_SYSROOT:
		if (!*arg)
			cli__usage(state, "--sysroot: the path is empty");
		list->sysroot = arg;
		return 0;
	case 'v':
		list->verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		cli__usage(state, "unexpected argument '%s'", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- how a device would be attached to ---------------------------------------------------------- */

static const char *attach_method(const struct list *list, const struct device *device)
{
	struct trace_handler handler = { .address = 1 };
	int method;

	if (!list->live || !device->nr_handlers)
		return NULL;
	handler.function = device->handlers[0].function;
	handler.module = device->handlers[0].module;
	handler.dir = device->handlers[0].dir;
	method = trace_likely_method(&handler);
	return method < 0 ? NULL : trace_method__name(method);
}

static const char *handler_state(const struct device *device)
{
	if (device->no_btf)
		return "unknown";
	if (!device->nr_handlers)
		return NULL;
	return device->handlers[0].confirmed ? "confirmed" : "candidate";
}

/* --- text -------------------------------------------------------------------------------------- */

/* "a, b" of what @next yields, or NULL. The caller frees. */
static char *join_handlers(const struct device *device, enum vs_dir dir)
{
	char *text = NULL, *longer;

	for (size_t i = 0; i < device->nr_handlers; i++) {
		if (device->handlers[i].dir != dir)
			continue;
		if (asprintf(&longer, "%s%s%s", text ?: "", text ? ", " : "",
			     device->handlers[i].function) < 0)
			longer = NULL;
		free(text);
		text = longer;
	}
	return text;
}

static char *join_openers(const struct device *device)
{
	char *text = NULL, *longer;

	for (size_t i = 0; i < device->nr_openers; i++) {
		if (asprintf(&longer, "%s%s%s(%d)", text ?: "", text ? ", " : "",
			     device->openers[i].comm, device->openers[i].pid) < 0)
			longer = NULL;
		free(text);
		text = longer;
	}
	return text;
}

static void add_joined(struct table *table, char *text)
{
	table__add(table, text);
	free(text);
}

static void add_row(struct table *table, const struct list *list, const struct device *device)
{
	table__add_row(table);
	table__add(table, device->name);
	table__add(table, device->driver);
	if (device->iommu_group >= 0)
		table__addf(table, "%d", device->iommu_group);
	else
		table__add(table, NULL);
	table__add(table, handler_state(device));
	add_joined(table, join_handlers(device, VS_READ));
	add_joined(table, join_handlers(device, VS_WRITE));
	table__add(table, attach_method(list, device));
	if (list->live)
		add_joined(table, join_openers(device));
	else
		table__add(table, "?");
	table__add(table, device->title);
}

static int print_text(const struct list *list)
{
	static const char *const columns[] = { "DEVICE", "DRIVER", "GROUP",	"HANDLERS", "READ",
					       "WRITE",	 "ATTACH", "OPENED BY", "NAME" };
	struct table *table;
	int err;

	if (!list->devices.nr) {
		printf("no device is bound to a VFIO driver\n");
		return 0;
	}
	table = table__new();
	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		table__add_column(table, columns[i]);
	for (size_t i = 0; i < list->devices.nr; i++)
		add_row(table, list, &list->devices.devices[i]);
	err = table__print(table, stdout);
	table__free(table);
	return err;
}

/* --- JSON -------------------------------------------------------------------------------------- */

/* Names may be no valid UTF-8; then they are written as in run files. */
static json_t *string_or_null(const char *text)
{
	char *escaped = text ? json_text__escape(text) : NULL;
	json_t *value = escaped ? json_string(escaped) : json_null();

	free(escaped);
	return value;
}

static json_t *number_or_null(int number)
{
	return number < 0 ? json_null() : json_integer(number);
}

static json_t *handlers_json(const struct device *device)
{
	json_t *array = json_array();

	for (size_t i = 0; i < device->nr_handlers; i++) {
		const struct handler *handler = &device->handlers[i];

		json_array_append_new(array, json_pack("{s:o, s:o, s:s, s:b}", "function",
						       string_or_null(handler->function), "module",
						       string_or_null(handler->module), "dir",
						       run_dir__name(handler->dir), "confirmed",
						       handler->confirmed));
	}
	return array;
}

static json_t *openers_json(const struct list *list, const struct device *device)
{
	json_t *array = json_array();

	if (!list->live) {
		json_decref(array);
		return json_null();
	}
	for (size_t i = 0; i < device->nr_openers; i++) {
		const struct opener *opener = &device->openers[i];

		json_array_append_new(array,
				      json_pack("{s:i, s:i, s:o}", "pid", opener->pid, "fd",
						opener->fd, "comm", string_or_null(opener->comm)));
	}
	return array;
}

static json_t *device_json(const struct list *list, const struct device *device)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", string_or_null(device->name));
	json_object_set_new(object, "bus", string_or_null(device->bus));
	json_object_set_new(object, "driver", string_or_null(device->driver));
	json_object_set_new(object, "module", string_or_null(device->module));
	json_object_set_new(object, "srcversion", string_or_null(device->srcversion));
	json_object_set_new(object, "ops", string_or_null(device->ops));
	json_object_set_new(object, "vfio_dev", string_or_null(device->vfio_dev));
	json_object_set_new(object, "iommu_group", number_or_null(device->iommu_group));
	json_object_set_new(object, "vendor_id", number_or_null(device->vendor_id));
	json_object_set_new(object, "device_id", number_or_null(device->device_id));
	json_object_set_new(object, "title", string_or_null(device->title));
	json_object_set_new(object, "attach", string_or_null(attach_method(list, device)));
	json_object_set_new(object, "btf", json_boolean(!device->no_btf));
	json_object_set_new(object, "handlers", handlers_json(device));
	json_object_set_new(object, "openers", openers_json(list, device));
	return object;
}

static int print_json(const struct list *list)
{
	json_t *devices = json_array(), *root;
	int err;

	for (size_t i = 0; i < list->devices.nr; i++)
		json_array_append_new(devices, device_json(list, &list->devices.devices[i]));
	root = json_pack("{s:s, s:o}", "schema", LIST_SCHEMA, "devices", devices);
	err = root ? json_dumpf(root, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII) : -ENOMEM;
	putchar('\n');
	json_decref(root);
	return err ? -ENOMEM : 0;
}

/* ----------------------------------------------------------------------------------------------- */

/* What only the kernel knows. Without the right to ask, the list is printed without it. */
static void ask_kernel(struct list *list)
{
	struct kernel kernel = {};
	char error[TRACE_ERROR_LEN];

	if (list->sysroot || !list->devices.nr)
		return;
	if (!trace_check_kernel(error) && !kernel__open(&kernel, false, error) &&
	    !machine__confirm(&list->devices, &kernel, error))
		list->live = true;
	else
		cli__error("who has devices open is not shown: %s", error);
	kernel__close(&kernel);
}

/* An empty list is no error; a tree that is not there is one. */
static int check_sysroot(const char *path)
{
	char *sys = path ? sysfs__path(path, "/sys") : NULL;
	int err = sys && access(sys, X_OK) ? -errno : 0;

	if (err)
		cli__error("--sysroot: cannot read %s: %s", sys, strerror(-err));
	free(sys);
	return err;
}

int cmd_list(int argc, char **argv)
{
	static const struct argp argp = { .options = options, .parser = parse, .doc = doc };
	struct list list = {};
	char error[TRACE_ERROR_LEN];
	int err;

	cli__parse(&argp, argc, argv, 0, &list);
	trace_log__verbose(list.verbose);
	if (check_sysroot(list.sysroot))
		return EXIT_TROUBLE;
	err = device_list__load(&list.devices, list.sysroot, error, sizeof(error));
	if (err) {
		cli__error("%s", error);
		return EXIT_TROUBLE;
	}
	ask_kernel(&list);
	err = list.json ? print_json(&list) : print_text(&list);
	if (err)
		cli__error("cannot print the list: %s", strerror(-err));
	device_list__free(&list.devices);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
