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

/* @err and @trouble: what could not be written before, which stays what is said. */
static int write_run(const struct run *run, const char *path, int err, struct trouble *trouble)
{
	struct trouble own = { "" };
	int own_err = run__write(run, path, own.text, sizeof(own.text));

	if (own_err && !err)
		*trouble = own;
	return err ? err : own_err;
}

/* What was measured goes out even if the benchmark ended in trouble. */
static int write_results(const struct bench *bench, struct trouble *trouble)
{
	const struct bench_options *options = bench->options;
	const char *const outputs[BENCH_SIDES] = { options->output, options->ab_output };
	int err = 0;

	if (options->json)
		err = run__write(bench->sides[BENCH_A].run, "-", trouble->text,
				 sizeof(trouble->text));
	else
		bench_table__print(bench, stdout);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = trouble__say(trouble, EIO, "cannot write to standard output");
	for (int i = 0; i < BENCH_SIDES; i++)
		if (outputs[i])
			err = write_run(bench->sides[i].run, outputs[i], err, trouble);
	return err;
}

static int measure(const struct bench_options *options, const struct bench_suite *suite,
		   struct run *const runs[], struct trouble *trouble)
{
	struct trouble while_writing = { "" };
	struct bench bench;
	int err, write_err = 0;

	interrupt__install();
	fault__install();
	err = bench__run(&bench, suite, runs, trouble);
	for (int side = 0; side < BENCH_SIDES; side++)
		runs[side]->duration_ns = clock__now() - bench.started_ns;
	if (!err || runs[BENCH_A]->nr_cases)
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

static int check(const struct bench_options *options, struct trouble *trouble)
{
	int err = output__check(options->output, trouble);

	err = err ?: output__check(options->ab_output, trouble);
	if (!err && output__same(options->output, options->ab_output))
		err = trouble__say(trouble, EINVAL, "--ab-output: -o writes that file already");
	return err ?: cpu_list__check(&options->cpus, trouble);
}

static int run_suite(const struct bench_options *options, struct run *const runs[],
		     struct trouble *trouble)
{
	struct bench_suite suite;
	int err = bench_suite__init(&suite, options, trouble);

	err = err ?: check(options, trouble);
	err = err ?: measure(options, &suite, runs, trouble);
	bench_suite__free(&suite);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct trouble trouble = { "" };
	struct run *runs[BENCH_SIDES] = {};
	int err = 0;

	if (argc > 1 && !strcmp(argv[1], "verify"))
		return verify__main(argc, argv);
	/* First: argp reorders argv, and the run shows the command as it was given. */
	for (int side = 0; side < BENCH_SIDES && !err; side++) {
		runs[side] = run__new(RUN_BENCH, "barbench", argc, argv);
		if (!runs[side])
			err = trouble__say(&trouble, ENOMEM, "no memory");
	}
	err = err ?: bench_options__parse(&options, argc, argv, &trouble);
	err = err ?: run_suite(&options, runs, &trouble);
	for (int side = 0; side < BENCH_SIDES; side++)
		run__free(runs[side]);
	if (err)
		output__complain(&trouble);
	return err ? EXIT_TROUBLE : 0;
}
