// SPDX-License-Identifier: GPL-2.0-only
/* The fields and sentences that all forms of a comparison share. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/render/compare.h"
#include "user/render/units.h"

bool compare_view__shows(const struct compare_view *view, const struct compare_cell *cell,
			 enum compare_metric metric)
{
	const struct compare_result *result = &cell->results[metric];

	if (!cell->side[COMPARE_BASE].metrics[metric].nr &&
	    !cell->side[COMPARE_NEW].metrics[metric].nr)
		return false;
	if (view->all)
		return true;
	if (result->verdict == COMPARE_NO_VERDICT)
		return false;
	return compare_metric__is_exact(metric) || result->verdict == COMPARE_REGRESSION ||
	       result->verdict == COMPARE_IMPROVEMENT;
}

const char *compare_text__value(enum compare_metric metric, double value, char *buf)
{
	char number[UNITS_LEN];

	if (metric == COMPARE_ERROR_RATE)
		snprintf(buf, COMPARE_TEXT_LEN, "%.3g%%", 100 * value);
	else if (metric == COMPARE_THROUGHPUT)
		snprintf(buf, COMPARE_TEXT_LEN, "%s/s", units__rate(value, number));
	else
		snprintf(buf, COMPARE_TEXT_LEN, "%s", units__duration_fraction(value, number));
	return buf;
}

const char *compare_text__median(const struct compare_cell *cell, enum compare_metric metric,
				 enum compare_side side, char *buf)
{
	if (!cell->side[side].metrics[metric].nr)
		return "-";
	return compare_text__value(metric, cell->results[metric].median[side], buf);
}

static bool was_measured(const struct compare_result *result)
{
	return !result->why || result->needed;
}

const char *compare_text__shift(const struct compare_result *result, char *buf)
{
	if (result->verdict == COMPARE_NO_VERDICT || !was_measured(result))
		return "-";
	snprintf(buf, COMPARE_TEXT_LEN, "%+.2f%%", 100 * result->shift);
	return buf;
}

const char *compare_text__interval(const struct compare_result *result, char *buf)
{
	if (result->exact)
		return "exact";
	if (result->verdict == COMPARE_NO_VERDICT || !was_measured(result) ||
	    isinf(result->interval.high))
		return "-";
	snprintf(buf, COMPARE_TEXT_LEN, "%+.2f%% .. %+.2f%%", 100 * result->interval.low,
		 100 * result->interval.high);
	return buf;
}

const char *compare_text__p(const struct compare_result *result, char *buf)
{
	if (result->exact || result->verdict == COMPARE_NO_VERDICT || !was_measured(result))
		return "-";
	snprintf(buf, COMPARE_TEXT_LEN, "%.2g", result->adjusted_p);
	return buf;
}

static __attribute__((format(printf, 1, 2))) char *format_new(const char *format, ...)
{
	char *text;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	return n < 0 ? NULL : text;
}

char *compare_text__verdict(const struct compare_result *result)
{
	const char *name = compare_verdict__name(result->verdict);

	if (result->needed)
		return format_new("%s: %s, it takes %zu a side", name, result->why, result->needed);
	return format_new("%s%s%s", name, result->why ? ": " : "", result->why ?: "");
}

char *compare_text__fact(const struct compare_fact *fact)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (int side = 0; side < COMPARE_SIDES; side++) {
		fputs(side ? " -> " : "", out);
		for (size_t i = 0; i < fact->nr[side]; i++)
			fprintf(out, "%s%s", i ? "; " : "", fact->values[side][i]);
		fputs(fact->nr[side] ? "" : "none", out);
	}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

char *compare_text__files(const struct compare *compare)
{
	bool repetitions = compare->options.repetitions && compare->kind != COMPARE_TRACE;

	return format_new("%zu against %zu, %s; the unit is the %s", compare->files[COMPARE_BASE],
			  compare->files[COMPARE_NEW], compare_kind__name(compare->kind),
			  repetitions ? "repetition" : "file");
}

char *compare_text__rule(const struct compare *compare)
{
	const struct compare_options *options = &compare->options;

	return format_new(
		"called is what is significant, at %g of %zu means and throughputs (%g where "
		"noisy), at %g of %zu others, and whose %g %% interval is beyond %g %% and the "
		"deviation of base",
		options->alpha, compare->tests, options->alpha_noisy, options->alpha_coarse,
		compare->tests_coarse, 100 * options->level, 100 * options->threshold);
}

char *compare_text__conclusion(const struct compare *compare)
{
	static const enum compare_verdict told[] = { COMPARE_REGRESSION,      COMPARE_IMPROVEMENT,
						     COMPARE_UNDECIDED,	      COMPARE_SMALL,
						     COMPARE_NOT_SIGNIFICANT, COMPARE_EQUIVALENT };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "%s (cells:",
		compare__verdict(compare) == COMPARE_NOT_SIGNIFICANT
			? "no regression"
			: compare_verdict__name(compare__verdict(compare)));
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		fprintf(out, "%s %zu %s", i ? "," : "", compare->verdicts[told[i]],
			compare_verdict__name(told[i]));
	fputc(')', out);
	if (compare->refused)
		fputs("; for what differs was not named by --across", out);
	if (compare->lossy)
		fputs("; for too many calls were lost", out);
	if (compare->verdicts[COMPARE_NO_VERDICT] == compare->nr_cells)
		fputs("; for nothing on both sides can be judged", out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
