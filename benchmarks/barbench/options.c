// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/options.h"
#include "benchmarks/barbench/quantity.h"
#include "user/run/version.h"

#define MAX_THREADS 1024
#define MAX_REPS 10000
#define MAX_COUNT (1ULL << 48)

#define DEFAULT_COUNT 100000
#define DEFAULT_WARMUP 1000
#define DEFAULT_REPS 5
#define DEFAULT_WIDTH 4

enum key {
	KEY_REGION = 0x100,
	KEY_MODE,
	KEY_WIDTH,
	KEY_PATTERN,
	KEY_OFFSET,
	KEY_LENGTH,
	KEY_THREADS,
	KEY_COUNT,
	KEY_DURATION,
	KEY_WARMUP,
	KEY_REPS,
	KEY_SEED,
	KEY_NO_LATENCY,
	KEY_NO_THROUGHPUT,
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
	{ "pattern", KEY_PATTERN, "LIST", 0, "seq, rand or fixed (seq)", 2 },
	{ "threads", KEY_THREADS, "N", 0, "threads, each making its share of the accesses (1)", 2 },
	{ "seed", KEY_SEED, "N", 0, "of random orders and of the data written (1)", 2 },
	{ NULL, 0, NULL, 0, "How much:", 3 },
	{ "count", KEY_COUNT, "N", 0, "accesses in a repetition, all threads together (100000)",
	  3 },
	{ "duration", KEY_DURATION, "TIME", 0, "instead: time of a repetition (1.5s, 250ms)", 3 },
	{ "warmup", KEY_WARMUP, "N", 0, "accesses before a case is measured (1000)", 3 },
	{ "reps", KEY_REPS, "N", 0, "repetitions of each pass (5)", 3 },
	{ "no-latency", KEY_NO_LATENCY, NULL, 0, "leave out the pass that times each access", 3 },
	{ "no-throughput", KEY_NO_THROUGHPUT, NULL, 0, "leave out the pass that times batches", 3 },
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
	{ "quiet", 'q', NULL, 0, "no progress on a terminal", 6 },
	{ 0 },
};

static const char doc[] =
	"Throughput and latency of accesses to a region of a PCI device through VFIO.\n"
	"DEVICE is a PCI address bound to a VFIO driver, or `memory': plain RAM, to see what "
	"loop and machine can do at most."
	"\v"
	"Reads can have side effects on a device (they pop FIFOs and clear status bits), so a "
	"region must be named, and nothing outside --offset and --length is touched.\n\n"
	"Examples:\n"
	"  barbench memory --mode pread,load --width 1,2,4,8\n"
	"  barbench 0000:00:04.0 --region BAR2 --mode pread --width 4,8 -o bench.json\n"
	"  barbench 0000:00:04.0 --region BAR2 --mode load --pattern rand --length 1M\n"
	"  barbench 0000:00:04.0 --region BAR2 --mode pwrite --write --length 256\n\n"
	"Exit status: 0 measured; 2 trouble, or all accesses of a case failed.";

/* What the parser carries from option to option. */
struct parse {
	struct bench_options *options;
	struct trouble *trouble;
	bool count_given, duration_given;
};

static int bad_number(struct parse *parse, const char *name, const char *text, int err)
{
	return trouble__say(parse->trouble, EINVAL, "--%s %s: %s (try --help)", name, text,
			    err == -ERANGE ? "out of range" : "not a number that can be used here");
}

static int parse_range(struct parse *parse, const char *name, const char *text, uint64_t min,
		       uint64_t max, uint64_t *value)
{
	int err = quantity__parse_count(text, value);

	if (err)
		return bad_number(parse, name, text, err);
	if (*value < min || *value > max)
		return trouble__say(parse->trouble, EINVAL,
				    "--%s %s: must be %" PRIu64 " to %" PRIu64 " (try --help)",
				    name, text, min, max);
	return 0;
}

static int parse_u32(struct parse *parse, const char *name, const char *text, uint32_t max,
		     uint32_t *value)
{
	uint64_t number = 0;
	int err = parse_range(parse, name, text, 1, max, &number);

	if (!err)
		*value = (uint32_t)number;
	return err;
}

static int parse_size(struct parse *parse, const char *name, const char *text, uint64_t min,
		      uint64_t *value)
{
	int err = quantity__parse_size(text, value);

	if (!err && *value < min)
		err = -ERANGE;
	return err ? bad_number(parse, name, text, err) : 0;
}

static int parse_duration(struct parse *parse, const char *text)
{
	int err = quantity__parse_duration(text, &parse->options->duration_ns);

	parse->duration_given = true;
	return err ? bad_number(parse, "duration", text, err) : 0;
}

