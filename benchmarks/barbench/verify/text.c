// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "benchmarks/barbench/verify/text.h"
#include "user/run/run.h"

#define MAX_ERRNOS 9 /* a digit each */

/* Which digit stands for which errno. */
struct legend {
	int errnos[MAX_ERRNOS];
	size_t nr;
};

/* More than there are digits for are a "+". */
static char digit_of(struct legend *legend, int err)
{
	size_t i;

	for (i = 0; i < legend->nr; i++) {
		if (legend->errnos[i] == err)
			return (char)('1' + i);
	}
	if (legend->nr == MAX_ERRNOS)
		return '+';
	legend->errnos[legend->nr++] = err;
	return (char)('0' + legend->nr);
}

static char symbol_of(struct legend *legend, const struct verify_cell *cell)
{
	if (cell->result == VERIFY_NOT_TRIED)
		return '-';
	if (cell->result == VERIFY_AER)
		return 'A';
	if (cell->content == VERIFY_MISMATCH)
		return 'M';
	if (cell->result == VERIFY_ERROR)
		return digit_of(legend, cell->err);
	if (cell->result == VERIFY_SHORT)
		return 's';
	if (cell->content == VERIFY_VOLATILE)
		return 'v';
	return cell->content == VERIFY_AGREES ? '.' : 'o';
}

/* Of several in one place of the matrix the worst is shown. */
static bool is_worse(char symbol, char than)
{
	static const char order[] = " .osv-+987654321AM";

	return strchr(order, symbol) > strchr(order, than);
}

struct line {
	enum vs_dir dir;
	uint32_t width;
	char symbols[VERIFY_POSITIONS][VERIFY_WORD + 1];
};

static void start_line(struct line *line, const struct verify_cell *cell)
{
	size_t i;

	line->dir = cell->dir;
	line->width = cell->width;
	memset(line->symbols, ' ', sizeof(line->symbols));
	for (i = 0; i < VERIFY_POSITIONS; i++)
		line->symbols[i][VERIFY_WORD] = '\0';
}

static void print_line(const struct line *line, bool inside, FILE *out)
{
	char text[96];
	int n;

	n = snprintf(text, sizeof(text), "  %-5s %5" PRIu32 "  %s%s%s  %s  %s",
		     run_dir__name(line->dir), line->width, line->symbols[VERIFY_START],
		     inside ? "  " : "", inside ? line->symbols[VERIFY_INSIDE] : "",
		     line->symbols[VERIFY_END], line->symbols[VERIFY_ACROSS]);
	while (n > 0 && text[n - 1] == ' ')
		n--;
	fprintf(out, "%.*s\n", n, text);
}

static bool has_inside(const struct verify_range *range)
{
	size_t i;

	for (i = 0; i < range->nr_cells; i++) {
		if (range->cells[i].position == VERIFY_INSIDE)
			return true;
	}
	return false;
}

static void print_matrix(const struct verify_range *range, struct legend *legend, FILE *out)
{
	bool inside = has_inside(range);
	struct line line;
	size_t i;

	fprintf(out, "  %-5s %5s  %-8s%s  %-8s  %s\n", "", "width", "start",
		inside ? "  inside  " : "", "end", "across");
	fprintf(out, "  %12s  01234567%s  01234567  01234567\n", "alignment",
		inside ? "  01234567" : "");
	for (i = 0; i < range->nr_cells; i++) {
		const struct verify_cell *cell = &range->cells[i];
		char *at, symbol = symbol_of(legend, cell);

		if (!i || line.dir != cell->dir || line.width != cell->width) {
			if (i)
				print_line(&line, inside, out);
			start_line(&line, cell);
		}
		at = &line.symbols[cell->position][cell->alignment];
		*at = is_worse(symbol, *at) ? symbol : *at;
	}
	if (range->nr_cells)
		print_line(&line, inside, out);
}

static void print_range(const struct verify_range *range, struct legend *legend, FILE *out)
{
	fprintf(out,
		"\n%s 0x%" PRIx64 "..0x%" PRIx64 " (%" PRIu64 " bytes, the region has %" PRIu64
		"), %s: %s\n",
		range->name, range->offset, range->offset + range->length - 1, range->length,
		range->region_size, range->mapped ? "mapped" : "not mapped",
		verify_verdict__name(range->verdict));
	if (range->why)
		fprintf(out, "  %s\n", range->why);
	if (range->changing)
		fprintf(out, "  %" PRIu64 " bytes change by themselves and were left out\n",
			range->changing);
	print_matrix(range, legend, out);
}

