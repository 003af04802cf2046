/* SPDX-License-Identifier: GPL-2.0-only */
/* Of a finding: at which offsets and when, and what the client did after a refusal. */
#ifndef VFIOSCOPE_ANALYZE_EVIDENCE_H
#define VFIOSCOPE_ANALYZE_EVIDENCE_H

#include "user/analyze/offsets.h"

/* Adds what the offsets of @cell tell of @finding, which is of that cell. 0 or -ENOMEM. */
int evidence__gather(struct audit_finding *finding, const struct offset_index *index, size_t cell);

/* Moves the evidence of @from to @into, the same finding in another run. 0 or -ENOMEM. */
int evidence__merge(struct audit_finding *into, struct audit_finding *from);

/* After the last: each place once, those of most calls first. */
void evidence__sort(struct audit_finding *finding);
void evidence__free(struct audit_finding *finding);

#endif
