// SPDX-License-Identifier: GPL-2.0-only
/* trace: attach, count, print, record. */
#include <errno.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/cli/machine.h"
#include "user/cli/options.h"
#include "user/cli/output.h"
#include "user/cli/recorder.h"
#include "user/cli/selectors.h"
#include "user/render/render.h"
#include "user/render/units.h"
#include "user/run/atomic_file.h"

struct trace {
	struct selectors selectors;
	struct trace_config config;
	const char *output_path; /* run file; NULL: none */
	const struct renderer *renderer; /* NULL: stdout takes the run file */
	bool json;
	bool wait;
	bool verbose;
	char **command; /* NULL: none */

	struct kernel kernel;
	struct device_list devices;
	struct handler_set handlers;
	struct child child;
	struct output output;
	struct recorder recorder;
};

/* How long a program that was told to end waits for a reader of its standard output who does not read. */
#define PATIENCE_MS 5000

enum { KEY_JSON = 0x200, KEY_WAIT, KEY_MAX_CELLS, KEY_OFFSETS };

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "Record the run to FILE (JSON)", 0 },
	{ "json", KEY_JSON, NULL, 0, "Print the final report as JSON (vfioscope.report/1)", 0 },
	{ "wait", KEY_WAIT, NULL, 0, "Wait until a device that is selected is bound", 0 },
	{ "max-cells", KEY_MAX_CELLS, "N", 0, "Cells per CPU, 4 KiB each (default 144)", 0 },
	{ "offsets", KEY_OFFSETS, "N", OPTION_ARG_OPTIONAL,
	  "Record at which exact offsets and widths: N of them per CPU, 64 bytes each (default "
	  "4096); "
	  "each call costs more",
	  0 },
	{ "verbose", 'v', NULL, 0, "Show what is attached, its memory, and the kernel's words", 0 },
	{ 0 },
};

static const char doc[] =
	"Count and time accesses to VFIO devices by width.\v"
	"Traces all devices that are bound to VFIO drivers, or those selected, until ^C, the end "
	"of "
	"the duration or that of COMMAND; then prints a table of cells (device, region, direction, "
	"width) with counts, errors and latency percentiles. The latency is the region handler's. "
	"What goes through a mapping or an ioeventfd never enters the handlers and is not seen.\n\n"
	"EXAMPLES\n"
	"  vfioscope trace -d 10                       all devices, for ten seconds\n"
	"  vfioscope trace -D 03:00.0 -i 1 -o run.json one device, a table a second, recorded\n"
	"  vfioscope trace --comm qemu-system-x86_64 --region BAR0,CONFIG\n"
	"  vfioscope trace --offsets --exact -o run.json which offsets are used, and how wide\n"
	"  vfioscope trace -o run.json -- barbench 03:00.0 --region BAR0 --width 1,2,4,8\n";

