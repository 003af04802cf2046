/* SPDX-License-Identifier: GPL-2.0-only */
/* An audit made readable. What runs and policies name is escaped here. All return 0 or -ENOMEM. */
#ifndef VFIOSCOPE_RENDER_AUDIT_H
#define VFIOSCOPE_RENDER_AUDIT_H

#include <stdio.h>

#include "user/analyze/audit.h"

struct audit_view {
	const struct audit *audit;
	const char *policy_path;
	struct run *const *runs; /* as many as the audit has, and where they came from */
	char *const *paths;
};

int render_audit__text(FILE *out, const struct audit_view *view);
int render_audit__markdown(FILE *out, const struct audit_view *view); /* fit for a mail */
int render_audit__json(FILE *out, const struct audit_view *view); /* vfioscope.audit/1 */

#endif
