/* SPDX-License-Identifier: GPL-2.0-only */
/* The reads of a plan, and what they say of each byte of the range. */
#ifndef BARBENCH_VERIFY_READS_H
#define BARBENCH_VERIFY_READS_H

#include "benchmarks/barbench/verify/port.h"
#include "benchmarks/barbench/verify/record.h"

#define READS_OF_EACH 3 /* twice in a row, and once more when all have been made */

/*
 * Make the reads of @range. Bytes that differ from one read of them to the next are marked as changing
 * by themselves. 0 or -ENOMEM; why it ended early is port->stop.
 */
int reads__make(struct port *port, struct verify_range *range);

/* Read @cell again, which succeeded: bytes that differ are marked. */
void reads__again(struct port *port, struct verify_range *range, const struct verify_cell *cell);

/* Mark bytes as compared, and as disputed where reads of different width or place differ. */
void reads__compare(struct verify_range *range);

/* Whether @cell gave a byte at @offset of the region; a read that transferred it. */
static inline bool reads__has(const struct verify_cell *cell, uint64_t offset)
{
	return cell->dir == VS_READ && cell->data && offset >= cell->offset &&
	       offset - cell->offset < cell->returned;
}

static inline bool reads__is_disputed(const struct verify_byte *byte)
{
	return byte->disputed && !byte->changes;
}

/*
 * What more than half of the reads of a byte say. -1: no value has that many. Of @nr cells those that
 * have the byte count.
 */
int reads__majority(struct verify_cell *const *cells, size_t nr, uint64_t offset);

#endif
