/* SPDX-License-Identifier: GPL-2.0-only */
/* What the runs that are units can be counted by: clients, kernels, phases. */
#ifndef VFIOSCOPE_ANALYZE_UNITS_H
#define VFIOSCOPE_ANALYZE_UNITS_H

#include "user/analyze/audit.h"

/* A cell that has calls that a rule speaks of; runs come one after another. 0 or -ENOMEM. */
int units__add_cell(struct audit *audit, size_t index, const struct run_cell *cell);
/* After the last: counts kernels and phases of @runs. */
void units__finish(struct audit *audit, struct run *const *runs);
void units__free(struct audit *audit);

#endif
