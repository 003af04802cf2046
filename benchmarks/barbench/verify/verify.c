// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/barbench/fault.h"
#include "benchmarks/barbench/interrupt.h"
#include "benchmarks/barbench/output.h"
#include "benchmarks/barbench/sysfs.h"
#include "benchmarks/barbench/verify/conclude.h"
#include "benchmarks/barbench/verify/expect.h"
#include "benchmarks/barbench/verify/judge.h"
#include "benchmarks/barbench/verify/plan.h"
#include "benchmarks/barbench/verify/port.h"
#include "benchmarks/barbench/verify/ranges.h"
#include "benchmarks/barbench/verify/reads.h"
#include "benchmarks/barbench/verify/text.h"
#include "benchmarks/barbench/verify/verify.h"
#include "benchmarks/barbench/verify/writes.h"

struct verify {
	struct verify_options options;
	struct verify_record record, expected;
	struct bench_device device;
	struct port port;
	struct trouble trouble;
	bool has_results;
};

static int no_memory(struct verify *verify)
{
	return trouble__say(&verify->trouble, ENOMEM, "no memory");
}

/* Version, host and command line are stamped as those of a run. */
static int stamp(struct verify *verify, const struct run *run, int argc, char **argv)
{
	struct verify_record *record = &verify->record;
	char started[RUN_TIME_LEN];

	run_time__format(run->started_ns, started, sizeof(started));
	record->version = strdup(run->version);
	record->started = strdup(started);
	record->kernel = strdup(run->host.kernel);
	record->arch = strdup(run->host.arch);
	record->argv = run_argv__copy(argc, argv);
	if (record->version && record->started && record->kernel && record->arch && record->argv)
		return 0;
	return no_memory(verify);
}

static char *copy(const char *text)
{
	return text[0] ? strdup(text) : NULL;
}

static int describe_device(struct verify *verify)
{
	const struct pci_facts *pci = &verify->device.pci;
	struct verify_device *device = &verify->record.device;

	device->name = strdup(pci->bdf);
	device->driver = copy(pci->driver);
	device->module = copy(pci->module);
	device->srcversion = copy(pci->srcversion);
	device->vendor_id = pci->vendor_id;
	device->device_id = pci->device_id;
	return device->name ? 0 : no_memory(verify);
}

/* Plain RAM is zero, of which no width can disagree. */
static int fill_memory(struct verify *verify, const struct verify_range *range)
{
	unsigned char *data = malloc(range->length);
	ssize_t n = -1;

	if (data) {
		lane__fill(data, range->length, range->offset);
		n = pwrite(verify->device.fd, data, range->length, (off_t)range->offset);
	}
	free(data);
	return n == (ssize_t)range->length ? 0 : no_memory(verify);
}

static int verify_reads(struct verify *verify, struct verify_range *range)
{
	int err = reads__make(&verify->port, range);

	if (err)
		return err;
	reads__compare(range);
	err = judge__reads(&verify->port, range);
	return err ? err : conclude__range(range);
}

static int verify_range(struct verify *verify, struct verify_range *range)
{
	const bool writes = verify->options.bench.write;
	struct trouble no_mapping = { "" };
	int err = bench_device__select(&verify->device, range->region, &verify->trouble);

	if (!err && verify_options__is_memory(&verify->options))
		err = fill_memory(verify, range);
	if (err)
		return err;
	port__select(&verify->port);
	range->mapped = !bench_device__map(&verify->device, range->offset, range->length, writes,
					   &no_mapping);
	err = verify_reads(verify, range) ? no_memory(verify) : 0;
	if (!err && writes)
		err = writes__make(&verify->port, range, &verify->trouble);
	bench_device__unmap(&verify->device);
	return err;
}

/* What stopped it is part of the result; what is trouble of ours is said besides. */
static int finish(struct verify *verify)
{
	struct verify_record *record = &verify->record;
	struct port *port = &verify->port;
	int err = 0;

	port__settle(port);
	record->accesses = port->accesses;
	record->aer = port->stop == PORT_AER ? VERIFY_AER_MOVED
		      : port->aer.nr_files   ? VERIFY_AER_SAME
					     : VERIFY_AER_NONE;
	if (port->stop)
		record->stopped = strdup(port->why.text);
	if (verify->options.expect)
		err = expect__compare(record, &verify->expected);
	conclude__record(record);
	return err || (port->stop && !record->stopped) ? no_memory(verify) : 0;
}

