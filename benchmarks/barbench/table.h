/* SPDX-License-Identifier: GPL-2.0-only */
/* The result as a table for people. */
#ifndef BARBENCH_TABLE_H
#define BARBENCH_TABLE_H

#include <stdio.h>

#include "benchmarks/barbench/bench.h"

void bench_table__print(const struct bench *bench, FILE *out);

/* "EINVAL" for 22. */
const char *bench_table__errno_name(int err);

#endif
