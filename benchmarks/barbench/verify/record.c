// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/verify/record.h"
#include "user/run/array.h"
#include "user/run/run.h"

struct verify_range *verify_record__add_range(struct verify_record *record)
{
	return array__append(&record->ranges, &record->nr_ranges, sizeof(*record->ranges));
}

struct verify_left_out *verify_record__add_left_out(struct verify_record *record)
{
	return array__append(&record->left_out, &record->nr_left_out, sizeof(*record->left_out));
}

struct verify_deviation *verify_record__add_deviation(struct verify_record *record)
{
	return array__append(&record->deviations, &record->nr_deviations,
			     sizeof(*record->deviations));
}

struct verify_cell *verify_range__add_cell(struct verify_range *range)
{
	struct verify_cell *cell =
		array__append(&range->cells, &range->nr_cells, sizeof(*range->cells));

	if (cell)
		cell->err = -1;
	return cell;
}

struct verify_finding *verify_range__add_finding(struct verify_range *range)
{
	return array__append(&range->findings, &range->nr_findings, sizeof(*range->findings));
}

struct verify_row *verify_finding__add_row(struct verify_finding *finding)
{
	return array__append(&finding->rows, &finding->nr_rows, sizeof(*finding->rows));
}

struct verify_byte *verify_range__byte(const struct verify_range *range, uint64_t offset)
{
	return &range->bytes[offset - range->offset];
}

uint32_t verify_range__within(const struct verify_range *range, uint64_t offset, int64_t n)
{
	uint64_t left = range->offset + range->length - offset;

	if (n <= 0)
		return 0;
	return (uint64_t)n < left ? (uint32_t)n : (uint32_t)left;
}

void verify_cell__book(struct verify_cell *cell, int64_t n, bool aer)
{
	if (aer)
		cell->result = VERIFY_AER;
	else if (n < 0)
		cell->result = VERIFY_ERROR;
	else
		cell->result = n < cell->width ? VERIFY_SHORT : VERIFY_OK;
	cell->err = cell->result == VERIFY_ERROR ? (int)-n : -1;
	cell->returned = n > 0 ? (uint32_t)n : 0;
}

static void free_finding(struct verify_finding *finding)
{
	size_t i;

	for (i = 0; i < finding->nr_rows; i++) {
		free(finding->rows[i].how);
		free(finding->rows[i].bytes);
	}
	free(finding->rows);
	free(finding->why);
	free(finding->at_odds);
}

static void free_range(struct verify_range *range)
{
	size_t i;

	for (i = 0; i < range->nr_cells; i++) {
		free(range->cells[i].data);
		free(range->cells[i].back);
	}
	for (i = 0; i < range->nr_findings; i++)
		free_finding(&range->findings[i]);
	free(range->cells);
	free(range->findings);
	free(range->bytes);
	free(range->name);
	free(range->why);
}

static void free_device(struct verify_device *device)
{
	free(device->name);
	free(device->driver);
	free(device->module);
	free(device->srcversion);
}

void verify_record__free(struct verify_record *record)
{
	size_t i;

	for (i = 0; i < record->nr_ranges; i++)
		free_range(&record->ranges[i]);
	for (i = 0; i < record->nr_left_out; i++) {
		free(record->left_out[i].region);
		free(record->left_out[i].reason);
	}
	for (i = 0; i < record->nr_deviations; i++) {
		free(record->deviations[i].region);
		free(record->deviations[i].expected);
		free(record->deviations[i].got);
	}
	free(record->ranges);
	free(record->left_out);
	free(record->deviations);
	free_device(&record->device);
	run_argv__free(record->argv);
	free(record->version);
	free(record->started);
	free(record->kernel);
	free(record->arch);
	free(record->stopped);
	memset(record, 0, sizeof(*record));
}

static const char *const results[VERIFY_RESULTS] = {
	[VERIFY_NOT_TRIED] = "not-tried", [VERIFY_OK] = "ok",	[VERIFY_SHORT] = "short",
	[VERIFY_ERROR] = "error",	  [VERIFY_AER] = "aer",
};

const char *verify_cell__result(const struct verify_cell *cell, char *buf, size_t len)
{
	if (cell->result == VERIFY_ERROR)
		return run_errno__name(cell->err, buf, len);
	return results[cell->result];
}

const char *verify_position__name(unsigned int position)
{
	static const char *const names[VERIFY_POSITIONS] = {
		[VERIFY_START] = "start",
		[VERIFY_INSIDE] = "inside",
		[VERIFY_END] = "end",
		[VERIFY_ACROSS] = "across",
	};

	return position < VERIFY_POSITIONS ? names[position] : NULL;
}

const char *verify_verdict__name(unsigned int verdict)
{
	static const char *const names[VERIFY_VERDICTS] = {
		[VERIFY_CONFORMS] = "ok",
		[VERIFY_DISAGREES] = "mismatch",
		[VERIFY_UNDECIDED] = "undecided",
	};

	return verdict < VERIFY_VERDICTS ? names[verdict] : NULL;
}

const char *verify_fault__name(unsigned int fault)
{
	static const char *const names[VERIFY_FAULTS] = {
		[VERIFY_FAULT_UNDECIDED] = "undecided",
		[VERIFY_FAULT_DEVICE] = "device",
		[VERIFY_FAULT_DRIVER] = "driver",
	};

	return fault < VERIFY_FAULTS ? names[fault] : NULL;
}
