// SPDX-License-Identifier: GPL-2.0-only
/* barbench: throughput and latency of accesses to a BAR through VFIO. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "benchmarks/barbench/bench.h"
#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/fault.h"
#include "benchmarks/barbench/interrupt.h"
#include "benchmarks/barbench/options.h"
#include "benchmarks/barbench/output.h"
#include "benchmarks/barbench/table.h"
#include "benchmarks/barbench/verify/verify.h"

/* What was measured goes out even if the benchmark ended in trouble. */
static int write_results(const struct bench *bench, struct trouble *trouble)
{
	const struct bench_options *options = bench->options;
	int err = 0;

	if (options->json)
		err = run__write(bench->run, "-", trouble->text, sizeof(trouble->text));
	else
		bench_table__print(bench, stdout);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = trouble__say(trouble, EIO, "cannot write to standard output");
	if (!err && options->output)
		err = run__write(bench->run, options->output, trouble->text, sizeof(trouble->text));
	return err;
}

static int measure(const struct bench_options *options, struct run *run, struct trouble *trouble)
{
	struct trouble while_writing = { "" };
	struct bench bench;
	int err, write_err = 0;

	interrupt__install();
	fault__install();
	err = bench__run(&bench, options, run, trouble);
	run->duration_ns = clock__now() - bench.started_ns;
	if (!err || run->nr_cases)
		write_err = write_results(&bench, &while_writing);
	if (!err && bench.refused.text[0] && !options->allow_errors) {
		*trouble = bench.refused;
		err = -EIO;
	}
	bench__free(&bench);
	if (!write_err)
		return err;
	if (err)
		output__complain(trouble);
	*trouble = while_writing;
	return write_err;
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct trouble trouble = { "" };
	struct run *run;
	int err;

	if (argc > 1 && !strcmp(argv[1], "verify"))
		return verify__main(argc, argv);
	/* First: argp reorders argv, and the run shows the command as it was given. */
	run = run__new(RUN_BENCH, "barbench", argc, argv);
	if (!run) {
		err = trouble__say(&trouble, ENOMEM, "no memory");
		goto cleanup;
	}
	err = bench_options__parse(&options, argc, argv, &trouble);
	if (!err)
		err = output__check(options.output, &trouble);
	if (!err)
		err = cpu_list__check(&options.cpus, &trouble);
	if (!err)
		err = measure(&options, run, &trouble);
cleanup:
	run__free(run);
	if (err)
		output__complain(&trouble);
	return err ? EXIT_TROUBLE : 0;
}
