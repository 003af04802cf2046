/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The writes of a plan. After each the range is read around where it went: what was written must be
 * there, and nothing else may have changed. A byte that no write of any width changes so is no memory,
 * and says nothing; one that some do must take it from all.
 */
#ifndef BARBENCH_VERIFY_WRITES_H
#define BARBENCH_VERIFY_WRITES_H

#include "benchmarks/barbench/verify/port.h"
#include "benchmarks/barbench/verify/record.h"

/*
 * Make the writes of @range, whose reads have been judged, and put back what was there. Not if the reads
 * disagree: what they gave could not be trusted. Findings are added, and the range's verdict is brought up
 * to date. 0, or a negative errno and @trouble: no memory, or the range could not be put back.
 */
int writes__make(struct port *port, struct verify_range *range, struct trouble *trouble);

#endif
