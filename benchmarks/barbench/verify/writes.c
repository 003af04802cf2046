// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/preserve.h"
#include "benchmarks/barbench/verify/judge.h"
#include "benchmarks/barbench/verify/plan.h"
#include "benchmarks/barbench/verify/writes.h"

#define SHOWN 16 /* bytes of a finding */

struct writing {
	struct port *port;
	struct verify_range *range;
	struct preserve preserve;
	unsigned char *now; /* what is in the range, as far as is known */
	uint64_t seed; /* of what is written: no two writes have the same byte at a place */
};

/* A part of the range, by pieces of 4 bytes, or 8. Malloc'ed; NULL: it cannot be read, or no memory. */
static unsigned char *read_part(struct writing *writing, uint64_t from, uint64_t to)
{
	const struct pattern_extent extent = { .first = from, .length = to - from, .slots = 1 };
	struct preserve part;
	unsigned char *bytes;

	if (preserve__save(&part, &port_mode, &writing->port->target, &extent)) {
		preserve__free(&part);
		return NULL;
	}
	bytes = part.saved;
	return bytes;
}

/* Where a write may have left traces: its words, and one on either side, within the range. */
static void find_window(const struct verify_range *range, const struct verify_cell *cell,
			uint64_t *from, uint64_t *to)
{
	uint64_t end = range->offset + range->length;
	uint64_t first = cell->offset / VERIFY_WORD * VERIFY_WORD;
	uint64_t last = cell->offset + cell->width + 2 * VERIFY_WORD - 1;

	last = last / VERIFY_WORD * VERIFY_WORD;
	*from = first < range->offset + VERIFY_WORD ? range->offset : first - VERIFY_WORD;
	*to = last > end ? end : last;
}

/* A failed call may have written some; what it should have done is not known. */
static void compare_window(struct writing *writing, struct verify_cell *cell, uint64_t from,
			   uint64_t to, const unsigned char *seen)
{
	struct verify_range *range = writing->range;
	uint32_t nr = verify_range__within(range, cell->offset, cell->returned);
	uint64_t at;

	for (at = from; at < to; at++) {
		struct verify_byte *byte = verify_range__byte(range, at);
		unsigned char *now = &writing->now[at - range->offset];

		if (at >= cell->offset && at - cell->offset < nr)
			byte->stored |= cell->data[at - cell->offset] == seen[at - from];
		else
			cell->spilled |= cell->result != VERIFY_ERROR && !byte->changes &&
					 *now != seen[at - from];
		*now = seen[at - from];
	}
}

static int check_write(struct writing *writing, struct verify_cell *cell)
{
	uint64_t from, to;
	unsigned char *seen;

	find_window(writing->range, cell, &from, &to);
	seen = read_part(writing, from, to);
	if (!seen)
		return 0;
	cell->back = malloc(cell->width);
	if (cell->back) {
		compare_window(writing, cell, from, to, seen);
		memcpy(cell->back, seen + (cell->offset - from),
		       verify_range__within(writing->range, cell->offset, cell->returned));
	}
	free(seen);
	return cell->back ? 0 : -ENOMEM;
}

static int write_one(struct writing *writing, struct verify_cell *cell)
{
	ssize_t n;

	cell->data = malloc(cell->width);
	if (!cell->data)
		return -ENOMEM;
	lane__fill(cell->data, cell->width, ++writing->seed);
	n = port__write(writing->port, cell->offset, cell->data, cell->width);
	if (n == -ECANCELED)
		return 0;
	verify_cell__book(cell, n, writing->port->stop == PORT_AER);
	return check_write(writing, cell);
}

static int write_all(struct writing *writing)
{
	struct verify_range *range = writing->range;
	size_t i;
	int err = 0;

	for (i = 0; i < range->nr_cells && !err; i++) {
		if (range->cells[i].dir == VS_WRITE)
			err = write_one(writing, &range->cells[i]);
	}
	return err;
}

/* The first byte that other writes store and this one did not; the width if there is none. */
static uint32_t first_lost(const struct verify_range *range, const struct verify_cell *cell)
{
	uint32_t nr = verify_range__within(range, cell->offset, cell->returned), i;

	for (i = 0; i < nr; i++) {
		const struct verify_byte *byte = verify_range__byte(range, cell->offset + i);

		if (byte->stored && !byte->changes && cell->back[i] != cell->data[i])
			return i;
	}
	return cell->width;
}

static enum verify_content content_of(const struct verify_range *range,
				      const struct verify_cell *cell)
{
	uint32_t nr = verify_range__within(range, cell->offset, cell->returned), i;
	bool changes = false, stored = nr;

	if (!cell->back)
		return VERIFY_UNCHECKED;
	if (cell->spilled || first_lost(range, cell) < cell->width)
		return VERIFY_MISMATCH;
	for (i = 0; i < nr; i++) {
		changes |= verify_range__byte(range, cell->offset + i)->changes;
		stored &= verify_range__byte(range, cell->offset + i)->stored;
	}
	if (changes)
		return VERIFY_VOLATILE;
	return stored ? VERIFY_AGREES : VERIFY_UNCHECKED;
}

