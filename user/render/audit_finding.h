/* SPDX-License-Identifier: GPL-2.0-only */
/* A finding of an audit in short lines, as a mail takes them. */
#ifndef VFIOSCOPE_RENDER_AUDIT_FINDING_H
#define VFIOSCOPE_RENDER_AUDIT_FINDING_H

#include <stdio.h>

#include "user/analyze/audit.h"

#define AUDIT_PLACES_SHOWN 8

/* "17", or "4..17" */
#define AUDIT_RANGE_LEN 48
const char *audit_range__text(struct audit_range range, char *buf);

/* Each line begins with @indent; what a tenant named is escaped. 0 or -ENOMEM. */
int audit_finding__print(FILE *out, const char *indent, const struct audit_finding *finding);

#endif
