// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdlib.h>

#include "benchmarks/barbench/options_internal.h"
#include "user/run/version.h"

#define MAX_THREADS 1024
#define MAX_REPS 10000

#define DEFAULT_COUNT 100000
#define DEFAULT_WARMUP 1000
#define WARMUP_NOT_GIVEN (OPTIONS_WARMUP_AUTO - 1)
#define DEFAULT_REPS 5
#define DEFAULT_MAX_REPS 200
#define DEFAULT_WIDTH 4

enum key {
	KEY_REGION = 0x100,
	KEY_MODE,
	KEY_WIDTH,
	KEY_PATTERN,
	KEY_OFFSET,
	KEY_LENGTH,
	KEY_ACCESS,
	KEY_FLUSH,
	KEY_THREADS,
	KEY_CPUS,
	KEY_COUNT,
	KEY_DURATION,
	KEY_WARMUP,
	KEY_REPS,
	KEY_UNTIL_CI,
	KEY_MAX_REPS,
	KEY_SEED,
	KEY_NO_LATENCY,
	KEY_NO_THROUGHPUT, /* the last one of a case */
	KEY_SUITE,
	KEY_AB,
	KEY_AB_OUTPUT,
	KEY_WRITE,
	KEY_FORCE,
	KEY_NO_RESTORE,
	KEY_MAY_RESET,
	KEY_VFIO,
	KEY_VF_TOKEN,
	KEY_ALLOW_ERRORS,
	KEY_JSON,
};

static const struct argp_option table[] = {
	{ NULL, 0, NULL, 0, "What is accessed:", 1 },
	{ "region", KEY_REGION, "NAME", 0, "BAR0..BAR5, ROM, CONFIG, VGA or an index", 1 },
	{ "offset", KEY_OFFSET, "BYTES", 0, "start of the range (0; 0x and k, M, G work)", 1 },
	{ "length", KEY_LENGTH, "BYTES", 0,
	  "length of the range (4096 or to the end of the region; nothing outside it is touched)",
	  1 },
	{ NULL, 0, NULL, 0, "How; lists make a case of each combination:", 2 },
	{ "mode", KEY_MODE, "LIST", 0, "pread, pwrite (system calls), load, store (mapped) (pread)",
	  2 },
	{ "width", KEY_WIDTH, "LIST", 0,
	  "bytes of an access: 0..4096 by system calls; 1, 2, 4, 8 and multiples of 8 mapped (4)",
	  2 },
	{ "access", KEY_ACCESS, "BYTES", 0,
	  "single loads and stores that a mapped access above 8 bytes is made of: 8, 16, 32, 64 or "
	  "auto (auto: one of 16, 32, 64 where the CPU has it, else rows of 8; on `memory' rows of "
	  "the widest)",
	  2 },
	{ "pattern", KEY_PATTERN, "LIST", 0, "seq, rand, fixed or stride:BYTES (seq)", 2 },
	{ "flush", KEY_FLUSH, "WHEN", 0,
	  "read back 4 bytes of what was written last, so that the time is that until it arrived: "
	  "`each' write, each `batch' (a thread's share of a repetition) or none (none)",
	  2 },
	{ "threads", KEY_THREADS, "N", 0, "threads, each making its share of the accesses (1)", 2 },
	{ "cpus", KEY_CPUS, "LIST", 0,
	  "pin the first thread to the first CPU of the list, and so on, as in 0,2-3; begins again "
	  "at its end (not pinned)",
	  2 },
	{ "seed", KEY_SEED, "N", 0, "of random orders and of the data written (1)", 2 },
	{ NULL, 0, NULL, 0, "How much:", 3 },
	{ "count", KEY_COUNT, "N", 0, "accesses in a repetition, all threads together (100000)",
	  3 },
	{ "duration", KEY_DURATION, "TIME", 0, "instead: time of a repetition (1.5s, 250ms)", 3 },
	{ "warmup", KEY_WARMUP, "N", 0,
	  "accesses before a case is measured, or auto: until it gets no faster or slower any more "
	  "(1000; auto with --ab or --until-ci)",
	  3 },
	{ "reps", KEY_REPS, "N", 0, "repetitions of each pass (5)", 3 },
	{ "until-ci", KEY_UNTIL_CI, "PERCENT", 0,
	  "repeat the throughput pass until the 95 % interval of its median is no wider than plus "
	  "or minus as much, as in 1%; with --ab, that of the shift",
	  3 },
	{ "max-reps", KEY_MAX_REPS, "N", 0, "with --until-ci: give up after as many (200)", 3 },
	{ "no-latency", KEY_NO_LATENCY, NULL, 0, "leave out the pass that times each access", 3 },
	{ "no-throughput", KEY_NO_THROUGHPUT, NULL, 0, "leave out the pass that times batches", 3 },
	{ "suite", KEY_SUITE, "FILE", 0,
	  "measure the cases of each of its lines, which have options of these three groups", 3 },
	{ "ab", KEY_AB, "DEVICE2", 0,
	  "measure another device in turn, repetition by repetition, and show the shift; needs "
	  "--cpus; what is allowed is allowed of both",
	  3 },
	{ NULL, 0, NULL, 0, "What is allowed:", 4 },
	{ "write", KEY_WRITE, NULL, 0, "allow modes that write; needs --length on a device", 4 },
	{ "force", KEY_FORCE, NULL, 0, "allow writes to CONFIG", 4 },
	{ "no-restore", KEY_NO_RESTORE, NULL, 0, "do not read before and put back after writing",
	  4 },
	{ "i-may-reset", KEY_MAY_RESET, NULL, 0,
	  "opening a device resets it: allow that even if it is not plainly idle", 4 },
	{ "allow-errors", KEY_ALLOW_ERRORS, NULL, 0, "exit 0 even if all accesses of a case fail",
	  4 },
	{ NULL, 0, NULL, 0, "Opening:", 5 },
	{ "vfio", KEY_VFIO, "WAY", 0,
	  "group, cdev (with iommufd) or auto (auto: cdev if there is one)", 5 },
	{ "vf-token", KEY_VF_TOKEN, "UUID", 0, "of the user of the physical function", 5 },
	{ NULL, 0, NULL, 0, "Output:", 6 },
	{ "json", KEY_JSON, NULL, 0, "print the run as JSON instead of a table", 6 },
	{ "output", 'o', "FILE", 0, "write the run (vfioscope.run/1)", 6 },
	{ "ab-output", KEY_AB_OUTPUT, "FILE", 0, "write the run of the device of --ab", 6 },
	{ "quiet", 'q', NULL, 0, "no progress on a terminal", 6 },
	{ 0 },
};

