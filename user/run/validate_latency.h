/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VFIOSCOPE_VALIDATE_LATENCY_H
#define VFIOSCOPE_VALIDATE_LATENCY_H

#include "user/run/run.h"

/* Check that a histogram adds up. 0, or -EINVAL and @reason: "@where.latency...: what". */
int run_latency__validate(const struct run_latency *latency, const char *where, char *reason,
			  size_t len);

#endif
