// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/run.h"

uint64_t run_latency__count(const struct run_latency *latency)
{
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < latency->nr_buckets; i++)
		count += latency->buckets[i].count;
	return count;
}

/*
 * ceil(q * n), the nearest rank. The product is lowered by one rounding error, or 0.07 * 100,
 * which is 7.000000000000001, would be rank 8.
 */
static uint64_t nearest_rank(double q, uint64_t n)
{
	double rank = ceil(q * (double)n * (1 - DBL_EPSILON));

	if (rank < 1)
		return 1;
	return rank < (double)n ? (uint64_t)rank : n;
}

/* The last bucket has no upper end but the largest latency seen. */
static uint64_t midpoint(const struct run_latency *latency, uint32_t index)
{
	uint64_t low = vs_hist_low(index);
	uint64_t high = latency->max_ns;

	if (index < VS_HIST_BUCKETS - 1)
		high = vs_hist_low(index + 1) - 1;
	return high > low ? low + (high - low) / 2 : low;
}

/* The bucket that holds the @rank-th smallest latency, and how many are in the ones before; NULL: none. */
static const struct run_bucket *bucket_of(const struct run_latency *latency, uint64_t rank,
					  uint64_t *before)
{
	*before = 0;
	for (size_t i = 0; i < latency->nr_buckets; i++) {
		if (*before + latency->buckets[i].count >= rank)
			return &latency->buckets[i];
		*before += latency->buckets[i].count;
	}
	return NULL;
}

double run_latency__interpolate(const struct run_latency *latency, double q)
{
	double rank = q * (double)run_latency__count(latency), low, high;
	uint64_t before;
	const struct run_bucket *bucket = bucket_of(latency, (uint64_t)ceil(rank), &before);

	if (!bucket)
		return 0;
	low = fmax((double)vs_hist_low(bucket->index), (double)latency->min_ns);
	high = (double)latency->max_ns;
	if (bucket->index < VS_HIST_BUCKETS - 1)
		high = fmin(high, (double)vs_hist_low(bucket->index + 1) - 1);
	return low + (high - low) * (rank - (double)before) / (double)bucket->count;
}

uint64_t run_latency__quantile(const struct run_latency *latency, double q)
{
	uint64_t before, ns;
	const struct run_bucket *bucket =
		bucket_of(latency, nearest_rank(q, run_latency__count(latency)), &before);

	if (!bucket)
		return 0;
	ns = midpoint(latency, bucket->index);
	if (ns < latency->min_ns)
		return latency->min_ns;
	return ns > latency->max_ns ? latency->max_ns : ns;
}

double run_latency__mean(const struct run_latency *latency)
{
	uint64_t count = run_latency__count(latency);

	return count ? (double)latency->sum_ns / (double)count : 0;
}

/* The place of @index in the ordered buckets: its own, or where it would be inserted. */
static size_t find_bucket(const struct run_latency *latency, uint32_t index)
{
	size_t low = 0, high = latency->nr_buckets;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (latency->buckets[mid].index < index)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int add_to_bucket(struct run_latency *latency, uint32_t index, uint64_t count)
{
	size_t at = find_bucket(latency, index), nr = latency->nr_buckets;
	struct run_bucket *buckets = latency->buckets;

	if (at < nr && buckets[at].index == index) {
		buckets[at].count += count;
		return 0;
	}
	buckets = reallocarray(buckets, nr + 1, sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	memmove(&buckets[at + 1], &buckets[at], (nr - at) * sizeof(*buckets));
	buckets[at] = (struct run_bucket){ .index = index, .count = count };
	latency->buckets = buckets;
	latency->nr_buckets = nr + 1;
	return 0;
}

static void widen(struct run_latency *latency, bool empty, uint64_t min_ns, uint64_t max_ns)
{
	if (empty || min_ns < latency->min_ns)
		latency->min_ns = min_ns;
	if (empty || max_ns > latency->max_ns)
		latency->max_ns = max_ns;
}

int run_latency__add(struct run_latency *latency, uint64_t ns)
{
	bool empty = latency->nr_buckets == 0;
	uint64_t sum_ns;
	int err;

	if (__builtin_add_overflow(latency->sum_ns, ns, &sum_ns))
		return -EOVERFLOW;
	err = add_to_bucket(latency, vs_hist_bucket(ns), 1);
	if (err)
		return err;
	latency->sum_ns = sum_ns;
	widen(latency, empty, ns, ns);
	return 0;
}

/* Both lists in one, ordered; @buckets has room for both. Returns how many there are. */
static size_t merge_buckets(const struct run_latency *a, const struct run_latency *b,
			    struct run_bucket *buckets)
{
	size_t i = 0, j = 0, nr = 0;

	while (i < a->nr_buckets || j < b->nr_buckets) {
		uint32_t at_a = i < a->nr_buckets ? a->buckets[i].index : UINT32_MAX;
		uint32_t at_b = j < b->nr_buckets ? b->buckets[j].index : UINT32_MAX;
		struct run_bucket *to = &buckets[nr++];

		*to = (struct run_bucket){ .index = at_a < at_b ? at_a : at_b };
		if (at_a == to->index)
			to->count += a->buckets[i++].count;
		if (at_b == to->index)
			to->count += b->buckets[j++].count;
	}
	return nr;
}

int run_latency__merge(struct run_latency *into, const struct run_latency *from)
{
	bool empty = into->nr_buckets == 0;
	struct run_bucket *buckets;
	uint64_t sum_ns;

	if (!from->nr_buckets)
		return 0;
	if (__builtin_add_overflow(into->sum_ns, from->sum_ns, &sum_ns))
		return -EOVERFLOW;
	buckets = calloc(into->nr_buckets + from->nr_buckets, sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	into->nr_buckets = merge_buckets(into, from, buckets);
	free(into->buckets);
	into->buckets = buckets;
	into->sum_ns = sum_ns;
	widen(into, empty, from->min_ns, from->max_ns);
	return 0;
}

int run_latency__from_dense(struct run_latency *latency, const uint64_t *dense)
{
	struct run_bucket *buckets = NULL;
	size_t nr = 0, i;

	for (i = 0; i < VS_HIST_BUCKETS; i++)
		nr += dense[i] != 0;
	if (nr) {
		buckets = calloc(nr, sizeof(*buckets));
		if (!buckets)
			return -ENOMEM;
	}
	nr = 0;
	for (i = 0; i < VS_HIST_BUCKETS; i++) {
		if (dense[i])
			buckets[nr++] = (struct run_bucket){ .index = i, .count = dense[i] };
	}
	free(latency->buckets);
	latency->buckets = buckets;
	latency->nr_buckets = nr;
	return 0;
}
