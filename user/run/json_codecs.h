/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields of a run whose JSON form is not that of a plain type. Internal to user/run. */
#ifndef VFIOSCOPE_JSON_CODECS_H
#define VFIOSCOPE_JSON_CODECS_H

#include "user/run/json_fields.h"

extern const struct codec run_started_codec; /* struct run: RFC 3339 */
extern const struct codec cell_width_codec; /* struct run_cell: a number or ">4096" */
extern const struct codec cell_errors_codec; /* struct run_cell: {"EINVAL": 3, ...} */
extern const struct codec case_errors_codec; /* struct run_case: the same */
extern const struct codec latency_buckets_codec; /* struct run_latency: [[index, count], ...] */

#endif
