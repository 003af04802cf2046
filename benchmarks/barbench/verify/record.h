/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `barbench verify' found: vfioscope.verify/1, and what --expect reads back. All after the
 * accesses (text, JSON, exit status) is made from it.
 *
 * Ownership: a record owns all that its pointers reach; verify_record__free() frees it.
 */
#ifndef BARBENCH_VERIFY_RECORD_H
#define BARBENCH_VERIFY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bpf/abi.h"

#define VERIFY_SCHEMA "vfioscope.verify/1"
#define VERIFY_WORD 8 /* alignments are told apart within so many bytes */

/* Where in its range an access lies. */
enum verify_position { VERIFY_START, VERIFY_INSIDE, VERIFY_END, VERIFY_ACROSS, VERIFY_POSITIONS };

/* What the call returned. */
enum verify_result {
	VERIFY_NOT_TRIED, /* ended before, or not safe to make */
	VERIFY_OK,
	VERIFY_SHORT,
	VERIFY_ERROR,
	VERIFY_AER, /* an AER counter moved: nothing was tried after it */
	VERIFY_RESULTS,
};

/* What became of the bytes, compared with what accesses of other widths say. */
enum verify_content {
	VERIFY_UNCHECKED, /* no bytes, or nothing to compare them with */
	VERIFY_AGREES,
	VERIFY_VOLATILE, /* some change by themselves: those were left out */
	VERIFY_MISMATCH,
	VERIFY_CONTENTS,
};

/* Whose doing a mismatch is. */
enum verify_fault {
	VERIFY_FAULT_UNDECIDED,
	VERIFY_FAULT_DEVICE,
	VERIFY_FAULT_DRIVER,
	VERIFY_FAULTS
};

enum verify_verdict { VERIFY_CONFORMS, VERIFY_DISAGREES, VERIFY_UNDECIDED, VERIFY_VERDICTS };

/* Whether the AER counters of the device and the bridges above it moved. */
enum verify_aer { VERIFY_AER_NONE, VERIFY_AER_SAME, VERIFY_AER_MOVED, VERIFY_AERS };

/* One access of the plan. */
struct verify_cell {
	enum vs_dir dir;
	uint32_t width;
	uint32_t alignment; /* offset % VERIFY_WORD */
	enum verify_position position;
	uint64_t offset; /* in the region */
	enum verify_result result;
	int err; /* positive: VERIFY_ERROR; -1: none */
	uint32_t returned; /* bytes */
	enum verify_content content;
	/* Not in the file. */
	unsigned char *data; /* read: @returned bytes; write: what was written */
	unsigned char *back; /* write: what was read back */
	bool spilled; /* write: it changed bytes beside its own */
};

/* Bytes of a finding, as one kind of access gave them. */
struct verify_row {
	char *how; /* "read", "load" (mapped), "wrote", "read back", "was" */
	uint32_t width;
	bool at_odds; /* with what most accesses say */
	char *bytes; /* "00 1f --": from the finding's offset on; "--" is none */
};

/* An 8-byte word of which accesses of different widths say different things. */
struct verify_finding {
	enum vs_dir dir;
	uint64_t offset;
	uint32_t length;
	enum verify_fault fault;
	char *why; /* of the fault */
	char *at_odds; /* widths, "1,2,4" */
	struct verify_row *rows;
	size_t nr_rows;
};

/* What is known of a byte of a range. */
struct verify_byte {
	uint8_t value; /* as read first */
	uint16_t width; /* of that access; 0: not read */
	bool compared; /* with one of another width */
	bool disputed;
	bool changes; /* by itself */
	bool stored; /* some write of it was read back */
};

struct verify_range {
	uint32_t region;
	char *name; /* "BAR0" */
	uint64_t offset, length, region_size;
	bool mapped; /* there was a mapping to judge by */
	enum verify_verdict verdict;
	char *why; /* of the verdict, or NULL */
	uint64_t compared, changing; /* bytes */
	uint64_t unlisted; /* findings that are not in the list */
	struct verify_cell *cells;
	size_t nr_cells;
	struct verify_finding *findings;
	size_t nr_findings;
	struct verify_byte *bytes; /* not in the file */
};

/* Bytes that were asked for and not accessed. */
struct verify_left_out {
	char *region;
	uint64_t offset, length;
	char *reason;
};

/* A call that did not return what --expect has. */
struct verify_deviation {
	char *region;
	enum vs_dir dir;
	uint32_t width;
	uint64_t offset;
	char *expected, *got;
};

struct verify_device {
	char *name, *driver, *module, *srcversion;
	int vendor_id, device_id; /* -1: not known */
};

struct verify_record {
	char *version, *started, *kernel, *arch;
	char **argv;
	struct verify_device device;
	enum verify_aer aer;
	char *stopped; /* why it ended early; NULL: it did not */
	enum verify_verdict verdict;
	uint64_t accesses; /* made, of every kind */
	uint64_t not_held; /* cells of --expect that this had no access for */
	struct verify_range *ranges;
	size_t nr_ranges;
	struct verify_left_out *left_out;
	size_t nr_left_out;
	struct verify_deviation *deviations;
	size_t nr_deviations;
};

/* Append a zeroed element; NULL: no memory. */
struct verify_range *verify_record__add_range(struct verify_record *record);
struct verify_left_out *verify_record__add_left_out(struct verify_record *record);
struct verify_deviation *verify_record__add_deviation(struct verify_record *record);
struct verify_cell *verify_range__add_cell(struct verify_range *range);
struct verify_finding *verify_range__add_finding(struct verify_range *range);
struct verify_row *verify_finding__add_row(struct verify_finding *finding);

/* What is known of the byte at an offset of the region that is in the range. */
struct verify_byte *verify_range__byte(const struct verify_range *range, uint64_t offset);

/* How many of @n bytes from an offset in the range are in it; a negative @n is none. */
uint32_t verify_range__within(const struct verify_range *range, uint64_t offset, int64_t n);

/* Note what a call returned: bytes, or a negative errno; @aer: an AER counter moved with it. */
void verify_cell__book(struct verify_cell *cell, int64_t n, bool aer);

void verify_record__free(struct verify_record *record); /* what it owns, not itself */

/* "ok", "short", "EINVAL", "not-tried", "aer"; written to or found without @buf. */
const char *verify_cell__result(const struct verify_cell *cell, char *buf, size_t len);

const char *verify_position__name(unsigned int position);
const char *verify_verdict__name(unsigned int verdict);
const char *verify_fault__name(unsigned int fault);

/* record_json.c */

/* 0 or a negative errno. */
int verify_record__print(const struct verify_record *record, FILE *stream);
/* To @path, whole or not at all. 0, or a negative errno and @error. */
int verify_record__write(const struct verify_record *record, const char *path, char *error,
			 size_t len);
/*
 * Read a file that verify_record__write() made. 0, or a negative errno and @error: one line with
 * file and reason. The caller frees @record either way.
 */
int verify_record__read(const char *path, struct verify_record *record, char *error, size_t len);

#endif
