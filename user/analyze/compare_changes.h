/* SPDX-License-Identifier: GPL-2.0-only */
/* Differences in kind. For user/analyze/compare*.c only. */
#ifndef VFIOSCOPE_ANALYZE_COMPARE_CHANGES_H
#define VFIOSCOPE_ANALYZE_COMPARE_CHANGES_H

#include "user/analyze/compare.h"

/*
 * What no shift tells: cells that are new or gone, errnos that are, another mix of widths, other
 * accesses to the device for a call. 0 or -ENOMEM.
 */
int compare_changes__find(struct compare *compare);

#endif
