// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/run.h"

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

/* --- why they were trapped ----------------------------------------------------------------------- */

static const struct run_region *find_region(const struct run_device *device, uint32_t index)
{
	for (size_t i = 0; i < device->nr_regions; i++)
		if (device->regions[i].index == index)
			return &device->regions[i];
	return NULL;
}

/* Of a region that the driver does not let be mapped: vfio_pci_probe_mmaps() in vfio_pci_core.c. */
static enum run_trap why_not_offered(const struct run_region *region)
{
	if (region->bar == RUN_BAR_IO)
		return RUN_TRAP_IO_BAR;
	if (region->bar == RUN_BAR_MEMORY && region->size < VS_PAGE)
		return RUN_TRAP_SUB_PAGE_BAR;
	return RUN_TRAP_REGION;
}

static bool has_msix_table(const struct run_device *device, const struct run_page *page)
{
	return device->msix_size && device->msix_bar == page->region &&
	       page->offset < device->msix_offset + device->msix_size &&
	       device->msix_offset < page->offset + VS_PAGE;
}

/* Had nobody mapped any of the region while it was traced? Not known is no. */
static bool never_mapped(const struct run *run, const struct run_page *page)
{
	const char *device = run->devices[page->device].name;

	for (size_t i = 0; i < run->nr_blind_spots; i++) {
		const struct run_blind_spot *spot = &run->blind_spots[i];

		if (strcmp(spot->kind, "mmap") != 0 || !spot->device ||
		    strcmp(spot->device, device) != 0)
			continue;
		if (spot->region == (int)page->region)
			return false;
		if (spot->region < 0)
			return spot->answer == RUN_NO;
	}
	return false;
}

static enum run_trap trap_of(const struct run *run, const struct run_page *page)
{
	const struct run_device *device = &run->devices[page->device];
	const struct run_region *region = find_region(device, page->region);

	if (device->no_mmap)
		return RUN_TRAP_NO_MMAP;
	if (!region || !region->flags)
		return RUN_TRAP_UNKNOWN;
	if (!(region->flags & VFIO_REGION_INFO_FLAG_MMAP))
		return why_not_offered(region);
	if (has_msix_table(device, page))
		return RUN_TRAP_MSIX_PAGE;
	return never_mapped(run, page) ? RUN_TRAP_CLIENT : RUN_TRAP_UNKNOWN;
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
	for (size_t i = 0; i < *nr; i++)
		(*pages)[i].trap = trap_of(run, &(*pages)[i]);
	return 0;
}
