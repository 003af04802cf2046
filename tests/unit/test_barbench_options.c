// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "benchmarks/barbench/options.h"

#define MAX_ARGS 24

static int parse(const char *line, struct bench_options *options, struct trouble *trouble)
{
	static char words[512];
	char *argv[MAX_ARGS] = { "barbench" }, *word;
	int argc = 1;

	snprintf(words, sizeof(words), "%s", line);
	trouble->text[0] = '\0';
	for (word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	return bench_options__parse(options, argc, argv, trouble);
}

static void defaults(void **state)
{
	struct bench_options options;
	struct trouble trouble;

	(void)state;
	assert_int_equal(parse("memory", &options, &trouble), 0);
	assert_int_equal(options.nr_modes, 1);
	assert_ptr_equal(options.modes[0], &access_pread);
	assert_int_equal(options.nr_widths, 1);
	assert_int_equal(options.widths[0], 4);
	assert_int_equal(options.patterns[0].kind, PATTERN_SEQ);
	assert_int_equal(options.unit, 0);
	assert_int_equal(options.flush, FLUSH_NONE);
	assert_int_equal(options.cpus.nr, 0);
	assert_int_equal(options.threads, 1);
	assert_int_equal(options.duration_ns, UINT64_MAX);
	assert_true(options.restore && options.latency && options.throughput);
	assert_false(options.write || options.force || options.device.may_reset);
}

static void lists_are_read(void **state)
{
	struct bench_options options;
	struct trouble trouble;

	(void)state;
	assert_int_equal(parse("0000:00:04.0 --region bar2 --mode load,pread --width 1,0x10,4k "
			       "--pattern rand,fixed --offset 0x100 --length 1M --duration 50ms",
			       &options, &trouble),
			 0);
	assert_int_equal(options.device.region, 2);
	assert_int_equal(options.nr_modes, 2);
	assert_int_equal(options.nr_widths, 3);
	assert_int_equal(options.widths[1], 16);
	assert_int_equal(options.nr_patterns, 2);
	assert_int_equal(options.patterns[0].kind, PATTERN_RAND);
	assert_int_equal(options.offset, 0x100);
	assert_int_equal(options.length, 1 << 20);
	assert_int_equal(options.count, UINT64_MAX);
	assert_int_equal(options.duration_ns, 50000000);
}

/* Unless it is said how long. */
static void a_warm_up_is_detected_where_noise_matters(void **state)
{
	struct bench_options options;
	struct trouble trouble;

	(void)state;
	assert_int_equal(parse("memory", &options, &trouble), 0);
	assert_int_equal(options.warmup, 1000);
	assert_int_equal(parse("memory --until-ci 0.5%", &options, &trouble), 0);
	assert_int_equal(options.warmup, OPTIONS_WARMUP_AUTO);
	assert_int_equal(bench_options__most_reps(&options), 200);
	assert_int_equal(parse("memory --ab memory --cpus 0", &options, &trouble), 0);
	assert_int_equal(options.warmup, OPTIONS_WARMUP_AUTO);
	assert_int_equal(bench_options__most_reps(&options), 5);
	assert_int_equal(parse("memory --warmup 7 --until-ci 1% --max-reps 9 --reps 8", &options,
			       &trouble),
			 0);
	assert_int_equal(options.warmup, 7);
	assert_int_equal(bench_options__most_reps(&options), 9);
	assert_int_equal(parse("memory --warmup auto", &options, &trouble), 0);
	assert_int_equal(options.warmup, OPTIONS_WARMUP_AUTO);
}

/* Each with a word that its message must have. */
static void bad_ones_are_refused(void **state)
{
	static const struct {
		const char *line, *says;
	} bad[] = {
		{ "", "no device" },
		{ "memory memory", "more than one device" },
		{ "0000:00:04.0", "--region" },
		{ "0000:00:04.0 --region BAR6", "BAR6" },
		{ "0000:00:04.0 --region bad", "bad" },
		{ "0000:00:04.0 --region 15", "15" },
		{ "memory --mode pread,", "--mode" },
		{ "memory --mode read", "read" },
		{ "memory --mode pread,pread", "twice" },
		{ "memory --mode pwrite", "--write" },
		{ "memory --mode store", "--write" },
		{ "0000:00:04.0 --region BAR0 --mode pwrite --write", "--length" },
		{ "0000:00:04.0 --region CONFIG --mode pwrite --write --length 4", "--force" },
		{ "memory --width 4097", "4096" },
		{ "memory --width 4,x", "--width x" },
		{ "memory --width -4", "--width -4" },
		{ "memory --width 4,4", "twice" },
		{ "memory --mode load --width 3", "--width 3" },
		{ "memory --mode load --width 0", "--width 0" },
		{ "memory --mode load --width 12", "--width 12" },
		{ "memory --pattern random", "random" },
		{ "memory --pattern stride", "stride:BYTES" },
		{ "memory --pattern stride:0", "stride:0" },
		{ "memory --pattern stride:4k,stride:4096", "twice" },
		{ "memory --mode load --access 4", "--access" },
		{ "memory --mode load --access 128", "--access" },
		{ "memory --access 8", "--access" },
		{ "memory --mode load --width 24 --access 16", "does not divide" },
		{ "memory --mode pwrite --write --flush always", "always" },
		{ "memory --flush each", "--flush" },
		{ "memory --cpus 0,", "--cpus" },
		{ "memory --cpus 3-2", "--cpus" },
		{ "memory --cpus 0,0", "--cpus" },
		{ "memory --cpus 0-65536", "no CPU" },
		{ "memory --length 0", "--length" },
		{ "memory --offset 1x", "--offset" },
		{ "memory --threads 0", "--threads" },
		{ "memory --threads 1025", "--threads" },
		{ "memory --count 0", "--count" },
		{ "memory --count 1k", "--count" },
		{ "memory --count 99999999999999999999", "--count" },
		{ "memory --duration 0s", "--duration" },
		{ "memory --duration 1h", "--duration" },
		{ "memory --count 5 --duration 1s", "contradicts" },
		{ "memory --no-latency --no-throughput", "contradicts" },
		{ "memory --reps 0", "--reps" },
		{ "memory --vfio iommufd", "iommufd" },
		{ "memory --vf-token 1234", "UUID" },
		{ "memory -o -", "--json" },
		{ "memory --warmup soon", "--warmup" },
		{ "memory --until-ci 1", "no percentage" },
		{ "memory --until-ci 0%", "no percentage" },
		{ "memory --until-ci nan%", "no percentage" },
		{ "memory --until-ci 1% --no-throughput", "contradicts" },
		{ "memory --max-reps 7", "--until-ci" },
		{ "memory --ab memory", "--cpus" },
		{ "memory --ab memory --cpus 0 --json", "--ab-output" },
		{ "memory --ab 0000:00:04.0 --cpus 0", "memory only" },
		{ "memory --ab memory --cpus 0 --ab-output -", "--ab-output" },
		{ "memory --until-ci 1e1%", "no percentage" },
		{ "memory --until-ci 1% --max-reps 4", "less than --reps" },
		{ "memory --until-ci 1% --max-reps 1001", "--max-reps" },
		{ "memory --suite s --count 5 --duration 1s", "contradicts" },
		{ "memory --ab memory --cpus 0 --reps 1001", "at most 1000" },
		{ "memory --ab-output b.json", "of --ab" },
		{ "memory --suite s --mode pread", "in its lines" },
		{ "memory --suite s --width 4", "in its lines" },
	};
	struct bench_options options;
	struct trouble trouble;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(bad[i].line, &options, &trouble), -EINVAL);
		if (!strstr(trouble.text, bad[i].says))
			fail_msg("'%s' gives '%s'", bad[i].line, trouble.text);
		assert_non_null(strstr(trouble.text, "try --help"));
		assert_null(strchr(trouble.text, '\n'));
	}
}

