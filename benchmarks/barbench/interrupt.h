/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SIGINT and SIGTERM ask the benchmark to end: it stops at the next batch, puts back what it
 * overwrote and reports what was measured.
 */
#ifndef BARBENCH_INTERRUPT_H
#define BARBENCH_INTERRUPT_H

#include <stdbool.h>

void interrupt__install(void);
bool interrupt__pending(void);

#endif