static bool goes_to_stdout(const struct trace *trace)
{
	return trace->output_path && !strcmp(trace->output_path, "-");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct trace *trace = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &trace->selectors;
		return 0;
	case 'o':
		trace->output_path = arg;
		return 0;
	case KEY_JSON:
		trace->json = true;
		return 0;
	case KEY_WAIT:
		trace->wait = true;
		return 0;
	case KEY_MAX_CELLS:
		trace->config.max_cells = option__u64(state, "--max-cells", arg, 2, VS_MAX_CELLS);
		return 0;
	case KEY_OFFSETS:
		trace->config.max_offsets =
			arg ? option__u64(state, "--offsets", arg, 1, VS_MAX_OFFSETS)
			    : TRACE_DEFAULT_MAX_OFFSETS;
		return 0;
	case 'v':
		trace->verbose = true;
		return 0;
	case ARGP_KEY_ARGS:
		/* Only after "--": else a mistyped option's argument would be run. */
		if (strcmp(state->argv[state->next - 1], "--"))
			cli__usage(state, "unexpected argument '%s' (a command goes after --)",
				   state->argv[state->next]);
		trace->command = state->argv + state->next;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (trace->json && goes_to_stdout(trace))
			cli__usage(state, "--json and -o - both want standard output");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- before ------------------------------------------------------------------------------------ */

static bool is_cgroup2(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* Directories between @path, which is cut, and where cgroup2 is mounted: above is another file system. */
static uint32_t cgroup_level(char *path)
{
	uint32_t level = 0;

	for (char *end; (end = strrchr(path, '/')) != path; level++) {
		*end = '\0';
		if (!is_cgroup2(path))
			break;
	}
	return level;
}

/* The kernel names a cgroup by the number of its directory (kernfs id), at a depth from the root. */
static int find_cgroup(const char *path, struct trace_config *config)
{
	char *real = realpath(path, NULL); /* without "..", "//" and links, to count the depth */
	struct stat st;

	if (!real || stat(real, &st)) {
		cli__error("--cgroup: %s: %s", path, strerror(errno));
		free(real);
		return -ENOENT;
	}
	if (!S_ISDIR(st.st_mode) || !is_cgroup2(real)) {
		cli__error("--cgroup: %s is no directory of a cgroup2 file system; where these are "
			   "tells: findmnt -t cgroup2",
			   path);
		free(real);
		return -ENOTDIR;
	}
	config->cgroup_id = st.st_ino;
	config->cgroup_level = cgroup_level(real);
	free(real);
	return 0;
}

/* A thread's number would match nothing: the process is what calls are filtered by. */
static int check_pid(int pid)
{
	char path[64], line[128];
	int tgid = 0;
	FILE *file;

	if (!pid)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Tgid: %d", &tgid) == 1)
			break;
	if (file)
		fclose(file);
	if (tgid == pid)
		return 0;
	if (tgid)
		cli__error("--pid: %d is a thread of process %d", pid, tgid);
	else
		cli__error("--pid: there is no process %d", pid);
	return -ESRCH;
}

static int configure(struct trace *trace)
{
	const struct selectors *selectors = &trace->selectors;
	struct trace_config *config = &trace->config;

	config->method = trace_method__parse(selectors->attach);
	config->exact = selectors->exact;
	if (config->exact && config->method == TRACE_AUTO)
		config->method = TRACE_EXACT;
	config->escalate = config->method == TRACE_AUTO && !selectors->no_escalate;
	config->device = selectors->device;
	config->driver = selectors->driver;
	config->comm = selectors->comm;
	config->tgid = selectors->pid;
	if (selectors->region_mask != (1U << VS_REGIONS) - 1)
		config->region_mask = selectors->region_mask;
	if (selectors->offset_shift > 0)
		config->offset_shift = selectors->offset_shift;
	if (check_pid(selectors->pid))
		return -ESRCH;
	return selectors->cgroup ? find_cgroup(selectors->cgroup, config) : 0;
}

/* A file that cannot be written is found out before, not after the recording. */
static int check_output(const char *path)
{
	struct atomic_file *file;

	if (!path)
		return 0;
	file = atomic_file__open(path);
	if (!file) {
		int err = -errno;

		cli__error("cannot write to %s: %s", path, strerror(-err));
		return err;
	}
	atomic_file__abort(file);
	return 0;
}

static bool any_selected(const struct trace *trace)
{
	for (size_t i = 0; i < trace->devices.nr; i++)
		if (machine__selected(&trace->selectors, &trace->devices.devices[i]))
			return true;
	return false;
}

static int load_devices(struct trace *trace, char *error)
{
	int err;

	kernel__close(&trace->kernel);
	device_list__free(&trace->devices);
	err = device_list__load(&trace->devices, NULL, error, TRACE_ERROR_LEN);
	if (!err)
		err = kernel__open(&trace->kernel, error);
	return err ? err : machine__confirm(&trace->devices, &trace->kernel, error);
}

/*
 * Until sysfs has a device that may be selected. Not asked here is the kernel, which costs more but
 * also knows devices by the name in their ops. ^C still ends the program.
 */
static int wait_for_device(struct trace *trace, char *error)
{
	const struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };

	for (;;) {
		int err;

		nanosleep(&pause, NULL);
		device_list__free(&trace->devices);
		err = device_list__scan(&trace->devices, NULL, error, TRACE_ERROR_LEN);
		if (err || any_selected(trace) || (trace->selectors.driver && trace->devices.nr))
			return err;
	}
}

/* The devices to trace; with --wait, as soon as there is one. */
static int find_devices(struct trace *trace, char *error)
{
	bool said = false;

	for (;;) {
		int err = load_devices(trace, error);

		/* Without VFIO there are no files to look for, and nothing to attach to. */
		if (err && (trace->devices.nr || (err != -ENOENT && err != -ESRCH)))
			return err;
		if (!err && any_selected(trace))
			return 0;
		machine__explain_none(&trace->selectors, error);
		if (!trace->wait)
			return -ENODEV;
		if (!said)
			cli__error("waiting: %s", error);
		said = true;
		err = wait_for_device(trace, error);
		if (err)
			return err;
	}
}

/* --- during ------------------------------------------------------------------------------------ */

static void say_memory(const struct trace *trace, const struct run_limits *limits)
{
	uint32_t possible = tracer__cpus(trace->recorder.tracer);
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	char bytes[UNITS_LEN], cpus[64] = "", offsets[48] = "";

	if (possible > online)
		snprintf(cpus, sizeof(cpus), ", for %" PRIu32 " possible CPUs (%ld online)",
			 possible, online);
	if (limits->max_offsets)
		snprintf(offsets, sizeof(offsets), ", %" PRIu64 " offsets a CPU",
			 limits->max_offsets);
	cli__error("kernel memory %s: %lu cells a CPU%s, %lu calls in flight%s",
		   units__bytes(limits->kernel_bytes, bytes), limits->max_cells, offsets,
		   limits->start_slots, cpus);
}

static void say_attached(const struct trace *trace)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run || tracer__fill(trace->recorder.tracer, run))
		goto cleanup;
	for (size_t i = 0; i < run->segments[0].nr_handlers; i++) {
		const struct run_handler *handler = &run->segments[0].handlers[i];

		cli__error("attached to %s [%s] by %s", handler->function, handler->module,
			   handler->method);
	}
	say_memory(trace, &run->limits);
