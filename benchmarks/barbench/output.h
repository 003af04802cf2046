/* SPDX-License-Identifier: GPL-2.0-only */
/* Where results go. */
#ifndef BARBENCH_OUTPUT_H
#define BARBENCH_OUTPUT_H

#include <stdbool.h>

#include "benchmarks/barbench/trouble.h"

#define EXIT_FINDING 1
#define EXIT_TROUBLE 2
#define EXIT_UNDECIDED 3

/*
 * That @path (NULL: none is wanted) can be written is better known before the device was opened than
 * after the work. 0, or a negative errno and @trouble.
 */
int output__check(const char *path, struct trouble *trouble);

/* Whether both name the same place; NULL: none. */
bool output__same(const char *a, const char *b);

/* Say on stderr what went wrong, after all that went to stdout. */
void output__complain(const struct trouble *trouble);

#endif