static void what_was_allowed_is_taken(void **state)
{
	struct bench_options options;
	struct trouble trouble;

	(void)state;
	assert_int_equal(
		parse("0000:00:04.0 --region CONFIG --mode pwrite --write --length 4 --force "
		      "--no-restore --i-may-reset --vfio group --vf-token "
		      "00112233-4455-6677-8899-aabbccddeeff",
		      &options, &trouble),
		0);
	assert_true(options.write && options.force && options.device.may_reset);
	assert_false(options.restore);
	assert_int_equal(options.device.attach, ATTACH_GROUP);
	assert_int_equal(parse("memory --mode store --write --width 64", &options, &trouble), 0);
}

static void how_it_is_measured(void **state)
{
	struct bench_options options;
	struct trouble trouble;

	(void)state;
	assert_int_equal(
		parse("memory --mode store,pwrite --write --width 24 --access 8 --flush each "
		      "--pattern stride:64,stride:4k --threads 3 --cpus 2,4-5",
		      &options, &trouble),
		0);
	assert_int_equal(options.unit, 8);
	assert_int_equal(options.flush, FLUSH_EACH);
	assert_int_equal(options.nr_patterns, 2);
	assert_int_equal(options.patterns[1].kind, PATTERN_STRIDE);
	assert_int_equal(options.patterns[1].stride, 4096);
	assert_int_equal(options.cpus.nr, 3);
	assert_int_equal(options.cpus.cpus[2], 5);
	assert_string_equal(options.cpus_text, "2,4-5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(a_warm_up_is_detected_where_noise_matters),
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(bad_ones_are_refused),
		cmocka_unit_test(what_was_allowed_is_taken),
		cmocka_unit_test(how_it_is_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