/* Call @add with each item of a comma list; stops at its first error. */
static int parse_list(struct parse *parse, const char *name, const char *list,
		      int (*add)(struct parse *parse, const char *item))
{
	char item[16];
	size_t len;
	int err;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		if (!len || len >= sizeof(item))
			return trouble__say(parse->trouble, EINVAL,
					    "--%s: '%.*s' is not known (try --help)", name,
					    (int)len, list);
		memcpy(item, list, len);
		item[len] = '\0';
		err = add(parse, item);
		if (err || !list[len])
			return err;
	}
}

static int given_twice(struct parse *parse, const char *name, const char *item)
{
	return trouble__say(parse->trouble, EINVAL, "--%s: '%s' is given twice (try --help)", name,
			    item);
}

static int add_mode(struct parse *parse, const char *item)
{
	struct bench_options *options = parse->options;
	const struct access_mode *mode = access__find(item);
	size_t i;

	if (!mode)
		return trouble__say(
			parse->trouble, EINVAL,
			"--mode: '%s' is none of pread, pwrite, load, store (try --help)", item);
	for (i = 0; i < options->nr_modes; i++) {
		if (options->modes[i] == mode)
			return given_twice(parse, "mode", item);
	}
	options->modes[options->nr_modes++] = mode;
	return 0;
}

static int add_width(struct parse *parse, const char *item)
{
	struct bench_options *options = parse->options;
	uint64_t width;
	size_t i;
	int err;

	err = parse_size(parse, "width", item, 0, &width);
	if (err)
		return err;
	if (width > ACCESS_MAX_WIDTH)
		return trouble__say(parse->trouble, EINVAL,
				    "--width %s: must be 0 to %d (try --help)", item,
				    ACCESS_MAX_WIDTH);
	for (i = 0; i < options->nr_widths; i++) {
		if (options->widths[i] == width)
			return given_twice(parse, "width", item);
	}
	if (options->nr_widths == OPTIONS_MAX_WIDTHS)
		return trouble__say(parse->trouble, EINVAL, "--width: more than %d (try --help)",
				    OPTIONS_MAX_WIDTHS);
	options->widths[options->nr_widths++] = width;
	return 0;
}

static int add_pattern(struct parse *parse, const char *item)
{
	struct bench_options *options = parse->options;
	int kind = pattern__parse(item);
	size_t i;

	if (kind < 0)
		return trouble__say(parse->trouble, EINVAL,
				    "--pattern: '%s' is none of seq, rand, fixed (try --help)",
				    item);
	for (i = 0; i < options->nr_patterns; i++) {
		if (options->patterns[i] == (enum pattern_kind)kind)
			return given_twice(parse, "pattern", item);
	}
	options->patterns[options->nr_patterns++] = (enum pattern_kind)kind;
	return 0;
}

static int parse_region(struct parse *parse, const char *text)
{
	int index = run_region__parse(text);

	if (index < 0 || index >= VS_REGION_BAD)
		return trouble__say(
			parse->trouble, EINVAL,
			"--region: '%s' is none of BAR0..BAR5, ROM, CONFIG, VGA and 0..%d "
			"(try --help)",
			text, VS_REGION_BAD - 1);
	parse->options->device.region = (uint32_t)index;
	parse->options->region_given = true;
	return 0;
}

static int parse_attach(struct parse *parse, const char *text)
{
	static const char *const ways[] = {
		[ATTACH_AUTO] = "auto",
		[ATTACH_GROUP] = "group",
		[ATTACH_CDEV] = "cdev",
	};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (!strcmp(text, ways[i])) {
			parse->options->device.attach = (enum device_attach)i;
			return 0;
		}
	}
	return trouble__say(parse->trouble, EINVAL,
			    "--vfio: '%s' is none of group, cdev, auto (try --help)", text);
}

static int parse_token(struct parse *parse, const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	for (i = 0; form[i]; i++) {
		if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			break;
	}
	if (form[i] || text[i])
		return trouble__say(parse->trouble, EINVAL,
				    "--vf-token: '%s' is not a UUID (try --help)", text);
	parse->options->device.vf_token = text;
	return 0;
}

static int parse_device(struct parse *parse, const char *text)
{
	if (parse->options->device.name)
		return trouble__say(parse->trouble, EINVAL,
				    "more than one device: '%s' (try --help)", text);
	parse->options->device.name = text;
	return 0;
}