cleanup:
	run__free(run);
}

static void print_interval(void *context, const struct run *delta)
{
	struct output *output = &((struct trace *)context)->output;
	struct render_options render = { .elapsed_ns = delta->duration_ns };
	char now[16];
	time_t seconds = time(NULL);

	if (output__pending(output)) {
		output->left_out++;
		return;
	}
	strftime(now, sizeof(now), "%H:%M:%S", localtime(&seconds));
	fprintf(output->file, "%s\n", now);
	render_cells(output->file, delta, &render);
	render_totals(output->file, delta, &render);
	fputc('\n', output->file);
	output__push(output);
}

static int start_command(struct trace *trace)
{
	int err;

	if (!trace->command)
		return 0;
	err = child__start(&trace->child);
	if (err)
		cli__error("cannot run %s: %s", trace->command[0], strerror(-err));
	return err;
}

static int start(struct trace *trace, char *error)
{
	struct recorder *recorder = &trace->recorder;
	int err = tracer__attach(recorder->tracer, error);

	if (err)
		return err;
	if (trace->verbose)
		say_attached(trace);
	if (isatty(STDERR_FILENO) && !trace->command && !recorder->duration_ns)
		cli__error("tracing; ^C ends it");
	return recorder__start(recorder, error);
}

static int record(struct trace *trace, char *error)
{
	struct recorder *recorder = &trace->recorder;
	int err = start(trace, error);

	if (err)
		cli__error("%s", error);
	else
		err = start_command(trace);
	if (!err)
		recorder__loop(recorder);
	tracer__deactivate(recorder->tracer);
	child__finish(&trace->child, recorder->signal);
	return err;
}

/* --- after ------------------------------------------------------------------------------------- */

static void say_command(const struct trace *trace)
{
	const struct run_command *command = &trace->recorder.run->command;

	if (!trace->command)
		return;
	if (command->term_signal)
		cli__error("%s was killed by signal %d (%s)", trace->command[0],
			   command->term_signal, strsignal(command->term_signal));
	else if (command->exit_status >= 0)
		cli__error("%s exited with status %d", trace->command[0], command->exit_status);
	else
		cli__error("%s is still running (pid %d)", trace->command[0], trace->child.pid);
}

static int print_report(struct trace *trace)
{
	struct output *output = &trace->output;
	int err = trace->renderer ? trace->renderer->run(output->file, trace->recorder.run, NULL)
				  : 0;

	if (!err)
		err = output__finish(output, trace->recorder.signal ? PATIENCE_MS : -1);
	if (err == -ETIMEDOUT)
		cli__error("standard output was not read: the report was left out");
	else if (err)
		cli__error("cannot write to standard output: %s", strerror(-err));
	else if (output->left_out)
		cli__error("standard output was not read in time: %" PRIu64
			   " tables were left out; the report has all calls",
			   output->left_out);
	return err;
}

