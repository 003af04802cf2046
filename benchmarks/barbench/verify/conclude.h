/* SPDX-License-Identifier: GPL-2.0-only */
/* From bytes and findings to a verdict. */
#ifndef BARBENCH_VERIFY_CONCLUDE_H
#define BARBENCH_VERIFY_CONCLUDE_H

#include "benchmarks/barbench/verify/record.h"

/*
 * Fill content of the reads of a range that has been judged, the counts of its bytes, and its verdict.
 * 0 or -ENOMEM.
 *
 * Reads that agree say something only if they could have disagreed: a range none of whose bytes was
 * read at two widths is undecided, and so is one whose bytes are all the same.
 */
int conclude__range(struct verify_range *range);

/* The verdict over all ranges, deviations and what stopped it. */
void conclude__record(struct verify_record *record);

#endif
