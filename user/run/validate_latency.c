// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/validate_latency.h"

#include <errno.h>
#include <inttypes.h>

static int check_buckets(const struct run_latency *latency, const char *where, char *reason,
			 size_t len)
{
	uint64_t count = 0;
	const char *what = NULL;
	size_t i;

	for (i = 0; !what && i < latency->nr_buckets; i++) {
		const struct run_bucket *bucket = &latency->buckets[i];

		if (bucket->index >= VS_HIST_BUCKETS)
			what = "index is out of range";
		else if (i && bucket->index <= bucket[-1].index)
			what = "index is not above the one before";
		else if (!bucket->count)
			what = "count is 0";
		else if (__builtin_add_overflow(count, bucket->count, &count))
			what = "the sum overflows";
	}
	if (!what)
		return 0;
	snprintf(reason, len, "%s.latency.buckets[%zu]: %s", where, i - 1, what);
	return -EINVAL;
}

/* The smallest and the largest latency are in the first and in the last bucket. */
static const char *check_extremes(const struct run_latency *latency)
{
	size_t nr = latency->nr_buckets;

	if (!nr)
		return latency->min_ns || latency->max_ns || latency->sum_ns
			       ? ": no buckets, but min, max or sum"
			       : NULL;
	if (latency->min_ns > latency->max_ns)
		return ".min: above max";
	if (vs_hist_bucket(latency->min_ns) != latency->buckets[0].index)
		return ".min: not in the first bucket";
	if (vs_hist_bucket(latency->max_ns) != latency->buckets[nr - 1].index)
		return ".max: not in the last bucket";
	return NULL;
}

/* The ends of bucket @index that can have been seen. */
static uint64_t lowest(const struct run_latency *latency, uint32_t index)
{
	uint64_t low = vs_hist_low(index);

	return low < latency->min_ns ? latency->min_ns : low;
}

static uint64_t highest(const struct run_latency *latency, uint32_t index)
{
	/* The last bucket has no upper end of its own. */
	uint64_t high = index < VS_HIST_BUCKETS - 1 ? vs_hist_low(index + 1) - 1 : UINT64_MAX;

	return high > latency->max_ns ? latency->max_ns : high;
}

/*
 * Every latency is within its bucket and between min and max, and one of them is min and one is
 * max: that bounds the sum. No overflow: the counts add up within 64 bits (check_buckets), and so
 * do their products within 128.
 */
static const char *check_sum(const struct run_latency *latency)
{
	unsigned __int128 least = 0, most = 0;
	size_t nr = latency->nr_buckets, i;

	if (!nr)
		return NULL;
	for (i = 0; i < nr; i++) {
		const struct run_bucket *bucket = &latency->buckets[i];

		least += (unsigned __int128)lowest(latency, bucket->index) * bucket->count;
		most += (unsigned __int128)highest(latency, bucket->index) * bucket->count;
	}
	least += latency->max_ns - lowest(latency, latency->buckets[nr - 1].index);
	most -= highest(latency, latency->buckets[0].index) - latency->min_ns;
	if (latency->sum_ns < least)
		return ".sum: less than these buckets, min and max allow";
	return latency->sum_ns > most ? ".sum: more than these buckets, min and max allow" : NULL;
}

int run_latency__validate(const struct run_latency *latency, const char *where, char *reason,
			  size_t len)
{
	const char *what;
	int err = check_buckets(latency, where, reason, len);

	if (err)
		return err;
	what = check_extremes(latency);
	if (!what)
		what = check_sum(latency);
	if (!what)
		return 0;
	snprintf(reason, len, "%s.latency%s", where, what);
	return -EINVAL;
}
