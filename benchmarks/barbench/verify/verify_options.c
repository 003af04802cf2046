// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "benchmarks/barbench/options_internal.h"
#include "benchmarks/barbench/quantity.h"
#include "benchmarks/barbench/verify/verify_options.h"
#include "user/run/version.h"

enum key {
	KEY_RANGE = 0x100,
	KEY_REGION,
	KEY_OFFSET,
	KEY_LENGTH,
	KEY_WIDTH,
	KEY_SWEEP,
	KEY_WRITE,
	KEY_FORCE,
	KEY_MAY_RESET,
	KEY_VFIO,
	KEY_VF_TOKEN,
	KEY_DRY_RUN,
	KEY_LOG,
	KEY_EXPECT,
	KEY_JSON,
};

static const struct argp_option table[] = {
	{ NULL, 0, NULL, 0, "What is accessed (there is no default):", 1 },
	{ "range", KEY_RANGE, "REGION:OFFSET+LENGTH", 0,
	  "as in BAR0:0x0+0x40; may be given more than once (0x and k, M work)", 1 },
	{ "region", KEY_REGION, "NAME", 0, "or one range by parts: BAR0..BAR5, ROM, CONFIG, VGA",
	  1 },
	{ "offset", KEY_OFFSET, "BYTES", 0, "start of that range (0)", 1 },
	{ "length", KEY_LENGTH, "BYTES", 0, "its length", 1 },
	{ NULL, 0, NULL, 0, "How:", 2 },
	{ "width", KEY_WIDTH, "LIST", 0, "1 to 4096 (1,2,4,8,3,5,7,16,64,256,1024,4096)", 2 },
	{ "sweep", KEY_SWEEP, NULL, 0,
	  "1, 2, 4 and 8 bytes at every aligned place too, not at start and end only", 2 },
	{ "expect", KEY_EXPECT, "FILE", 0,
	  "hold what calls return against an earlier -o FILE (values are not compared)", 2 },
	{ NULL, 0, NULL, 0, "What is allowed:", 3 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "print the plan; the device is not even opened", 3 },
	{ "write", KEY_WRITE, NULL, 0, "write too, and put back what was there", 3 },
	{ "force", KEY_FORCE, NULL, 0, "allow writes to CONFIG", 3 },
	{ "i-may-reset", KEY_MAY_RESET, NULL, 0,
	  "opening a device resets it: allow that even if it is not plainly idle", 3 },
	{ NULL, 0, NULL, 0, "Opening:", 4 },
	{ "vfio", KEY_VFIO, "WAY", 0, "group, cdev (with iommufd) or auto (auto)", 4 },
	{ "vf-token", KEY_VF_TOKEN, "UUID", 0, "of the user of the physical function", 4 },
	{ NULL, 0, NULL, 0, "Output:", 5 },
	{ "log", KEY_LOG, "FILE", 0,
	  "each access, on disk before it is made (the file of -o with .log); appended to", 5 },
	{ "json", KEY_JSON, NULL, 0, "print vfioscope.verify/1 instead of text", 5 },
	{ "output", 'o', "FILE", 0, "write it to a file as well", 5 },
	{ 0 },
};

static const char doc[] =
	"Width conformance of a region: reads (and with --write, writes) of every width at every "
	"alignment, at the start, at the end and across the end of a range. Do they return "
	"what was asked for, and do all widths say the same of the same bytes?"
	"\v"
	"Reads can harm a device or its host: they pop FIFOs and clear status bits, and some "
	"devices take no narrow ones. Look at --dry-run first. Nothing outside the ranges is "
	"touched; it ends at the first AER error.\n\n"
	"Examples:\n"
	"  barbench verify 0000:00:04.0 --range BAR2:0x0+0x40 --dry-run\n"
	"  barbench verify 0000:00:04.0 --range BAR2:0x0+0x40 --log verify.log\n"
	"  barbench verify 0000:00:04.0 --range BAR0:0+64 --range BAR2:4k+64 -o v1.json\n"
	"  barbench verify 0000:00:04.0 --range BAR0:0+64 --range BAR2:4k+64 \\\n"
	"      --expect v1.json\n\n"
	"Exit status: 0 all widths agree; 1 a mismatch, a deviation from --expect or an AER error; "
	"2 trouble; 3 undecided.";

struct verify_parse {
	struct parse base;
	struct verify_options *options;
	bool offset_given, length_given;
	const char *log;
};

