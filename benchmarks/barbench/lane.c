// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/lane.h"

/* Buffers of different lanes must not share a cache line, nor a copy cross a page needlessly. */
#define BUFFER_ALIGN 4096
#define BUFFER_SIZE 4096

void lane__fill(unsigned char *buffer, size_t size, uint64_t seed)
{
	size_t i;

	for (i = 0; i < size; i++)
		buffer[i] = (unsigned char)(1 + (seed * 31 + i * 157) % 254);
}

int lane__init(struct lane *lane, const struct target *target, const struct pattern *pattern,
	       uint32_t index, uint32_t lanes, uint64_t seed)
{
	memset(lane, 0, sizeof(*lane));
	lane->target = *target;
	lane->target.buffer = aligned_alloc(BUFFER_ALIGN, BUFFER_SIZE);
	if (!lane->target.buffer)
		return -ENOMEM;
	lane__fill(lane->target.buffer, BUFFER_SIZE, seed);
	memcpy(&lane->target.value, lane->target.buffer, sizeof(lane->target.value));
	lane->pattern = pattern;
	lane->cursor = pattern->slots > 1 ? pattern->lap / lanes * index : 0;
	lane->chunk = 1;
	lane->min_ns = UINT64_MAX;
	return 0;
}

void lane__free(struct lane *lane)
{
	free(lane->target.buffer);
	lane->target.buffer = NULL;
}

/* The last entry is kept for "other". */
static struct run_errno *errno_slot(struct tally *tally, int err)
{
	size_t i;

	for (i = 0; i < tally->nr_errnos; i++) {
		if (tally->errnos[i].err == err)
			return &tally->errnos[i];
	}
	if (err && tally->nr_errnos == TALLY_ERRNOS - 1)
		return errno_slot(tally, 0);
	tally->errnos[tally->nr_errnos].err = err;
	return &tally->errnos[tally->nr_errnos++];
}

void tally__error(struct tally *tally, int err, uint64_t count)
{
	errno_slot(tally, err)->count += count;
	tally->errors += count;
}

void tally__merge(struct tally *into, const struct tally *from)
{
	size_t i;

	for (i = 0; i < from->nr_errnos; i++)
		tally__error(into, from->errnos[i].err, from->errnos[i].count);
	into->shorts += from->shorts;
	into->gone |= from->gone;
}

static void book_refusal(struct tally *tally, ssize_t result)
{
	if (result >= 0) {
		tally->shorts++;
		return;
	}
	tally__error(tally, errno, 1);
	if (errno == ENODEV)
		tally->gone = true;
}

__attribute__((cold, noinline)) void lane__refused(struct lane *lane, ssize_t result)
{
	book_refusal(&lane->tally, result);
}

__attribute__((cold, noinline)) void lane__not_read_back(struct lane *lane, ssize_t result)
{
	book_refusal(&lane->read_back_tally, result);
}

bool lane__is_gone(const struct lane *lane)
{
	return lane->tally.gone || lane->read_back_tally.gone;
}
