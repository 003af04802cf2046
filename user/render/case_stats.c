// SPDX-License-Identifier: GPL-2.0-only
#include "user/render/case_stats.h"

#include <errno.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

int case_stats__init(struct case_stats *stats, const struct run_case *bench_case)
{
	double *per_op = calloc(bench_case->nr_samples + 1, sizeof(*per_op));
	size_t nr = 0;

	*stats = (struct case_stats){ 0 };
	if (!per_op)
		return -ENOMEM;
	for (size_t i = 0; i < bench_case->nr_samples; i++) {
		const struct run_sample *sample = &bench_case->samples[i];

		if (!sample->ops)
			continue;
		per_op[nr++] = (double)sample->elapsed_ns / sample->ops;
		stats->ops += sample->ops;
	}
	if (nr) {
		qsort(per_op, nr, sizeof(*per_op), compare);
		stats->min_ns = per_op[0];
		stats->max_ns = per_op[nr - 1];
		stats->median_ns = (per_op[(nr - 1) / 2] + per_op[nr / 2]) / 2;
		if (stats->median_ns > 0)
			stats->bytes_per_s = bench_case->width * 1e9 / stats->median_ns;
	}
	free(per_op);
	return 0;
}
