/* SPDX-License-Identifier: GPL-2.0-only */
/* Verdicts. For user/analyze/compare*.c only. */
#ifndef VFIOSCOPE_ANALYZE_COMPARE_JUDGE_H
#define VFIOSCOPE_ANALYZE_COMPARE_JUDGE_H

#include "user/analyze/compare.h"

/* Fill in results, and verdicts of the cells. 0 or -ENOMEM. */
int compare_judge(struct compare *compare);

#endif
