// SPDX-License-Identifier: GPL-2.0-only
/* vfioscope.verify/1: docs/verify.schema.json. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/access.h"
#include "benchmarks/barbench/verify/record.h"
#include "user/run/atomic_file.h"
#include "user/run/json_tables.h"
#include "user/run/read_file.h"
#include "user/run/run.h"

#define MAX_FILE (64u << 20)
#define ERRNO_LEN 32

static const char *content_name(unsigned int content)
{
	static const char *const names[VERIFY_CONTENTS] = {
		[VERIFY_UNCHECKED] = "unchecked",
		[VERIFY_AGREES] = "agrees",
		[VERIFY_VOLATILE] = "volatile",
		[VERIFY_MISMATCH] = "mismatch",
	};

	return content < VERIFY_CONTENTS ? names[content] : NULL;
}

static const char *aer_name(unsigned int aer)
{
	static const char *const names[VERIFY_AERS] = {
		[VERIFY_AER_NONE] = "none",
		[VERIFY_AER_SAME] = "unchanged",
		[VERIFY_AER_MOVED] = "moved",
	};

	return aer < VERIFY_AERS ? names[aer] : NULL;
}

/* --- what the call returned ------------------------------------------------------------------- */

static json_t *write_result(const void *object)
{
	char buf[ERRNO_LEN];

	return json_string(verify_cell__result(object, buf, sizeof(buf)));
}

static int read_result(struct reader *reader, const struct where *where, json_t *json, void *object)
{
	struct verify_cell *cell = object, plain = { .result = VERIFY_NOT_TRIED };
	int err = reader__expect(reader, where, json, JSON_STRING);
	char buf[ERRNO_LEN];

	if (err)
		return err;
	cell->err = -1;
	for (; plain.result < VERIFY_RESULTS; plain.result++) {
		if (plain.result == VERIFY_ERROR ||
		    strcmp(verify_cell__result(&plain, buf, sizeof(buf)), json_string_value(json)))
			continue;
		cell->result = plain.result;
		return 0;
	}
	cell->result = VERIFY_ERROR;
	cell->err = run_errno__parse(json_string_value(json));
	if (cell->err <= 0)
		return reader__fail(reader, where, "\"%s\" is no result of an access",
				    json_string_value(json));
	return 0;
}

static const struct codec result_codec = { .write = write_result, .read = read_result };

/* --- tables ----------------------------------------------------------------------------------- */

_Static_assert(sizeof(enum verify_position) == sizeof(uint32_t), "FIELD_ENUM stores 4 bytes");

static const struct field device_fields[] = {
	MEMBER(TEXT, verify_device, name),
	MEMBER(TEXT, verify_device, driver, .flags = FIELD_OPTIONAL),
	MEMBER(TEXT, verify_device, module, .flags = FIELD_OPTIONAL),
	MEMBER(TEXT, verify_device, srcversion, .flags = FIELD_OPTIONAL),
	MEMBER(INT, verify_device, vendor_id, .flags = FIELD_MAYBE | FIELD_HEX),
	MEMBER(INT, verify_device, device_id, .flags = FIELD_MAYBE | FIELD_HEX),
};
static const struct layout device_layout = LAYOUT(verify_device, device_fields);

static const struct field cell_fields[] = {
	MEMBER(ENUM, verify_cell, dir, .name = run_dir__name),
	MEMBER(U32, verify_cell, width),
	MEMBER(U32, verify_cell, alignment),
	MEMBER(ENUM, verify_cell, position, .name = verify_position__name),
	MEMBER(U64, verify_cell, offset, .flags = FIELD_HEX),
	CODEC("result", result_codec),
	MEMBER(U32, verify_cell, returned),
	MEMBER(ENUM, verify_cell, content, .name = content_name),
};
static const struct layout cell_layout = LAYOUT(verify_cell, cell_fields);

static const struct field row_fields[] = {
	MEMBER(TEXT, verify_row, how),
	MEMBER(U32, verify_row, width),
	MEMBER(BOOL, verify_row, at_odds),
	MEMBER(TEXT, verify_row, bytes),
};
static const struct layout row_layout = LAYOUT(verify_row, row_fields);

static const struct field finding_fields[] = {
	MEMBER(ENUM, verify_finding, dir, .name = run_dir__name),
	MEMBER(U64, verify_finding, offset, .flags = FIELD_HEX),
	MEMBER(U32, verify_finding, length),
	MEMBER(ENUM, verify_finding, fault, .name = verify_fault__name),
	MEMBER(TEXT, verify_finding, why),
	KEYED("widths_at_odds", TEXT, verify_finding, at_odds),
	ARRAY(verify_finding, rows, row_layout),
};
static const struct layout finding_layout = LAYOUT(verify_finding, finding_fields);

