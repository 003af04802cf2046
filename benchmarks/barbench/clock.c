// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "benchmarks/barbench/clock.h"

#define PROBES 4097

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

uint64_t clock__overhead(void)
{
	uint64_t probes[PROBES], start;
	int i;

	for (i = 0; i < PROBES; i++) {
		start = clock__now();
		probes[i] = clock__now() - start;
	}
	qsort(probes, PROBES, sizeof(probes[0]), compare);
	return probes[PROBES / 2];
}
