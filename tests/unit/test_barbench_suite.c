// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/barbench/suite.h"

static char path[] = "/tmp/test_barbench_suite.XXXXXX";

/* A suite of @text, on a command line with @more words. */
static int read_suite(const char *text, size_t size, const char *more, struct bench_suite *suite,
		      struct trouble *trouble)
{
	static struct bench_options options;
	static char words[128];
	char *argv[16] = { "barbench", "0000:00:04.0", "--suite", path };
	int argc = 4;
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	fclose(file);
	snprintf(words, sizeof(words), "%s", more);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	trouble->text[0] = '\0';
	assert_int_equal(bench_options__parse(&options, argc, argv, trouble), 0);
	return bench_suite__init(suite, &options, trouble);
}

static void lines_are_groups(void **state)
{
	static const char text[] = "# registers\n"
				   "--mode pread --width 4,8 --duration 1s\n"
				   "\n"
				   "  --mode store,pwrite --length 4k --region BAR2 # doorbell\r\n"
				   "--until-ci 1% --warmup 5";
	struct bench_suite suite;
	struct trouble trouble;

	(void)state;
	assert_int_equal(read_suite(text, strlen(text),
				    "--region BAR0 --write --count 77 --reps 9 --flush each",
				    &suite, &trouble),
			 0);
	assert_int_equal(suite.nr, 3);
	assert_int_equal(suite.groups[0].line, 2);
	assert_int_equal(suite.groups[0].nr_widths, 2);
	assert_int_equal(suite.groups[0].device.region, 0);
	assert_int_equal(suite.groups[0].count, UINT64_MAX);
	assert_int_equal(suite.groups[0].duration_ns, 1000000000);
	assert_int_equal(suite.groups[0].reps, 9);
	assert_int_equal(suite.groups[1].line, 4);
	assert_int_equal(suite.groups[1].nr_modes, 2);
	assert_int_equal(suite.groups[1].widths[0], 4);
	assert_int_equal(suite.groups[1].device.region, 2);
	assert_int_equal(suite.groups[1].count, 77);
	assert_int_equal(suite.groups[1].warmup, 1000);
	assert_int_equal(suite.groups[2].nr_modes, 1);
	assert_int_equal(suite.groups[2].warmup, 5);
	assert_true(suite.groups[2].until_ci > 0);
	bench_suite__free(&suite);
}

/* Each with its line and a word that its message must have. */
static void bad_lines_are_named(void **state)
{
	static const struct {
		const char *line, *says;
	} bad[] = {
		{ "--write", "--write is an option of the command line" },
		{ "--force", "--force is an option of the command line" },
		{ "--i-may-reset", "--i-may-reset is an option of the command line" },
		{ "-o x.json", "--output is an option of the command line" },
		{ "--ab memory", "--ab is an option of the command line" },
		{ "--seed 1 --cpus 0", "--cpus is an option of the command line" },
		{ "--flush each", "--flush" },
		{ "\033[31m", "'?[31m' is no option" },
		{ "--suite again", "--suite is an option of the command line" },
		{ "memory", "'memory' is no option" },
		{ "--help", "not an option of a case" },
		{ "--mode", "without its value" },
		{ "--colour red", "not an option of a case" },
		{ "--mode read", "--mode" },
		{ "--mode store", "--write" },
		{ "--width 4,4", "twice" },
		{ "--count 1 --duration 1s", "contradicts" },
		{ "--seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed "
		  "1 "
		  "--seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed "
		  "1 "
		  "--seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed "
		  "1 "
		  "--seed 1 --seed 1 --seed 1 --seed 1 --seed 1 --seed 1",
		  "more than" },
	};
	struct bench_suite suite;
	struct trouble trouble;
	char text[1024], where[64];

	(void)state;
	snprintf(where, sizeof(where), "%s:2: ", path);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "--mode pread\n%s\n", bad[i].line);
		assert_true(read_suite(text, strlen(text), "--region BAR0", &suite, &trouble) < 0);
		if (strncmp(trouble.text, where, strlen(where)) ||
		    !strstr(trouble.text, bad[i].says))
			fail_msg("\"%s\": %s", bad[i].line, trouble.text);
		bench_suite__free(&suite);
	}
}

static void bad_files_are_refused(void **state)
{
	struct bench_suite suite;
	struct trouble trouble;

	(void)state;
	assert_true(read_suite("# none\n\n", 8, "--region BAR0", &suite, &trouble) < 0);
	assert_non_null(strstr(trouble.text, "has no cases"));
	bench_suite__free(&suite);
	assert_true(read_suite("--seed 1\0--", 11, "--region BAR0", &suite, &trouble) < 0);
	assert_non_null(strstr(trouble.text, "is no text"));
	bench_suite__free(&suite);
	assert_true(read_suite("--seed 1\n", 9, "", &suite, &trouble) < 0);
	assert_non_null(strstr(trouble.text, ":1: no --region"));
	bench_suite__free(&suite);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_groups),
		cmocka_unit_test(bad_lines_are_named),
		cmocka_unit_test(bad_files_are_refused),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
