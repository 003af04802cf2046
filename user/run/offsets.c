// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "user/run/run.h"

bool run_hot_offset__is_detailed(const struct run_hot_offset *hot)
{
	return hot->last_ns != 0;
}

bool run__offsets_complete(const struct run *run, uint32_t cell)
{
	uint64_t count = 0;

	for (size_t i = 0; i < run->nr_hot_offsets; i++) {
		const struct run_hot_offset *hot = &run->hot_offsets[i];

		if (hot->cell == cell && run_hot_offset__is_detailed(hot))
			count += hot->count;
	}
	return count == run->cells[cell].count;
}

static int by_place(const void *a, const void *b)
{
	const struct run_page *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->region != y->region)
		return x->region < y->region ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static struct run_page page_of(const struct run *run, const struct run_hot_offset *hot)
{
	const struct run_cell *cell = &run->cells[hot->cell];
	struct run_page page = { .device = cell->device,
				 .region = cell->region,
				 .offset = hot->offset & ~(uint64_t)(VS_PAGE - 1),
				 .errors = hot->errors };

	page.calls[cell->dir] = hot->count;
	return page;
}

/* Of a list that is sorted; returns how many are left. */
static size_t merge_pages(struct run_page *pages, size_t nr)
{
	size_t kept = 0;

	for (size_t i = 0; i < nr; i++) {
		if (!kept || by_place(&pages[kept - 1], &pages[i])) {
			pages[kept++] = pages[i];
			continue;
		}
		pages[kept - 1].calls[VS_READ] += pages[i].calls[VS_READ];
		pages[kept - 1].calls[VS_WRITE] += pages[i].calls[VS_WRITE];
		pages[kept - 1].errors += pages[i].errors;
	}
	return kept;
}

int run__pages(const struct run *run, const bool *wanted, struct run_page **pages, size_t *nr)
{
	size_t all = 0;

	*pages = calloc(run->nr_hot_offsets + 1, sizeof(**pages));
	if (!*pages)
		return -ENOMEM;
	for (size_t i = 0; i < run->nr_hot_offsets; i++)
		if (!wanted || wanted[run->hot_offsets[i].cell])
			(*pages)[all++] = page_of(run, &run->hot_offsets[i]);
	qsort(*pages, all, sizeof(**pages), by_place);
	*nr = merge_pages(*pages, all);
	return 0;
}
