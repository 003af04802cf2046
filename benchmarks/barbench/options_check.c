// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "benchmarks/barbench/options_internal.h"

static bool is_memory(const struct bench_options *options)
{
	return !strcmp(options->device.name, DEVICE_MEMORY);
}

/* The last mode that writes, or NULL. */
static const struct access_mode *find_writing(const struct bench_options *options)
{
	const struct access_mode *writing = NULL;
	size_t i;

	for (i = 0; i < options->nr_modes; i++) {
		if (options->modes[i]->dir == VS_WRITE)
			writing = options->modes[i];
	}
	return writing;
}

static bool any_mapped(const struct bench_options *options)
{
	size_t i;

	for (i = 0; i < options->nr_modes; i++) {
		if (options->modes[i]->mapped)
			return true;
	}
	return false;
}

struct access_shape bench_options__shape(const struct bench_options *options,
					 const struct access_mode *mode, uint64_t width)
{
	return (struct access_shape){
		.width = width,
		.unit = access__unit(mode, width, options->unit, is_memory(options)),
		.read_back = mode->dir == VS_WRITE && options->flush == FLUSH_EACH,
	};
}

uint32_t bench_options__most_reps(const struct bench_options *options)
{
	return options->until_ci && options->max_reps > options->reps ? options->max_reps
								      : options->reps;
}

static int check_writes(const struct bench_options *options, struct trouble *trouble)
{
	const struct access_mode *writing = find_writing(options);

	if (!writing)
		return 0;
	if (!options->write)
		return trouble__say(
			trouble, EINVAL,
			"--mode %s overwrites what is in the region: allow it by --write "
			"(try --help)",
			writing->name);
	if (!options->length && !is_memory(options))
		return trouble__say(
			trouble, EINVAL,
			"--mode %s: say by --length how much may be overwritten (try --help)",
			writing->name);
	if (options->device.region == VFIO_PCI_CONFIG_REGION_INDEX && !options->force)
		return trouble__say(
			trouble, EINVAL,
			"writes to CONFIG can take the device away from its driver: allow "
			"them by --force (try --help)");
	return 0;
}

static int check_width(const struct bench_options *options, const struct access_mode *mode,
		       uint64_t width, struct trouble *trouble)
{
	struct access_shape shape = bench_options__shape(options, mode, width);

	if (mode->loops(&shape))
		return 0;
	if (options->unit && width > ACCESS_WORD && width % ACCESS_WORD == 0)
		return trouble__say(trouble, EINVAL,
				    "--width %" PRIu64 ": --access %" PRIu64
				    " does not divide it (try --help)",
				    width, options->unit);
	return trouble__say(trouble, EINVAL,
			    "--width %" PRIu64 ": --mode %s has the widths %s (try --help)", width,
			    mode->name, mode->widths);
}

static int check_widths(const struct bench_options *options, struct trouble *trouble)
{
	size_t mode, width;
	int err = 0;

	for (mode = 0; mode < options->nr_modes; mode++) {
		for (width = 0; !err && width < options->nr_widths; width++)
			err = check_width(options, options->modes[mode], options->widths[width],
					  trouble);
	}
	return err;
}

/* What was asked for and would change nothing is a misunderstanding. */
static int check_idle_options(const struct parse *parse)
{
	const struct bench_options *options = parse->options;
	struct trouble *trouble = parse->trouble;

	if (parse->access_given && options->unit && !any_mapped(options))
		return trouble__say(trouble, EINVAL,
				    "--access is of mapped accesses: add --mode load or store "
				    "(try --help)");
	if (parse->flush_given && options->flush != FLUSH_NONE && !find_writing(options))
		return trouble__say(trouble, EINVAL,
				    "--flush reads back what was written: add --mode pwrite or "
				    "store (try --help)");
	return 0;
}

/* What concerns no case. */
static int check_command(const struct bench_options *options, struct trouble *trouble)
{
	if (!options->device.name)
		return trouble__say(trouble, EINVAL, "no device given (try --help)");
	if (options->output && !strcmp(options->output, "-"))
		return trouble__say(trouble, EINVAL,
				    "-o -: use --json to print the run (try --help)");
	if (options->ab_output && !strcmp(options->ab_output, "-"))
		return trouble__say(trouble, EINVAL, "--ab-output -: give a file (try --help)");
	if (options->ab_output && !options->ab)
		return trouble__say(trouble, EINVAL,
				    "--ab-output is of the device of --ab (try --help)");
	if (options->ab && !options->cpus.nr)
		return trouble__say(
			trouble, EINVAL,
			"--ab: add --cpus, or the threads of both may run on different CPUs, "
			"which is what would be measured (try --help)");
	if (options->ab && options->json)
		return trouble__say(
			trouble, EINVAL,
			"--json prints one run, and --ab makes two: use -o and --ab-output "
			"(try --help)");
	if (options->ab && is_memory(options) != !strcmp(options->ab, DEVICE_MEMORY))
		return trouble__say(trouble, EINVAL,
				    "--ab: memory is compared with memory only (try --help)");
	if (options->suite && (options->nr_modes || options->nr_widths || options->nr_patterns))
		return trouble__say(trouble, EINVAL,
				    "--suite: --mode, --width and --pattern are in its lines (try "
				    "--help)");
	return 0;
}

static int check_cases(const struct parse *parse)
{
	const struct bench_options *options = parse->options;
	struct trouble *trouble = parse->trouble;
	int err;

	if (!options->region_given && !is_memory(options))
		return trouble__say(trouble, EINVAL,
				    "no --region given, and reads can have side effects: name the "
				    "region, e.g. --region BAR0 (try --help)");
	if (!options->latency && !options->throughput)
		return trouble__say(trouble, EINVAL,
				    "--no-latency contradicts --no-throughput (try --help)");
	if (options->until_ci && !options->throughput)
		return trouble__say(trouble, EINVAL,
				    "--until-ci contradicts --no-throughput (try --help)");
	if (parse->max_reps_given && !options->until_ci)
		return trouble__say(trouble, EINVAL, "--max-reps is of --until-ci (try --help)");
	if (parse->max_reps_given && options->max_reps < options->reps)
		return trouble__say(trouble, EINVAL,
				    "--max-reps %" PRIu32 " is less than --reps %" PRIu32
				    " (try --help)",
				    options->max_reps, options->reps);
	if (options->ab && bench_options__most_reps(options) > OPTIONS_MAX_UNTIL)
		return trouble__say(
			trouble, EINVAL,
			"--ab: at most %d repetitions, whose differences are all looked at "
			"(try --help)",
			OPTIONS_MAX_UNTIL);
	err = check_widths(options, trouble);
	if (!err)
		err = check_idle_options(parse);
	return err ? err : check_writes(options, trouble);
}

int options__check(const struct parse *parse)
{
	int err = parse->of_suite ? 0 : check_command(parse->options, parse->trouble);

	if (!err && parse->count_given && parse->duration_given)
		err = trouble__say(parse->trouble, EINVAL,
				   "--count contradicts --duration (try --help)");
	if (err || (parse->options->suite && !parse->of_suite))
		return err;
	return check_cases(parse);
}
