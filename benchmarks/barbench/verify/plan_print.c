// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "benchmarks/barbench/verify/plan.h"
#include "benchmarks/barbench/verify/reads.h"

#define PLACES_LEN 48

/* The cells from @first on that have its direction and width. */
static size_t count_width(const struct verify_range *range, size_t first)
{
	const struct verify_cell *cells = range->cells;
	size_t i = first;

	while (i < range->nr_cells && cells[i].dir == cells[first].dir &&
	       cells[i].width == cells[first].width)
		i++;
	return i - first;
}

/* "0x0..0x7" and how many; they are one beside the other, but where a sweep is. */
static size_t describe(const struct verify_cell *cells, size_t nr, enum verify_position position,
		       char *text)
{
	const struct verify_cell *first = NULL, *last = NULL;
	size_t count = 0, i;

	for (i = 0; i < nr; i++) {
		if (cells[i].position != position)
			continue;
		first = first ? first : &cells[i];
		last = &cells[i];
		count++;
	}
	snprintf(text, PLACES_LEN, "-");
	if (count == 1)
		snprintf(text, PLACES_LEN, "0x%" PRIx64, first->offset);
	else if (count)
		snprintf(text, PLACES_LEN, "0x%" PRIx64 "..0x%" PRIx64, first->offset,
			 last->offset);
	return count;
}

static void print_widths(const struct verify_options *options, const struct verify_range *range,
			 FILE *out)
{
	char start[PLACES_LEN], inside[PLACES_LEN], end[PLACES_LEN], across[PLACES_LEN];
	size_t i, nr, sure, maybe;

	for (i = 0; i < range->nr_cells; i += nr) {
		nr = count_width(range, i);
		sure = describe(&range->cells[i], nr, VERIFY_START, start);
		sure += describe(&range->cells[i], nr, VERIFY_INSIDE, inside);
		sure += describe(&range->cells[i], nr, VERIFY_END, end);
		maybe = describe(&range->cells[i], nr, VERIFY_ACROSS, across);
		fprintf(out, "  %-5s %5" PRIu32 "  %-20s", run_dir__name(range->cells[i].dir),
			range->cells[i].width, start);
		if (options->sweep)
			fprintf(out, " %-20s", inside);
		fprintf(out, " %-20s %-20s %5zu + %zu\n", end, across, sure, maybe);
	}
}

static void print_notes(const struct verify_options *options, FILE *out)
{
	fprintf(out,
		"\n\"across\" is made only where the region ends with the range.\n"
		"Each read is made %d times: twice in a row, and again after all others.\n"
		"Where widths disagree, the reads of that 8-byte word are made twice more, and its "
		"loads\n"
		"of the same widths through a mapping, if it can be mapped.\n",
		READS_OF_EACH);
	if (options->bench.write)
		fputs("Before the writes a range is read, and after them it is put back; after "
		      "each\n"
		      "write it is read around where it went: by 4 bytes, or 8 where those are "
		      "refused.\n"
		      "A range whose widths disagree is not written.\n",
		      out);
}

/* What is left out of CONFIG only the device can tell. */
static void print_config_note(const struct verify_options *options, FILE *out)
{
	size_t i;

	for (i = 0; i < options->nr_spans; i++) {
		if (options->spans[i].region != VFIO_PCI_CONFIG_REGION_INDEX)
			continue;
		fputs("Capabilities are looked for by 4-byte reads of the config file in sysfs, "
		      "and what "
		      "must not\nbe read (VPD, DOE, index and data) is left out of CONFIG.\n",
		      out);
		return;
	}
}

static int print_span(const struct verify_options *options, const struct verify_span *span,
		      FILE *out)
{
	struct verify_record record = { 0 };
	struct verify_range *range = verify_record__add_range(&record);
	char name[32];
	int err;

	if (!range)
		return -ENOMEM;
	range->offset = span->offset;
	range->length = span->length;
	err = plan__make(range, options, VS_READ, true);
	if (!err && options->bench.write)
		err = plan__make(range, options, VS_WRITE, true);
	if (!err) {
		run_region__name("pci", span->region, name, sizeof(name));
		fprintf(out, "\n%s 0x%" PRIx64 "..0x%" PRIx64 " (%" PRIu64 " bytes)\n", name,
			span->offset, span->offset + span->length - 1, span->length);
		fprintf(out, "  %-5s %5s  %-20s", "", "width", "start");
		if (options->sweep)
			fprintf(out, " %-20s", "inside");
		fprintf(out, " %-20s %-20s %s\n", "end", "across", "accesses");
		print_widths(options, range, out);
	}
	verify_record__free(&record);
	return err;
}

static int print_all(const struct verify_options *options, FILE *out)
{
	size_t i;
	int err = 0;

	fprintf(out, "plan for %s: nothing is opened, nothing accessed\n",
		options->bench.device.name);
	for (i = 0; i < options->nr_spans && !err; i++)
		err = print_span(options, &options->spans[i], out);
	print_notes(options, out);
	print_config_note(options, out);
	return err;
}

/* At the end at once: a plan that is too big prints nothing of itself. */
int plan__print(const struct verify_options *options, FILE *out, struct trouble *trouble)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	int err = memory ? print_all(options, memory) : -ENOMEM;

	if (memory && fclose(memory))
		err = -ENOMEM;
	if (!err && (fputs(text, out) < 0 || fflush(out)))
		err = trouble__say(trouble, EIO, "cannot write to standard output");
	else if (err == -E2BIG)
		err = plan__too_big(trouble);
	else if (err)
		err = trouble__say(trouble, ENOMEM, "no memory");
	free(text);
	return err;
}
