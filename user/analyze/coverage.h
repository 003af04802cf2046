/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs did not see, or cannot prove: why a verdict without a violation is none. */
#ifndef VFIOSCOPE_ANALYZE_COVERAGE_H
#define VFIOSCOPE_ANALYZE_COVERAGE_H

#include "user/analyze/audit.h"

/* All return 0 or -ENOMEM. @index is that of the run. */
int coverage__run(struct audit *audit, size_t index, const struct run *run);
/* A cell that no rule speaks of. */
int coverage__no_rule(struct audit *audit, size_t index, const struct run *run,
		      const struct run_cell *cell);
/* After all cells: rules that are undecided or were not exercised. */
int coverage__rules(struct audit *audit);

#endif