static int work(struct verify *verify)
{
	struct verify_record *record = &verify->record;
	int err = describe_device(verify), finish_err;
	size_t i;

	if (!err)
		err = ranges__make(record, &verify->options, &verify->port, SYSFS,
				   &verify->trouble);
	if (err)
		return err;
	verify->has_results = true;
	for (i = 0; i < record->nr_ranges && !err; i++)
		err = verify_range(verify, &record->ranges[i]);
	finish_err = finish(verify);
	return err ? err : finish_err;
}

/* All that can be told before the device is opened, which resets it. */
static int prepare(struct verify *verify)
{
	const struct verify_options *options = &verify->options;
	struct trouble *trouble = &verify->trouble;
	int err = output__check(options->bench.output, trouble);

	if (!err && options->expect)
		err = verify_record__read(options->expect, &verify->expected, trouble->text,
					  sizeof(trouble->text));
	if (!err)
		err = access_log__open(&verify->port.log, options->log, verify->record.started,
				       options->bench.device.name, trouble);
	if (!err && verify->port.log.in_memory)
		fprintf(stderr,
			"barbench: the log %s is on a file system in memory: it is lost with the "
			"host\n",
			options->log);
	return err;
}

static int verify_device(struct verify *verify)
{
	int err;

	interrupt__install();
	fault__install();
	verify->port.device = &verify->device;
	err = bench_device__open(&verify->device, &verify->options.bench.device, &verify->trouble);
	if (!err) {
		aer__start(&verify->port.aer, SYSFS, verify->device.pci.bdf);
		err = work(verify);
		aer__close(&verify->port.aer);
	}
	bench_device__close(&verify->device);
	return err;
}

/* What was found goes out even if it ended in trouble. */
static int write_results(struct verify *verify)
{
	const struct bench_options *options = &verify->options.bench;
	struct trouble while_writing = { "" };
	int err = 0;

	if (options->json)
		verify_record__print(&verify->record, stdout);
	else
		text__print(&verify->record, stdout);
	if (fflush(stdout) || ferror(stdout))
		err = trouble__say(&while_writing, EIO, "cannot write to standard output");
	if (!err && options->output)
		err = verify_record__write(&verify->record, options->output, while_writing.text,
					   sizeof(while_writing.text));
	if (err)
		output__complain(&while_writing);
	return err;
}

static int exit_status(const struct verify *verify, int err)
{
	static const int of_verdict[VERIFY_VERDICTS] = {
		[VERIFY_CONFORMS] = 0,
		[VERIFY_DISAGREES] = EXIT_FINDING,
		[VERIFY_UNDECIDED] = EXIT_UNDECIDED,
	};

	if (err || verify->port.stop == PORT_TROUBLE)
		return EXIT_TROUBLE;
	return of_verdict[verify->record.verdict];
}

static int run_command(struct verify *verify, int argc, char **argv)
{
	struct run *run = run__new(RUN_BENCH, "barbench", argc, argv);
	int err = run ? stamp(verify, run, argc, argv) : no_memory(verify);

	run__free(run);
	argv[1] = (char *)"barbench verify"; /* what argp calls the program */
	if (!err)
		err = verify_options__parse(&verify->options, argc - 1, argv + 1, &verify->trouble);
	if (!err && verify->options.dry_run)
		return plan__print(&verify->options, stdout, &verify->trouble);
	if (!err)
		err = prepare(verify);
	if (!err)
		err = verify_device(verify);
	access_log__close(&verify->port.log);
	if (verify->has_results && write_results(verify))
		err = -EIO;
	return err;
}

int verify__main(int argc, char **argv)
{
	struct verify *verify = calloc(1, sizeof(*verify));
	int err, status;

	if (!verify)
		return EXIT_TROUBLE;
	verify->port.log.fd = -1;
	err = run_command(verify, argc, argv);
	status = exit_status(verify, err);
	if (verify->trouble.text[0])
		output__complain(&verify->trouble);
	verify_record__free(&verify->record);
	verify_record__free(&verify->expected);
	free(verify);
	return status;
}