static const char doc[] =
	"Throughput and latency of accesses to a region of a PCI device through VFIO.\n"
	"DEVICE is a PCI address bound to a VFIO driver, or `memory': plain RAM, to see what "
	"loop and machine can do at most. `barbench verify' is another command: see its --help."
	"\v"
	"Reads can have side effects on a device (they pop FIFOs and clear status bits), so a "
	"region must be named, and nothing outside --offset and --length is touched.\n\n"
	"Examples:\n"
	"  barbench memory --mode pread,load --width 1,2,4,8\n"
	"  barbench 0000:00:04.0 --region BAR2 --mode pread --width 4,8 -o bench.json\n"
	"  barbench 0000:00:04.0 --region BAR2 --mode load --pattern rand --length 1M\n"
	"  barbench 0000:00:04.0 --region BAR2 --mode load --threads 2 --cpus 2,4\n"
	"  barbench 0000:00:04.0 --region BAR2 --mode pwrite --write --length 256\n"
	"  barbench 0000:00:04.0 --region BAR2 --mode store --write --flush batch\n"
	"  barbench 0000:00:04.0 --region BAR2 --write --suite nightly.suite\n"
	"  barbench 0000:81:00.0 --region BAR0 --ab 0000:82:00.0 --until-ci 1% \\\n"
	"      -o a.json --ab-output b.json && vfioscope compare a.json b.json\n\n"
	"Exit status: 0 measured; 2 trouble, or all accesses of a case failed.";

/* Options with a value. -ENOENT: not one of them. */
static int parse_value(struct parse *parse, int key, const char *arg)
{
	struct bench_options *options = parse->options;

	switch (key) {
	case KEY_REGION:
		return options_value__region(parse, arg);
	case KEY_MODE:
		return options_list__modes(parse, arg);
	case KEY_WIDTH:
		return options_list__widths(parse, arg);
	case KEY_PATTERN:
		return options_list__patterns(parse, arg);
	case KEY_OFFSET:
		return options_value__size(parse, "offset", arg, 0, &options->offset);
	case KEY_LENGTH:
		return options_value__size(parse, "length", arg, 1, &options->length);
	case KEY_ACCESS:
		parse->access_given = true;
		return options_value__access(parse, arg);
	case KEY_FLUSH:
		parse->flush_given = true;
		return options_value__flush(parse, arg);
	case KEY_CPUS:
		return options_value__cpus(parse, arg);
	case KEY_THREADS:
		return options_value__u32(parse, "threads", arg, MAX_THREADS, &options->threads);
	case KEY_COUNT:
		parse->count_given = true;
		return options_value__range(parse, "count", arg, 1, OPTIONS_MAX_COUNT,
					    &options->count);
	case KEY_DURATION:
		return options_value__duration(parse, arg);
	case KEY_WARMUP:
		return options_value__warmup(parse, arg);
	case KEY_REPS:
		return options_value__u32(parse, "reps", arg, MAX_REPS, &options->reps);
	case KEY_UNTIL_CI:
		return options_value__until_ci(parse, arg);
	case KEY_MAX_REPS:
		parse->max_reps_given = true;
		return options_value__u32(parse, "max-reps", arg, OPTIONS_MAX_UNTIL,
					  &options->max_reps);
	case KEY_SEED:
		return options_value__range(parse, "seed", arg, 0, UINT64_MAX, &options->seed);
	case KEY_VFIO:
		return options_value__attach(parse, arg);
	case KEY_VF_TOKEN:
		return options_value__token(parse, arg);
	case 'o':
		options->output = arg;
		return 0;
	case KEY_SUITE:
		options->suite = arg;
		return 0;
	case KEY_AB:
		options->ab = arg;
		return 0;
	case KEY_AB_OUTPUT:
		options->ab_output = arg;
		return 0;
	case ARGP_KEY_ARG:
		return options_value__device(parse, arg);
	default:
		return -ENOENT;
	}
}