static void print_legend(const struct legend *legend, FILE *out)
{
	char name[32];
	size_t i;

	fputs("\n. agrees  o nothing to compare with  M mismatch  v changes by itself  s short  "
	      "- not tried  A AER error",
	      out);
	for (i = 0; i < legend->nr; i++)
		fprintf(out, "  %zu %s", i + 1,
			run_errno__name(legend->errnos[i], name, sizeof(name)));
	fputc('\n', out);
}

static void print_finding(const struct verify_range *range, const struct verify_finding *finding,
			  FILE *out)
{
	size_t i;

	fprintf(out, "\nmismatch: %s 0x%" PRIx64 ", %ss of %s: %s (%s)\n", range->name,
		finding->offset, run_dir__name(finding->dir), finding->at_odds,
		verify_fault__name(finding->fault), finding->why);
	for (i = 0; i < finding->nr_rows; i++) {
		const struct verify_row *row = &finding->rows[i];

		fprintf(out, "  %5" PRIu32 " %-9s %s%s\n", row->width, row->how, row->bytes,
			row->at_odds ? "  *" : "");
	}
}

static void print_findings(const struct verify_range *range, FILE *out)
{
	size_t i;

	for (i = 0; i < range->nr_findings; i++)
		print_finding(range, &range->findings[i], out);
	if (range->unlisted)
		fprintf(out, "\n%" PRIu64 " more mismatches in %s are not listed\n",
			range->unlisted, range->name);
}

static void print_deviations(const struct verify_record *record, FILE *out)
{
	size_t i;

	if (record->nr_deviations)
		fputc('\n', out);
	for (i = 0; i < record->nr_deviations; i++) {
		const struct verify_deviation *deviation = &record->deviations[i];

		fprintf(out,
			"deviation: %s of %" PRIu32 " at %s 0x%" PRIx64 ": expected %s, got %s\n",
			run_dir__name(deviation->dir), deviation->width, deviation->region,
			deviation->offset, deviation->expected, deviation->got);
	}
	if (record->not_held)
		fprintf(out, "%" PRIu64 " accesses of the expected matrix were not made\n",
			record->not_held);
}

static void print_head(const struct verify_record *record, FILE *out)
{
	static const char *const aer[VERIFY_AERS] = {
		[VERIFY_AER_NONE] = "none: neither the device nor a bridge above it has any",
		[VERIFY_AER_SAME] = "unchanged",
		[VERIFY_AER_MOVED] = "moved",
	};
	size_t i;

	fprintf(out, "%s", record->device.name);
	if (record->device.driver)
		fprintf(out, " (%s)", record->device.driver);
	fprintf(out, ", %" PRIu64 " accesses; AER counters: %s\n", record->accesses,
		aer[record->aer]);
	for (i = 0; i < record->nr_left_out; i++)
		fprintf(out, "left out: %s 0x%" PRIx64 "..0x%" PRIx64 ", %s\n",
			record->left_out[i].region, record->left_out[i].offset,
			record->left_out[i].offset + record->left_out[i].length - 1,
			record->left_out[i].reason);
}

static void count_faults(const struct verify_record *record, uint64_t *faults)
{
	size_t i, j;

	for (i = 0; i < record->nr_ranges; i++) {
		for (j = 0; j < record->ranges[i].nr_findings; j++)
			faults[record->ranges[i].findings[j].fault]++;
		faults[VERIFY_FAULT_UNDECIDED] += record->ranges[i].unlisted;
	}
}

static void print_result(const struct verify_record *record, FILE *out)
{
	uint64_t faults[VERIFY_FAULTS] = { 0 }, compared = 0, all = 0;
	size_t i;

	count_faults(record, faults);
	for (i = 0; i < record->nr_ranges; i++) {
		compared += record->ranges[i].compared;
		all += record->ranges[i].length;
	}
	if (record->stopped)
		fprintf(out, "\nstopped: %s\n", record->stopped);
	fprintf(out,
		"\nresult: %s; %" PRIu64 " of %" PRIu64
		" bytes compared; mismatches: driver %" PRIu64 ", device %" PRIu64
		", undecided %" PRIu64 "\n",
		verify_verdict__name(record->verdict), compared, all, faults[VERIFY_FAULT_DRIVER],
		faults[VERIFY_FAULT_DEVICE], faults[VERIFY_FAULT_UNDECIDED]);
}

void text__print(const struct verify_record *record, FILE *out)
{
	struct legend legend = { .nr = 0 };
	size_t i;

	print_head(record, out);
	for (i = 0; i < record->nr_ranges; i++)
		print_range(&record->ranges[i], &legend, out);
	print_legend(&legend, out);
	for (i = 0; i < record->nr_ranges; i++)
		print_findings(&record->ranges[i], out);
	print_deviations(record, out);
	print_result(record, out);
}