static const struct field range_fields[] = {
	MEMBER(U32, verify_range, region),
	MEMBER(TEXT, verify_range, name),
	MEMBER(U64, verify_range, offset, .flags = FIELD_HEX),
	MEMBER(U64, verify_range, length),
	MEMBER(U64, verify_range, region_size, .flags = FIELD_HEX),
	MEMBER(BOOL, verify_range, mapped),
	MEMBER(ENUM, verify_range, verdict, .name = verify_verdict__name),
	MEMBER(TEXT, verify_range, why, .flags = FIELD_OPTIONAL),
	KEYED("compared_bytes", U64, verify_range, compared),
	KEYED("volatile_bytes", U64, verify_range, changing),
	KEYED("findings_not_listed", U64, verify_range, unlisted),
	ARRAY(verify_range, cells, cell_layout),
	ARRAY(verify_range, findings, finding_layout),
};
static const struct layout range_layout = LAYOUT(verify_range, range_fields);

static const struct field left_out_fields[] = {
	MEMBER(TEXT, verify_left_out, region),
	MEMBER(U64, verify_left_out, offset, .flags = FIELD_HEX),
	MEMBER(U64, verify_left_out, length),
	MEMBER(TEXT, verify_left_out, reason),
};
static const struct layout left_out_layout = LAYOUT(verify_left_out, left_out_fields);

static const struct field deviation_fields[] = {
	MEMBER(TEXT, verify_deviation, region),
	MEMBER(ENUM, verify_deviation, dir, .name = run_dir__name),
	MEMBER(U32, verify_deviation, width),
	MEMBER(U64, verify_deviation, offset, .flags = FIELD_HEX),
	MEMBER(TEXT, verify_deviation, expected),
	MEMBER(TEXT, verify_deviation, got),
};
static const struct layout deviation_layout = LAYOUT(verify_deviation, deviation_fields);

static const struct field record_fields[] = {
	CONST("schema", VERIFY_SCHEMA),
	MEMBER(TEXT, verify_record, version),
	MEMBER(ARGV, verify_record, argv),
	MEMBER(TEXT, verify_record, started),
	MEMBER(TEXT, verify_record, kernel),
	MEMBER(TEXT, verify_record, arch),
	MEMBER(OBJECT, verify_record, device, .layout = &device_layout),
	MEMBER(ENUM, verify_record, aer, .name = aer_name),
	MEMBER(TEXT, verify_record, stopped, .flags = FIELD_OPTIONAL),
	MEMBER(ENUM, verify_record, verdict, .name = verify_verdict__name),
	MEMBER(U64, verify_record, accesses),
	KEYED("expected_and_not_made", U64, verify_record, not_held),
	ARRAY(verify_record, ranges, range_layout),
	ARRAY(verify_record, left_out, left_out_layout),
	ARRAY(verify_record, deviations, deviation_layout),
};
static const struct layout record_layout = LAYOUT(verify_record, record_fields, .lines = true);

/* --- files ------------------------------------------------------------------------------------ */

int verify_record__print(const struct verify_record *record, FILE *stream)
{
	return json__print(&record_layout, record, stream);
}

int verify_record__write(const struct verify_record *record, const char *path, char *error,
			 size_t len)
{
	struct atomic_file *file = atomic_file__open(path);
	int err = file ? 0 : -errno;

	if (!err)
		err = verify_record__print(record, atomic_file__stream(file));
	if (err)
		atomic_file__abort(file);
	else
		err = atomic_file__commit(file);
	if (err)
		snprintf(error, len, "%s: cannot write: %s", path, strerror(-err));
	return err;
}

/* NULL: the cell can be one of a plan. */
static const char *cell_fault(const struct verify_cell *cell)
{
	if (!cell->width || cell->width > ACCESS_MAX_WIDTH)
		return "width is not 1 to 4096";
	if (cell->alignment != cell->offset % VERIFY_WORD)
		return "alignment is not that of offset";
	if (cell->returned > cell->width)
		return "returned is above width";
	return NULL;
}

static int check(const struct verify_record *record, const char *path, char *error, size_t len)
{
	const char *fault;
	size_t i, j;

	for (i = 0; i < record->nr_ranges; i++) {
		for (j = 0; j < record->ranges[i].nr_cells; j++) {
			fault = cell_fault(&record->ranges[i].cells[j]);
			if (!fault)
				continue;
			snprintf(error, len, "%s: ranges[%zu].cells[%zu]: %s", path, i, j, fault);
			return -EINVAL;
		}
	}
	if (record->nr_ranges)
		return 0;
	snprintf(error, len, "%s: ranges: there are none", path);
	return -EINVAL;
}

int verify_record__read(const char *path, struct verify_record *record, char *error, size_t len)
{
	const char *reason;
	size_t size = 0;
	char *text;
	int err;

	memset(record, 0, sizeof(*record));
	err = read_file(path, MAX_FILE, &text, &size, &reason);
	if (err) {
		snprintf(error, len, "%s: %s", path, reason);
		return err;
	}
	err = json__read_strict(text, size, path, &record_layout, NULL, record, error, len);
	free(text);
	return err ? err : check(record, path, error, len);
}
