// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"
#include "user/render/units.h"
#include "user/run/atomic_file.h"

/* How long a reader of standard output or standard error who does not read is waited for. */
#define PATIENCE_MS 5000

/* --- before ------------------------------------------------------------------------------------ */

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

static bool any_selected(const struct capture *capture)
{
	for (size_t i = 0; i < capture->devices.nr; i++)
		if (machine__selected(&capture->options->selectors, &capture->devices.devices[i]))
			return true;
	return false;
}

/* Frames of a stack may be in any function. */
static bool wants_all_symbols(const struct capture *capture)
{
	return capture->options->config.snoop && capture->options->config.snoop->stacks;
}

static int load_devices(struct capture *capture, char *error)
{
	int err;

	kernel__close(&capture->kernel);
	device_list__free(&capture->devices);
	err = device_list__load(&capture->devices, NULL, error, TRACE_ERROR_LEN);
	if (!err)
		err = kernel__open(&capture->kernel, wants_all_symbols(capture), error);
	return err ? err : machine__confirm(&capture->devices, &capture->kernel, error);
}

/*
 * Until sysfs has a device that may be selected. Not asked here is the kernel, which costs more but
 * also knows devices by the name in their ops. ^C still ends the program.
 */
static int wait_for_device(struct capture *capture, char *error)
{
	const struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };

	for (;;) {
		int err;

		nanosleep(&pause, NULL);
		device_list__free(&capture->devices);
		err = device_list__scan(&capture->devices, NULL, error, TRACE_ERROR_LEN);
		if (err || any_selected(capture) ||
		    (capture->options->selectors.driver && capture->devices.nr))
			return err;
	}
}

/* The devices to trace; with --wait, as soon as there is one. */
static int find_devices(struct capture *capture, char *error)
{
	bool said = false;

	for (;;) {
		int err = load_devices(capture, error);

		/* Without VFIO there are no files to look for, and nothing to attach to. */
		if (err && (capture->devices.nr || (err != -ENOENT && err != -ESRCH)))
			return err;
		if (!err && any_selected(capture))
			return 0;
		machine__explain_none(&capture->options->selectors, error);
		if (!capture->options->wait)
			return -ENODEV;
		if (!said)
			cli__error("waiting: %s", error);
		said = true;
		err = wait_for_device(capture, error);
		if (err)
			return err;
	}
}

/* The header of the run, and the child, made before anything is attached. */
static int prepare(struct capture *capture, int argc, char **argv)
{
	struct recorder *recorder = &capture->recorder;
	char **command = capture->options->command;
	int err, nr;

	recorder->devices = &capture->devices;
	recorder->scan = capture->kernel.scan;
	recorder->selectors = &capture->options->selectors;
	recorder->child = &capture->child;
	recorder->output = &capture->output;
	recorder->duration_ns = recorder->selectors->duration_ns;
	recorder->interval_ns = recorder->selectors->interval_ns;
	recorder->on_interval = capture->on_interval;
	recorder->on_calls = capture->on_calls;
	recorder->context = capture->context;
	recorder->run = run__new(RUN_TRACE, "vfioscope", argc, argv);
	if (!recorder->run)
		return -ENOMEM;
	err = output__open(&capture->output, STDOUT_FILENO);
	if (!err)
		err = recorder__open(recorder);
	if (err || !command)
		return err;
	for (nr = 0; command[nr]; nr++)
		;
	recorder->run->command.argv = run_argv__copy(nr, command);
	if (!recorder->run->command.argv)
		return -ENOMEM;
	return child__prepare(&capture->child, command, &recorder->signals);
}

static int find_handlers(struct capture *capture, char *error)
{
	struct capture_options *options = capture->options;
	int err = trace_check_kernel(error);

	err = err ?: find_devices(capture, error);
	if (!err)
		err = machine__handlers(&capture->devices, &options->selectors, &capture->kernel,
					&capture->handlers, error);
	if (err)
		return err;
	machine__warn_unknown(&capture->devices, &options->selectors);
	options->config.core_request = open_scan__core_request(capture->kernel.scan);
	return tracer__new(&capture->recorder.tracer, &options->config, capture->handlers.handlers,
			   capture->handlers.nr, error);
}

int capture__open(struct capture *capture, int argc, char **argv)
{
	char error[TRACE_ERROR_LEN];
	int err = capture_options__configure(capture->options);

	trace_log__verbose(capture->options->verbose);
	err = err ?: check_output(capture->options->output_path);
	if (err)
		return err;
	err = find_handlers(capture, error);
	if (err) {
		cli__error("%s", error);
		return err;
	}
	err = prepare(capture, argc, argv);
	if (err)
		cli__error("cannot start: %s", strerror(-err));
	return err;
}

