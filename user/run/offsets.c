// SPDX-License-Identifier: GPL-2.0-only
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