/* Options without one. */
static int parse_flag(struct bench_options *options, int key)
{
	switch (key) {
	case KEY_NO_LATENCY:
		options->latency = false;
		return 0;
	case KEY_NO_THROUGHPUT:
		options->throughput = false;
		return 0;
	case KEY_WRITE:
		options->write = true;
		return 0;
	case KEY_FORCE:
		options->force = true;
		return 0;
	case KEY_NO_RESTORE:
		options->restore = false;
		return 0;
	case KEY_MAY_RESET:
		options->device.may_reset = true;
		return 0;
	case KEY_ALLOW_ERRORS:
		options->allow_errors = true;
		return 0;
	case KEY_JSON:
		options->json = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	default:
		return -ENOENT;
	}
}

static const char *name_of(int key)
{
	const struct argp_option *option = table;

	while (option->key != key)
		option++;
	return option->name;
}

/* An option that is not of a case. */
static bool is_foreign(int key)
{
	return key == 'o' || key == 'q' || key == KEY_CPUS ||
	       (key > KEY_NO_THROUGHPUT && key <= KEY_JSON);
}

/* argp knows only positive errors; EINVAL keeps it silent, main prints the trouble. */
static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse *parse = state->input;
	int err = -ENOENT;

	if (parse->of_suite && key == ARGP_KEY_ARG)
		return -trouble__say(parse->trouble, EINVAL, "'%s' is no option", arg);
	if (parse->of_suite && is_foreign(key))
		return -trouble__say(parse->trouble, EINVAL,
				     "--%s is an option of the command line, not of a case",
				     name_of(key));
	err = parse_value(parse, key, arg);
	if (err == -ENOENT)
		err = parse_flag(parse->options, key);
	return err == -ENOENT ? ARGP_ERR_UNKNOWN : -err;
}

static void set_defaults(struct parse *parse)
{
	struct bench_options *options = parse->options;

	if (parse->duration_given)
		options->count = UINT64_MAX;
	if (parse->count_given)
		options->duration_ns = UINT64_MAX;
	if (options->suite && !parse->of_suite)
		return;
	if (options->warmup == WARMUP_NOT_GIVEN)
		options->warmup = options->ab || options->until_ci ? OPTIONS_WARMUP_AUTO
								   : DEFAULT_WARMUP;
	if (!options->nr_modes)
		options->modes[options->nr_modes++] = access__find("pread");
	if (!options->nr_widths)
		options->widths[options->nr_widths++] = DEFAULT_WIDTH;
	if (!options->nr_patterns)
		options->patterns[options->nr_patterns++].kind = PATTERN_SEQ;
}

int options__parse_case(struct bench_options *options, int argc, char **argv,
			struct trouble *trouble)
{
	static const struct argp argp = { table, parse_option, NULL, NULL, NULL, NULL, NULL };
	struct parse parse = { .options = options, .trouble = trouble, .of_suite = true };

	trouble__say(trouble, EINVAL, "not an option of a case, or without its value");
	if (argp_parse(&argp, argc, argv, ARGP_SILENT, NULL, &parse))
		return -EINVAL;
	set_defaults(&parse);
	return options__check(&parse);
}

int bench_options__parse(struct bench_options *options, int argc, char **argv,
			 struct trouble *trouble)
{
	static const struct argp argp = { table, parse_option, "DEVICE", doc, NULL, NULL, NULL };
	struct parse parse = { .options = options, .trouble = trouble };
	int err;

	*options = (struct bench_options){
		.threads = 1,
		.count = DEFAULT_COUNT,
		.duration_ns = UINT64_MAX,
		.warmup = WARMUP_NOT_GIVEN,
		.reps = DEFAULT_REPS,
		.max_reps = DEFAULT_MAX_REPS,
		.seed = 1,
		.throughput = true,
		.latency = true,
		.restore = true,
	};
	argp_program_version = "barbench " VFIOSCOPE_VERSION;
	argp_err_exit_status = 2;
	err = argp_parse(&argp, argc, argv, 0, NULL, &parse);
	if (err)
		return -err;
	set_defaults(&parse);
	return options__check(&parse);
}