static int add_span(struct verify_parse *parse, uint32_t region, uint64_t offset, uint64_t length)
{
	struct verify_options *options = parse->options;
	char name[32];

	run_region__name("pci", region, name, sizeof(name));
	if (options->nr_spans == VERIFY_MAX_SPANS)
		return trouble__say(parse->base.trouble, EINVAL, "more than %d ranges (try --help)",
				    VERIFY_MAX_SPANS);
	if (length > VERIFY_MAX_LENGTH)
		return trouble__say(parse->base.trouble, EINVAL,
				    "a range of %" PRIu64 " bytes of %s: at most %u are verified "
				    "at a time (try --help)",
				    length, name, VERIFY_MAX_LENGTH);
	if (offset > UINT64_MAX - length)
		return trouble__say(parse->base.trouble, EINVAL,
				    "a range of %s ends beyond any offset (try --help)", name);
	options->spans[options->nr_spans++] = (struct verify_span){ region, offset, length };
	return 0;
}

static int parse_range(struct verify_parse *parse, const char *text)
{
	uint64_t offset, length;
	char copy[96], *colon, *plus;
	int region = -1;

	snprintf(copy, sizeof(copy), "%s", text);
	colon = strchr(copy, ':');
	plus = colon ? strchr(colon, '+') : NULL;
	if (!plus)
		return trouble__say(parse->base.trouble, EINVAL,
				    "--range '%s' is not of the form REGION:OFFSET+LENGTH, as in "
				    "BAR0:0x0+0x40 (try --help)",
				    text);
	*colon = *plus = '\0';
	region = run_region__parse(copy);
	if (region < 0 || region >= VS_REGION_BAD)
		return trouble__say(parse->base.trouble, EINVAL,
				    "--range: '%s' is none of BAR0..BAR5, ROM, CONFIG, VGA and "
				    "0..%d (try --help)",
				    copy, VS_REGION_BAD - 1);
	if (options_value__size(&parse->base, "range", colon + 1, 0, &offset) ||
	    options_value__size(&parse->base, "range", plus + 1, 1, &length))
		return -EINVAL;
	return add_span(parse, (uint32_t)region, offset, length);
}

/* Options that name what is accessed and how. -ENOENT: not one of them. */
static int parse_access(struct verify_parse *parse, int key, const char *arg)
{
	struct bench_options *bench = &parse->options->bench;

	switch (key) {
	case KEY_RANGE:
		return parse_range(parse, arg);
	case KEY_REGION:
		return options_value__region(&parse->base, arg);
	case KEY_OFFSET:
		parse->offset_given = true;
		return options_value__size(&parse->base, "offset", arg, 0, &bench->offset);
	case KEY_LENGTH:
		parse->length_given = true;
		return options_value__size(&parse->base, "length", arg, 1, &bench->length);
	case KEY_WIDTH:
		return options_list__widths(&parse->base, arg);
	case KEY_SWEEP:
		parse->options->sweep = true;
		return 0;
	case ARGP_KEY_ARG:
		return options_value__device(&parse->base, arg);
	default:
		return -ENOENT;
	}
}

static int parse_rest(struct verify_parse *parse, int key, const char *arg)
{
	struct verify_options *options = parse->options;

	switch (key) {
	case KEY_WRITE:
		options->bench.write = true;
		return 0;
	case KEY_FORCE:
		options->bench.force = true;
		return 0;
	case KEY_MAY_RESET:
		options->bench.device.may_reset = true;
		return 0;
	case KEY_VFIO:
		return options_value__attach(&parse->base, arg);
	case KEY_VF_TOKEN:
		return options_value__token(&parse->base, arg);
	case KEY_DRY_RUN:
		options->dry_run = true;
		return 0;
	case KEY_LOG:
		parse->log = arg;
		return 0;
	case KEY_EXPECT:
		options->expect = arg;
		return 0;
	case KEY_JSON:
		options->bench.json = true;
		return 0;
	case 'o':
		options->bench.output = arg;
		return 0;
	default:
		return -ENOENT;
	}
}

/* argp knows only positive errors; EINVAL keeps it silent, the caller prints the trouble. */
static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct verify_parse *parse = state->input;
	int err = parse_access(parse, key, arg);

	if (err == -ENOENT)
		err = parse_rest(parse, key, arg);
	return err == -ENOENT ? ARGP_ERR_UNKNOWN : -err;
}

