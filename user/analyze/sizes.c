// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/sizes.h"

#include <stddef.h>

/* Sums of 64-bit counts and sizes */
__extension__ typedef __int128 wide;

bool sizes__allowed(const struct sizes *sizes, uint64_t size)
{
	return size >= sizes->min && size <= sizes->max && size % sizes->multiple == 0;
}

/* The least and the greatest size of the class that is allowed; none if first > last. */
static void find_allowed(const struct sizes *s, uint64_t *first, uint64_t *last)
{
	uint64_t low = s->lo > s->min ? s->lo : s->min;
	uint64_t high = s->hi < s->max ? s->hi : s->max;
	uint64_t over = low % s->multiple;

	*first = over ? low + (s->multiple - over) : low;
	*last = high - high % s->multiple;
	if (low > high || *first < low) { /* the sum may have wrapped */
		*first = 1;
		*last = 0;
	}
}

/* The same of those that are not. If the least of a class is allowed the next one is no multiple. */
static void find_broken(const struct sizes *s, uint64_t *first, uint64_t *last)
{
	*first = s->lo;
	*last = s->hi;
	if (sizes__allowed(s, s->lo))
		*first = s->multiple > 1 ? s->lo + 1 : s->max + 1;
	if (sizes__allowed(s, s->hi))
		*last = s->multiple > 1 ? s->hi - 1 : s->min - 1;
}

bool sizes__some_allowed(const struct sizes *sizes)
{
	uint64_t first, last;

	find_allowed(sizes, &first, &last);
	return first <= last;
}

static bool all_allowed(const struct sizes *s)
{
	if (s->lo == s->hi || s->multiple == 1)
		return sizes__allowed(s, s->lo) && sizes__allowed(s, s->hi);
	return false;
}

static wide divide_up(wide value, wide by)
{
	return (value + by - 1) / by;
}

/*
 * k of n sizes break the rule, and are b0 to b1; the others are a0 to a1. So the sum is
 * k * b0 + (n - k) * a0 at least, and k * b1 + (n - k) * a1 at most: each is a bound of k.
 */
static struct audit_range by_sum(const struct sizes *s, uint64_t n, uint64_t sum)
{
	uint64_t a0, a1, b0, b1;
	wide low = sum % s->multiple != 0, high = n, over, under;

	find_allowed(s, &a0, &a1);
	find_broken(s, &b0, &b1);
	over = (wide)sum - (wide)n * a0;
	under = (wide)n * a1 - (wide)sum;
	if (b0 > a0 && over / (wide)(b0 - a0) < high)
		high = over / (wide)(b0 - a0);
	if (b0 < a0 && over < 0 && divide_up(-over, a0 - b0) > low)
		low = divide_up(-over, a0 - b0);
	if (b1 < a1 && under / (wide)(a1 - b1) < high)
		high = under / (wide)(a1 - b1);
	if (b1 > a1 && under < 0 && divide_up(-under, b1 - a1) > low)
		low = divide_up(-under, b1 - a1);
	return (struct audit_range){ low, high };
}

struct audit_range sizes__breaking(const struct sizes *sizes, uint64_t count, const uint64_t *sum)
{
	bool possible = sum && (wide)*sum >= (wide)count * sizes->lo &&
			(wide)*sum <= (wide)count * sizes->hi;

	if (!sizes__some_allowed(sizes))
		return (struct audit_range){ count, count };
	if (all_allowed(sizes) || !count)
		return (struct audit_range){ 0, 0 };
	if (!possible)
		return (struct audit_range){ 0, count };
	if (count == 1) {
		uint64_t broken = !sizes__allowed(sizes, *sum);

		return (struct audit_range){ broken, broken };
	}
	return by_sum(sizes, count, *sum);
}
