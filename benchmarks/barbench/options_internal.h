/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the option parser share. */
#ifndef BARBENCH_OPTIONS_INTERNAL_H
#define BARBENCH_OPTIONS_INTERNAL_H

#include "benchmarks/barbench/options.h"

#define OPTIONS_MAX_COUNT (1ULL << 48)
/* Repetitions that are looked at together: a shift takes 8 bytes for each pair. */
#define OPTIONS_MAX_UNTIL 1000

/* What the parser carries from option to option. */
struct parse {
	struct bench_options *options;
	struct trouble *trouble;
	bool count_given, duration_given, max_reps_given, access_given, flush_given;
	bool of_suite; /* a line of it: options of cases only */
};

/* options_value.c: the values of options. 0, or -EINVAL and parse->trouble, which names @name. */
int options_value__range(struct parse *parse, const char *name, const char *text, uint64_t min,
			 uint64_t max, uint64_t *value);
int options_value__u32(struct parse *parse, const char *name, const char *text, uint32_t max,
		       uint32_t *value);
int options_value__size(struct parse *parse, const char *name, const char *text, uint64_t min,
			uint64_t *value);
int options_value__warmup(struct parse *parse, const char *text);
int options_value__until_ci(struct parse *parse, const char *text);
int options_value__duration(struct parse *parse, const char *text);
int options_value__device(struct parse *parse, const char *text);
int options_value__region(struct parse *parse, const char *text);
int options_value__attach(struct parse *parse, const char *text);
int options_value__token(struct parse *parse, const char *text);
int options_value__access(struct parse *parse, const char *text);
int options_value__flush(struct parse *parse, const char *text);
int options_value__cpus(struct parse *parse, const char *text);

/* options_list.c: comma lists; each item may be there once. */
int options_list__modes(struct parse *parse, const char *list);
int options_list__widths(struct parse *parse, const char *list);
int options_list__patterns(struct parse *parse, const char *list);

/* options_check.c: what contradicts, or is not allowed. 0, or -EINVAL and parse->trouble. */
int options__check(const struct parse *parse);

/*
 * options.c: a line of a suite, as @argv; @options has what it does not say. 0, or -EINVAL and @trouble,
 * which does not name the line.
 */
int options__parse_case(struct bench_options *options, int argc, char **argv,
			struct trouble *trouble);

#endif