/* --- during ------------------------------------------------------------------------------------ */

static void say_memory(const struct capture *capture, const struct run_limits *limits)
{
	uint32_t possible = tracer__cpus(capture->recorder.tracer);
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

static void say_attached(const struct capture *capture)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run || tracer__fill(capture->recorder.tracer, run))
		goto cleanup;
	for (size_t i = 0; i < run->segments[0].nr_handlers; i++) {
		const struct run_handler *handler = &run->segments[0].handlers[i];

		cli__error("attached to %s [%s] by %s", handler->function, handler->module,
			   handler->method);
	}
	say_memory(capture, &run->limits);
cleanup:
	run__free(run);
}

/* What is issued after this was said is counted. Whoever does not read it holds up the trace only so long. */
static void say_tracing(const struct capture *capture)
{
	bool endless = !capture->options->command && !capture->recorder.duration_ns;

	if ((capture->options->verbose || (endless && isatty(STDERR_FILENO))) &&
	    output__takes(STDERR_FILENO, PATIENCE_MS))
		cli__error("tracing%s", endless ? "; ^C ends it" : "");
}

static int start_command(struct capture *capture)
{
	int err;

	if (!capture->options->command)
		return 0;
	err = child__start(&capture->child);
	if (err)
		cli__error("cannot run %s: %s", capture->options->command[0], strerror(-err));
	return err;
}

static int start(struct capture *capture, char *error)
{
	struct recorder *recorder = &capture->recorder;
	int err = tracer__attach(recorder->tracer, error);

	if (err)
		return err;
	if (capture->options->verbose)
		say_attached(capture);
	err = recorder__start(recorder, error);
	if (!err)
		say_tracing(capture);
	return err;
}

int capture__record(struct capture *capture)
{
	struct recorder *recorder = &capture->recorder;
	char error[TRACE_ERROR_LEN];
	int err = start(capture, error);

	if (err)
		cli__error("%s", error);
	else
		err = start_command(capture);
	if (!err)
		recorder__loop(recorder);
	tracer__deactivate(recorder->tracer);
	child__finish(&capture->child, recorder->signal);
	return err;
}

/* --- after ------------------------------------------------------------------------------------- */

static void say_command(const struct capture *capture)
{
	const struct run_command *command = &capture->recorder.run->command;

	if (!capture->options->command)
		return;
	if (command->term_signal)
		cli__error("%s was killed by signal %d (%s)", capture->options->command[0],
			   command->term_signal, strsignal(command->term_signal));
	else if (command->exit_status >= 0)
		cli__error("%s exited with status %d", capture->options->command[0],
			   command->exit_status);
	else
		cli__error("%s is still running (pid %d)", capture->options->command[0],
			   capture->child.pid);
}

static int print_report(struct capture *capture)
{
	struct output *output = &capture->output;
	const struct recorder *recorder = &capture->recorder;
	int err = 0;

	if (capture->report)
		err = capture->report(capture->context, output->file, recorder->run);
	if (err)
		return err;
	err = output__finish(output, recorder->signal ? PATIENCE_MS : -1);
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

static int write_run(const struct capture *capture)
{
	char error[1024];

	if (!capture->options->output_path ||
	    !run__write(capture->recorder.run, capture->options->output_path, error, sizeof(error)))
		return 0;
	cli__error("%s", error);
	return -EIO;
}

static void leave_kernel(struct capture *capture)
{
	tracer__free(capture->recorder.tracer);
	capture->recorder.tracer = NULL;
	kernel__close(&capture->kernel);
}

/*
 * The run file first: a terminal that vanished must not cost the recording. If stdout takes it, no
 * table is in its way. What waits for stdout holds nothing in the kernel, and a signal ends it.
 */
int capture__deliver(struct capture *capture)
{
	struct recorder *recorder = &capture->recorder;
	int err = recorder__finish(recorder), report_err;

	if (err) {
		cli__error("cannot sum up the run: %s", strerror(-err));
		return err;
	}
	leave_kernel(capture);
	if (capture_options__run_to_stdout(capture->options))
		recorder__release_signals(recorder);
	err = write_run(capture);
	recorder__release_signals(recorder);
	report_err = print_report(capture);
	say_command(capture);
	return err ?: report_err ?: recorder->err;
}

void capture__close(struct capture *capture)
{
	child__finish(&capture->child, 0);
	leave_kernel(capture);
	recorder__close(&capture->recorder);
	output__close(&capture->output);
	handler_set__free(&capture->handlers);
	device_list__free(&capture->devices);
}