/* The one range that is given by parts. */
static int add_parts(struct verify_parse *parse)
{
	const struct bench_options *bench = &parse->options->bench;

	if (!bench->region_given && (parse->offset_given || parse->length_given))
		return trouble__say(parse->base.trouble, EINVAL,
				    "--offset and --length are of --region: give that too "
				    "(try --help)");
	if (!bench->region_given)
		return 0;
	if (!parse->length_given)
		return trouble__say(parse->base.trouble, EINVAL,
				    "--region without --length: say how much may be read, for "
				    "reads can have side effects (try --help)");
	return add_span(parse, bench->device.region, bench->offset, bench->length);
}

static int choose_log(struct verify_parse *parse)
{
	struct verify_options *options = parse->options;

	if (parse->log)
		snprintf(options->log, sizeof(options->log), "%s", parse->log);
	else if (options->bench.output)
		snprintf(options->log, sizeof(options->log), "%s.log", options->bench.output);
	else if (!options->dry_run && !verify_options__is_memory(options))
		return trouble__say(parse->base.trouble, EINVAL,
				    "no --log FILE given: if an access brings the host down, that "
				    "file tells which; -o FILE gives one too (try --help)");
	return 0;
}

/*
 * ROM must be asked for when the device is opened (see device_vfio.c); any other region is there.
 */
static void choose_region(struct verify_options *options)
{
	size_t i;

	options->bench.device.region = options->spans[0].region;
	for (i = 0; i < options->nr_spans; i++) {
		if (options->spans[i].region == VFIO_PCI_ROM_REGION_INDEX)
			options->bench.device.region = VFIO_PCI_ROM_REGION_INDEX;
	}
}

static int check_widths(const struct bench_options *bench, struct trouble *trouble)
{
	size_t i;

	for (i = 0; i < bench->nr_widths; i++) {
		if (!bench->widths[i])
			return trouble__say(trouble, EINVAL,
					    "--width 0: must be 1 to %d (try --help)",
					    ACCESS_MAX_WIDTH);
	}
	return 0;
}

static int check_writes(const struct verify_options *options, struct trouble *trouble)
{
	size_t i;

	if (!options->bench.write || options->bench.force)
		return 0;
	for (i = 0; i < options->nr_spans; i++) {
		if (options->spans[i].region == VFIO_PCI_CONFIG_REGION_INDEX)
			return trouble__say(trouble, EINVAL,
					    "writes to CONFIG can take the device away from its "
					    "driver: allow them by --force (try --help)");
	}
	return 0;
}

static int check(struct verify_parse *parse)
{
	struct verify_options *options = parse->options;
	struct trouble *trouble = parse->base.trouble;
	int err;

	if (!options->bench.device.name)
		return trouble__say(trouble, EINVAL, "no device given (try --help)");
	err = add_parts(parse);
	if (err)
		return err;
	if (!options->nr_spans)
		return trouble__say(trouble, EINVAL,
				    "no range given, and there is no default: reads can have side "
				    "effects (they pop FIFOs and clear status bits), so name what "
				    "may be read, e.g. --range BAR0:0x0+0x40 (try --help)");
	if (options->bench.output && !strcmp(options->bench.output, "-"))
		return trouble__say(trouble, EINVAL, "-o -: use --json to print it (try --help)");
	choose_region(options);
	err = check_widths(&options->bench, trouble);
	if (!err)
		err = check_writes(options, trouble);
	return err ? err : choose_log(parse);
}

static void set_default_widths(struct bench_options *bench)
{
	static const uint64_t widths[] = { 1, 2, 4, 8, 3, 5, 7, 16, 64, 256, 1024, 4096 };

	if (bench->nr_widths)
		return;
	memcpy(bench->widths, widths, sizeof(widths));
	bench->nr_widths = sizeof(widths) / sizeof(widths[0]);
}

bool verify_options__is_memory(const struct verify_options *options)
{
	return !strcmp(options->bench.device.name, DEVICE_MEMORY);
}

int verify_options__parse(struct verify_options *options, int argc, char **argv,
			  struct trouble *trouble)
{
	static const struct argp argp = { table, parse_option, "DEVICE", doc, NULL, NULL, NULL };
	struct verify_parse parse = {
		.base = { .options = &options->bench, .trouble = trouble },
		.options = options,
	};
	int err;

	memset(options, 0, sizeof(*options));
	argp_program_version = "barbench " VFIOSCOPE_VERSION;
	argp_err_exit_status = 2;
	err = argp_parse(&argp, argc, argv, 0, NULL, &parse);
	if (err)
		return -err;
	set_default_widths(&options->bench);
	return check(&parse);
}
