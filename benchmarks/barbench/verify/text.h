/* SPDX-License-Identifier: GPL-2.0-only */
/* The matrix and the findings for people. */
#ifndef BARBENCH_VERIFY_TEXT_H
#define BARBENCH_VERIFY_TEXT_H

#include "benchmarks/barbench/verify/record.h"

void text__print(const struct verify_record *record, FILE *out);

#endif
