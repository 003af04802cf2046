// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/verify/conclude.h"
#include "benchmarks/barbench/verify/reads.h"

static void conclude_cell(const struct verify_range *range, struct verify_cell *cell)
{
	bool compared = false, changes = false;
	uint64_t offset = cell->offset, end = range->offset + range->length;
	const struct verify_byte *byte;

	for (; offset < end && reads__has(cell, offset); offset++) {
		byte = verify_range__byte(range, offset);
		changes |= byte->changes;
		compared |= byte->compared && !byte->changes;
	}
	if (cell->content == VERIFY_MISMATCH)
		return;
	if (changes)
		cell->content = VERIFY_VOLATILE;
	else if (compared)
		cell->content = VERIFY_AGREES;
}

/* The one value that all compared bytes have; -1: they differ, or there are none. */
static int count_bytes(struct verify_range *range)
{
	int value = -1, other = -1;
	uint64_t i;

	for (i = 0; i < range->length; i++) {
		const struct verify_byte *byte = &range->bytes[i];

		range->changing += byte->changes;
		if (!byte->compared || byte->changes)
			continue;
		range->compared++;
		if (value < 0)
			value = byte->value;
		else if (value != byte->value)
			other = byte->value;
	}
	return other < 0 ? value : -1;
}

static int decide(struct verify_range *range, enum verify_verdict verdict, const char *format,
		  int value)
{
	range->verdict = verdict;
	if (format && asprintf(&range->why, format, value) < 0)
		return -ENOMEM;
	return 0;
}

int conclude__range(struct verify_range *range)
{
	size_t i;
	int alike;

	for (i = 0; i < range->nr_cells; i++)
		conclude_cell(range, &range->cells[i]);
	alike = count_bytes(range);
	if (range->nr_findings)
		return decide(range, VERIFY_DISAGREES, NULL, 0);
	if (!range->compared)
		return decide(range, VERIFY_UNDECIDED,
			      "no byte was read at two widths without changing by itself", 0);
	if (alike >= 0)
		return decide(range, VERIFY_UNDECIDED,
			      "every byte reads 0x%02x: a driver that gives wrong ones would not "
			      "show",
			      alike);
	return decide(range, VERIFY_CONFORMS, NULL, 0);
}

void conclude__record(struct verify_record *record)
{
	bool undecided = record->stopped || record->not_held || !record->nr_ranges;
	bool disagrees = record->nr_deviations || record->aer == VERIFY_AER_MOVED;
	size_t i;

	for (i = 0; i < record->nr_ranges; i++) {
		disagrees |= record->ranges[i].verdict == VERIFY_DISAGREES;
		undecided |= record->ranges[i].verdict == VERIFY_UNDECIDED;
	}
	record->verdict = disagrees   ? VERIFY_DISAGREES
			  : undecided ? VERIFY_UNDECIDED
				      : VERIFY_CONFORMS;
}