/* Options with a value. -ENOENT: not one of them. */
static int parse_value(struct parse *parse, int key, const char *arg)
{
	struct bench_options *options = parse->options;

	switch (key) {
	case KEY_REGION:
		return parse_region(parse, arg);
	case KEY_MODE:
		return parse_list(parse, "mode", arg, add_mode);
	case KEY_WIDTH:
		return parse_list(parse, "width", arg, add_width);
	case KEY_PATTERN:
		return parse_list(parse, "pattern", arg, add_pattern);
	case KEY_OFFSET:
		return parse_size(parse, "offset", arg, 0, &options->offset);
	case KEY_LENGTH:
		return parse_size(parse, "length", arg, 1, &options->length);
	case KEY_THREADS:
		return parse_u32(parse, "threads", arg, MAX_THREADS, &options->threads);
	case KEY_COUNT:
		parse->count_given = true;
		return parse_range(parse, "count", arg, 1, MAX_COUNT, &options->count);
	case KEY_DURATION:
		return parse_duration(parse, arg);
	case KEY_WARMUP:
		return parse_range(parse, "warmup", arg, 0, MAX_COUNT, &options->warmup);
	case KEY_REPS:
		return parse_u32(parse, "reps", arg, MAX_REPS, &options->reps);
	case KEY_SEED:
		return parse_range(parse, "seed", arg, 0, UINT64_MAX, &options->seed);
	case KEY_VFIO:
		return parse_attach(parse, arg);
	case KEY_VF_TOKEN:
		return parse_token(parse, arg);
	case 'o':
		options->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		return parse_device(parse, arg);
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

/* argp knows only positive errors; EINVAL keeps it silent, main prints the trouble. */
static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse *parse = state->input;
	int err = parse_value(parse, key, arg);

	if (err == -ENOENT)
		err = parse_flag(parse->options, key);
	return err == -ENOENT ? ARGP_ERR_UNKNOWN : -err;
}

static int check_writes(const struct bench_options *options, struct trouble *trouble)
{
	bool memory = !strcmp(options->device.name, DEVICE_MEMORY);
	const struct access_mode *writing = NULL;
	size_t i;

	for (i = 0; i < options->nr_modes; i++) {
		if (options->modes[i]->dir == VS_WRITE)
			writing = options->modes[i];
	}
	if (!writing)
		return 0;
	if (!options->write)
		return trouble__say(
			trouble, EINVAL,
			"--mode %s overwrites what is in the region: allow it by --write "
			"(try --help)",
			writing->name);
	if (!options->length && !memory)
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

static int check_widths(const struct bench_options *options, struct trouble *trouble)
{
	size_t mode, width;

	for (mode = 0; mode < options->nr_modes; mode++) {
		for (width = 0; width < options->nr_widths; width++) {
			if (options->modes[mode]->loops(options->widths[width]))
				continue;
			return trouble__say(trouble, EINVAL,
					    "--width %" PRIu64 ": --mode %s has the widths %s "
					    "(try --help)",
					    options->widths[width], options->modes[mode]->name,
					    options->modes[mode]->widths);
		}
	}
	return 0;
}

static int check(const struct parse *parse, struct trouble *trouble)
{
	const struct bench_options *options = parse->options;
	int err;

	if (!options->device.name)
		return trouble__say(trouble, EINVAL, "no device given (try --help)");
	if (!options->region_given && strcmp(options->device.name, DEVICE_MEMORY) != 0)
		return trouble__say(trouble, EINVAL,
				    "no --region given, and reads can have side effects: name the "
				    "region, e.g. --region BAR0 (try --help)");
	if (parse->count_given && parse->duration_given)
		return trouble__say(trouble, EINVAL, "--count contradicts --duration (try --help)");
	if (!options->latency && !options->throughput)
		return trouble__say(trouble, EINVAL,
				    "--no-latency contradicts --no-throughput (try --help)");
	if (options->output && !strcmp(options->output, "-"))
		return trouble__say(trouble, EINVAL,
				    "-o -: use --json to print the run (try --help)");
	err = check_widths(options, trouble);
	return err ? err : check_writes(options, trouble);
}

static void set_defaults(struct parse *parse)
{
	struct bench_options *options = parse->options;

	if (!options->nr_modes)
		options->modes[options->nr_modes++] = access__find("pread");
	if (!options->nr_widths)
		options->widths[options->nr_widths++] = DEFAULT_WIDTH;
	if (!options->nr_patterns)
		options->patterns[options->nr_patterns++] = PATTERN_SEQ;
	if (parse->duration_given)
		options->count = UINT64_MAX;
	else
		options->duration_ns = UINT64_MAX;
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
		.warmup = DEFAULT_WARMUP,
		.reps = DEFAULT_REPS,
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
	return check(&parse, trouble);
}
