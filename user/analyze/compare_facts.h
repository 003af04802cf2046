/* SPDX-License-Identifier: GPL-2.0-only */
/* With what runs were made. For user/analyze/compare*.c only. */
#ifndef VFIOSCOPE_ANALYZE_COMPARE_FACTS_H
#define VFIOSCOPE_ANALYZE_COMPARE_FACTS_H

#include "user/analyze/compare.h"

/* Keep what the run is told to have been made with. 0 or -ENOMEM. */
int compare_facts__add(struct compare *compare, enum compare_side side, const struct run *run);
/* What differs, within a side too, and whether it may. */
void compare_facts__finish(struct compare *compare);
void compare_facts__free(struct compare *compare);

#endif
