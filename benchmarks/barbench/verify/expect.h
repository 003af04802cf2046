/* SPDX-License-Identifier: GPL-2.0-only */
/* --expect: hold what calls return against an earlier record. */
#ifndef BARBENCH_VERIFY_EXPECT_H
#define BARBENCH_VERIFY_EXPECT_H

#include "benchmarks/barbench/verify/record.h"

/*
 * Append to @record a deviation for each access that did not return what the access of the same range,
 * direction, width, alignment and position did in @expected. Values are not compared. What @expected
 * has and @record did not try is counted in not_held. 0 or -ENOMEM.
 */
int expect__compare(struct verify_record *record, const struct verify_record *expected);

#endif
