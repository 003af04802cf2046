/* SPDX-License-Identifier: GPL-2.0-only */
/* From what was asked for to the ranges that are accessed. */
#ifndef BARBENCH_VERIFY_RANGES_H
#define BARBENCH_VERIFY_RANGES_H

#include "benchmarks/barbench/verify/capabilities.h"
#include "benchmarks/barbench/verify/port.h"
#include "benchmarks/barbench/verify/record.h"
#include "benchmarks/barbench/verify/verify_options.h"

/*
 * Check @options against the device's regions, leave out of CONFIG what must not be accessed, and plan.
 * Capabilities are looked for through @port, in the tree @sysfs. 0, or a negative errno and @trouble.
 */
int ranges__make(struct verify_record *record, const struct verify_options *options,
		 struct port *port, const char *sysfs, struct trouble *trouble);

/*
 * Append to @record what is left of a span when @nr capabilities are taken out of it, and these.
 * 0 or -ENOMEM. ranges__make() without a device.
 */
int ranges__cut(struct verify_record *record, const struct verify_span *span, uint64_t region_size,
		struct capability *capabilities, size_t nr);

#endif
