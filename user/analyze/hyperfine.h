/* SPDX-License-Identifier: GPL-2.0-only */
/* Timings of commands as hyperfine exports them (--export-json). */
#ifndef VFIOSCOPE_ANALYZE_HYPERFINE_H
#define VFIOSCOPE_ANALYZE_HYPERFINE_H

#include "user/analyze/compare.h"

struct hyperfine {
	struct compare_timing *timings; /* own what they point to */
	size_t nr;
};

/* Is this such a document, going by the first key of it? */
bool hyperfine__is_export(const char *text, size_t size);

/*
 * 0, -ENOMEM or -EINVAL, and @error (size @len) is one line with @name and the reason: broken JSON, no
 * "times" (exported without them), times that are no positive numbers, the same command twice. To be
 * freed in either case.
 */
int hyperfine__parse(struct hyperfine *hyperfine, const char *text, size_t size, const char *name,
		     char *error, size_t len);
void hyperfine__free(struct hyperfine *hyperfine);

#endif
