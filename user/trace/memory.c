// SPDX-License-Identifier: GPL-2.0-only
/* Kernel memory of the maps. */
#include <stdio.h>

#include "user/trace/tracer.h"

#include "bpf/watch.skel.h"

/* As the map's fdinfo and bpftool have it. */
static uint64_t map_bytes(int fd)
{
	char path[64], line[128];
	uint64_t bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %lu", &bytes) == 1)
			break;
	fclose(file);
	return bytes;
}

/* Of an object's maps but those that all objects share; NULL: it has no such. */
static uint64_t own_bytes(const struct bpf_object *object, const struct bpf_map *bss,
			  const struct bpf_map *cells, const struct bpf_map *offsets)
{
	const struct bpf_map *map;
	uint64_t bytes = 0;

	bpf_object__for_each_map(map, object)
	{
		if (map != bss && map != cells && map != offsets && bpf_map__fd(map) >= 0)
			bytes += map_bytes(bpf_map__fd(map));
	}
	return bytes;
}

uint64_t tracer__map_bytes(const struct tracer *tracer)
{
	uint64_t bytes = map_bytes(tracer->bss_fd) + map_bytes(tracer->cells_fd);

	/* Before Linux 6.3 the kernel does not tell. */
	if (tracer->ring_fd >= 0)
		bytes += tracer->config->snoop->buffer_bytes;
	if (tracer->offsets)
		bytes += map_bytes(tracer->offsets_fd);
	for (size_t i = 0; i < VS_MAX_SEGMENTS; i++) {
		const struct segment *segment = &tracer->segments[i];

		for (size_t j = 0; j < segment->nr_pairs; j++) {
			const struct pair *pair = &segment->pairs[j];

			if (pair->object)
				bytes += own_bytes(pair->object, pair->bss, pair->cells,
						   pair->offsets);
		}
	}
	if (tracer->watch)
		bytes += own_bytes(tracer->watch->obj, tracer->watch->maps.bss,
				   tracer->watch->maps.cells, NULL);
	return bytes;
}