/* A store through the mapping of the same width, at the same place, of other data. */
static enum verify_fault judge(struct writing *writing, const struct verify_cell *cell,
			       const char **why)
{
	unsigned char data[VERIFY_WORD], *seen;
	bool stored;

	*why = "bytes beside it changed";
	if (cell->spilled)
		return VERIFY_FAULT_UNDECIDED;
	*why = writing->range->mapped ? "there is no store of this width and alignment to judge by"
				      : "there is no mapping to judge by";
	if (!writing->range->mapped || !plan__is_single(cell->width, cell->offset))
		return VERIFY_FAULT_UNDECIDED;
	lane__fill(data, cell->width, ++writing->seed);
	*why = "a store failed or could not be read back";
	if (port__store(writing->port, cell->offset, data, cell->width) != (ssize_t)cell->width)
		return VERIFY_FAULT_UNDECIDED;
	seen = read_part(writing, cell->offset, cell->offset + cell->width);
	if (!seen)
		return VERIFY_FAULT_UNDECIDED;
	stored = !memcmp(seen, data, cell->width);
	free(seen);
	*why = stored ? "a store of the same width is read back"
		      : "a store of the same width is not read back either";
	return stored ? VERIFY_FAULT_DRIVER : VERIFY_FAULT_DEVICE;
}

static int add_row(struct verify_finding *finding, const char *how, uint32_t width,
		   const unsigned char *bytes)
{
	struct verify_row *row = verify_finding__add_row(finding);

	if (!row)
		return -ENOMEM;
	row->how = strdup(how);
	row->width = width;
	row->at_odds = true;
	row->bytes = judge__bytes(bytes, NULL, finding->length);
	return row->how && row->bytes ? 0 : -ENOMEM;
}

static int add_finding(struct writing *writing, const struct verify_cell *cell)
{
	struct verify_range *range = writing->range;
	uint32_t lost = first_lost(range, cell), nr;
	struct verify_finding *finding;
	const char *why;
	int err;

	if (range->nr_findings == JUDGE_MAX_FINDINGS) {
		range->unlisted++;
		return 0;
	}
	finding = verify_range__add_finding(range);
	if (!finding)
		return -ENOMEM;
	lost = lost < cell->width ? lost : 0;
	nr = verify_range__within(range, cell->offset, cell->returned) - lost;
	finding->dir = VS_WRITE;
	finding->offset = cell->offset + lost;
	finding->length = nr < SHOWN ? nr : SHOWN;
	finding->fault = judge(writing, cell, &why);
	finding->why = strdup(why);
	err = judge__add_width(&finding->at_odds, cell->width);
	if (!err)
		err = add_row(finding, "wrote", cell->width, cell->data + lost);
	if (!err)
		err = add_row(finding, "read back", cell->width, cell->back + lost);
	return !err && !finding->why ? -ENOMEM : err;
}

static int judge_all(struct writing *writing)
{
	struct verify_range *range = writing->range;
	bool wrote = false, stored = false;
	size_t i;
	int err = 0;

	for (i = 0; i < range->nr_cells && !err; i++) {
		struct verify_cell *cell = &range->cells[i];

		if (cell->dir != VS_WRITE)
			continue;
		cell->content = content_of(range, cell);
		wrote |= cell->returned > 0;
		stored |= cell->content != VERIFY_UNCHECKED;
		if (cell->content == VERIFY_MISMATCH) {
			range->verdict = VERIFY_DISAGREES;
			err = add_finding(writing, cell);
		}
	}
	if (err || !wrote || stored || range->verdict != VERIFY_CONFORMS)
		return err;
	range->verdict = VERIFY_UNDECIDED;
	range->why = strdup("no byte reads back what is written to it");
	return range->why ? 0 : -ENOMEM;
}

static int put_back(struct writing *writing, struct trouble *trouble)
{
	struct port *port = writing->port;
	int err;

	port->putting_back = true;
	err = preserve__restore(&writing->preserve, &port_mode, &port->target);
	port->putting_back = false;
	if (!err)
		return 0;
	return trouble__say(trouble, -err,
			    "%s: could not put back %" PRIu64 " bytes at offset 0x%" PRIx64 ": %s",
			    writing->range->name, writing->preserve.bytes,
			    preserve__offset(&writing->preserve),
			    port->stop ? port->why.text : strerror(-err));
}

static int save(struct writing *writing)
{
	const struct verify_range *range = writing->range;
	const struct pattern_extent extent = {
		.first = range->offset,
		.length = range->length,
		.slots = 1,
	};

	return preserve__save(&writing->preserve, &port_mode, &writing->port->target, &extent);
}

static int not_written(struct verify_range *range, const char *why, struct trouble *trouble)
{
	char *text;

	if (asprintf(&text, "%s%snot written, for %s", range->why ? range->why : "",
		     range->why ? "; " : "", why) < 0)
		return trouble__say(trouble, ENOMEM, "no memory");
	free(range->why);
	range->why = text;
	if (range->verdict == VERIFY_CONFORMS)
		range->verdict = VERIFY_UNDECIDED;
	return 0;
}

int writes__make(struct port *port, struct verify_range *range, struct trouble *trouble)
{
	struct writing writing = { .port = port, .range = range };
	int err, put_back_err;

	if (range->verdict == VERIFY_DISAGREES)
		return not_written(range, "reads that disagree cannot be put back", trouble);
	if (port->stop)
		return 0;
	if (save(&writing)) {
		err = not_written(range, "what is there cannot be read to be put back", trouble);
		goto cleanup;
	}
	writing.now = malloc(range->length);
	if (!writing.now) {
		err = trouble__say(trouble, ENOMEM, "no memory");
		goto cleanup;
	}
	memcpy(writing.now, writing.preserve.saved, range->length);
	err = write_all(&writing);
	if (!err)
		err = judge_all(&writing);
	if (err)
		trouble__say(trouble, ENOMEM, "no memory");
	put_back_err = put_back(&writing, trouble);
	err = put_back_err ? put_back_err : err;
cleanup:
	preserve__free(&writing.preserve);
	free(writing.now);
	return err;
}
