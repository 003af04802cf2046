/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of policy.c: what a policy looks like in JSON, and what it must not say. */
#ifndef VFIOSCOPE_ANALYZE_POLICY_FIELDS_H
#define VFIOSCOPE_ANALYZE_POLICY_FIELDS_H

#include "user/run/json_fields.h"

#define POLICY_MAX_RULES 256
#define POLICY_MAX_REGISTERS 1024

extern const struct layout policy_layout;

/*
 * policy_check.c: refuses contradictions in @object, a struct policy that was read by policy_layout, and
 * gives rules the ranges of the registers that they name. A json_check.
 */
int policy__check(struct reader *reader, const struct where *document, void *object);

#endif