static int write_run(const struct trace *trace)
{
	char error[1024];

	if (!trace->output_path ||
	    !run__write(trace->recorder.run, trace->output_path, error, sizeof(error)))
		return 0;
	cli__error("%s", error);
	return -EIO;
}

static void leave_kernel(struct trace *trace)
{
	tracer__free(trace->recorder.tracer);
	trace->recorder.tracer = NULL;
	kernel__close(&trace->kernel);
}

/*
 * The run file first: a terminal that vanished must not cost the recording. If stdout takes it, no
 * table is in its way. What waits for stdout holds nothing in the kernel, and a signal ends it.
 */
static int deliver(struct trace *trace)
{
	struct recorder *recorder = &trace->recorder;
	int err = recorder__finish(recorder), report_err;

	if (err) {
		cli__error("cannot sum up the run: %s", strerror(-err));
		return err;
	}
	leave_kernel(trace);
	if (goes_to_stdout(trace))
		recorder__release_signals(recorder);
	err = write_run(trace);
	recorder__release_signals(recorder);
	report_err = print_report(trace);
	say_command(trace);
	return err ?: report_err ?: recorder->err;
}

/* The header of the run, and the child, made before anything is attached. */
static int prepare(struct trace *trace, int argc, char **argv)
{
	struct recorder *recorder = &trace->recorder;
	int err, nr;

	recorder->devices = &trace->devices;
	recorder->scan = trace->kernel.scan;
	recorder->child = &trace->child;
	recorder->output = &trace->output;
	recorder->duration_ns = trace->selectors.duration_ns;
	recorder->interval_ns = trace->selectors.interval_ns;
	recorder->selectors = &trace->selectors;
	if (trace->renderer && !trace->json) /* JSON holds the intervals itself */
		recorder->on_interval = print_interval;
	recorder->context = trace;
	recorder->run = run__new(RUN_TRACE, "vfioscope", argc, argv);
	if (!recorder->run)
		return -ENOMEM;
	err = output__open(&trace->output, STDOUT_FILENO);
	if (!err)
		err = recorder__open(recorder);
	if (err || !trace->command)
		return err;
	for (nr = 0; trace->command[nr]; nr++)
		;
	recorder->run->command.argv = run_argv__copy(nr, trace->command);
	if (!recorder->run->command.argv)
		return -ENOMEM;
	return child__prepare(&trace->child, trace->command, &recorder->signals);
}

int cmd_trace(int argc, char **argv)
{
	const struct argp_child children[] = { { selectors__argp(), 0, "Selectors:", 0 }, { 0 } };
	const struct argp argp = { .options = options,
				   .parser = parse,
				   .args_doc = "[-- COMMAND [ARG...]]",
				   .doc = doc,
				   .children = children };
	struct trace trace = {};
	char error[TRACE_ERROR_LEN];
	int err;

	cli__parse(&argp, argc, argv, ARGP_IN_ORDER, &trace);
	trace_log__verbose(trace.verbose);
	if (!goes_to_stdout(&trace))
		trace.renderer = renderer__find(trace.json ? "json" : "text");
	err = configure(&trace);
	if (!err)
		err = check_output(trace.output_path);
	if (err)
		return EXIT_TROUBLE;

	err = trace_check_kernel(error);
	if (!err)
		err = find_devices(&trace, error);
	if (!err)
		err = machine__handlers(&trace.devices, &trace.selectors, &trace.kernel,
					&trace.handlers, error);
	if (!err) {
		machine__warn_unknown(&trace.devices, &trace.selectors);
		trace.config.core_request = open_scan__core_request(trace.kernel.scan);
		err = tracer__new(&trace.recorder.tracer, &trace.config, trace.handlers.handlers,
				  trace.handlers.nr, error);
	if (err) {
		cli__error("%s", error);
		goto cleanup;
	}
	err = prepare(&trace, argc, argv);
	if (err) {
		cli__error("cannot start: %s", strerror(-err));
		goto cleanup;
	}
	err = record(&trace, error);
	if (!err)
		err = deliver(&trace);
cleanup:
	child__finish(&trace.child, 0);
	leave_kernel(&trace);
	recorder__close(&trace.recorder);
	output__close(&trace.output);
	handler_set__free(&trace.handlers);
	device_list__free(&trace.devices);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
