/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose doing it is that widths disagree. A load through a mapping reaches the device without the
 * driver's handler. Of each byte that an access gave and others contradict:
 *
 *   - the access was a single one, and a load of the same width gives what others say: the driver's;
 *   - a load of any width gives what the access gave: the device's, which answers widths differently,
 *     and the handler passes that on;
 *   - no load gives it: the driver's.
 *
 * Without a mapping, or if a load fails, it is undecided.
 */
#ifndef BARBENCH_VERIFY_JUDGE_H
#define BARBENCH_VERIFY_JUDGE_H

#include "benchmarks/barbench/verify/port.h"
#include "benchmarks/barbench/verify/record.h"

#define JUDGE_MAX_FINDINGS 64 /* of a range and direction; more are counted */

/*
 * Make findings of the disputed words of @range: see reads.h. Reads that are in dispute are made again
 * before and after the loads, and a word whose bytes change then is none. Cells that are at odds with
 * the others become VERIFY_MISMATCH. 0 or -ENOMEM.
 */
int judge__reads(struct port *port, struct verify_range *range);

/* "00 1f --" of @length bytes; @has: which of them there are, NULL: all. Malloc'ed; NULL: no memory. */
char *judge__bytes(const unsigned char *bytes, const bool *has, size_t length);

/* "1,2,4": @width put at the end of *@list if it is not the last there. 0 or -ENOMEM. */
int judge__add_width(char **list, uint32_t width);

#endif
