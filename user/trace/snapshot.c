// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the kernel's cells to the run's. The kernel counts in one copy per CPU, with 32-bit buckets
 * that wrap; here is the last copy seen of each, and the sum of all differences in 64 bits. The
 * other fields are 64 bits wide: their sum over the copies is the total.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/tracer.h"

/* How often a cell that is being written is read again before the last good copy is kept. */
#define CONSISTENT_TRIES 100

struct wide_cell {
	uint64_t buckets[VS_HIST_BUCKETS];
	struct run_errno errnos[2 * VS_ERRNOS]; /* of all CPUs; count 0: free */
};

struct snapshot {
	uint32_t nr_cpus, cells_per_cpu;
	uint32_t used; /* cells taken so far */
	/* Devices (table slots) and cells in the order they were first seen: a run's indexes stay. */
	uint16_t *cell_order;
	uint32_t nr_cells;
	uint16_t device_order[VS_MAX_DEVICES];
	uint32_t nr_devices;
	struct vs_cell *last; /* [cpu * cells_per_cpu + cell] */
	struct wide_cell *wide; /* [cell] */
	struct vs_cell scratch;
};

struct snapshot *snapshot__new(uint32_t nr_cpus, uint32_t cells_per_cpu)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return NULL;
	snapshot->nr_cpus = nr_cpus;
	snapshot->cells_per_cpu = cells_per_cpu;
	snapshot->last = calloc((size_t)nr_cpus * cells_per_cpu, sizeof(*snapshot->last));
	snapshot->wide = calloc(cells_per_cpu, sizeof(*snapshot->wide));
	snapshot->cell_order = calloc(cells_per_cpu, sizeof(*snapshot->cell_order));
	if (!snapshot->last || !snapshot->wide || !snapshot->cell_order) {
		snapshot__free(snapshot);
		return NULL;
	}
	return snapshot;
}

void snapshot__free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	free(snapshot->last);
	free(snapshot->wide);
	free(snapshot->cell_order);
	free(snapshot);
}

/*
 * A copy in which count, untimed and buckets belong together, unless @from does not hold still.
 * Modulo 2^32, as the buckets count.
 */
static bool copy_cell(struct vs_cell *to, const volatile struct vs_cell *from)
{
	for (int i = 0; i < CONSISTENT_TRIES; i++) {
		uint32_t timed = 0;
		uint64_t before = from->count;

		memcpy(to, (const struct vs_cell *)from, sizeof(*to));
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		for (int b = 0; b < VS_HIST_BUCKETS; b++)
			timed += to->buckets[b];
		if (before == from->count && (uint32_t)(to->count - to->untimed) == timed)
			return true;
	}
	return false;
}

static void add_errno(struct wide_cell *wide, int err, uint64_t count)
{
	for (int i = 0; i < 2 * VS_ERRNOS; i++) {
		struct run_errno *slot = &wide->errnos[i];

		if (!slot->count)
			slot->err = err;
		if (slot->err == err) {
			slot->count += count;
			return;
		}
	}
}

static void add_differences(struct wide_cell *wide, const struct vs_cell *now,
			    const struct vs_cell *last)
{
	for (int b = 0; b < VS_HIST_BUCKETS; b++)
		wide->buckets[b] += now->buckets[b] - last->buckets[b];
	for (int i = 0; i < VS_ERRNOS; i++) {
		uint32_t count = now->errnos[i].count - last->errnos[i].count;

		if (count)
			add_errno(wide, now->errnos[i].err, count);
	}
}

static bool cell_changed(const volatile struct vs_cell *now, const struct vs_cell *last)
{
	return now->count != last->count || now->valid != last->valid;
}

static bool in_order(const uint16_t *order, uint32_t nr, uint16_t value)
{
	for (uint32_t i = 0; i < nr; i++)
		if (order[i] == value)
			return true;
	return false;
}

static void order_devices(struct snapshot *snapshot, const struct vs_device *devices)
{
	for (uint16_t slot = 0; slot < VS_MAX_DEVICES; slot++)
		if (devices[slot].filled &&
		    !in_order(snapshot->device_order, snapshot->nr_devices, slot))
			snapshot->device_order[snapshot->nr_devices++] = slot;
}

static void take_cell(struct snapshot *snapshot, const struct tracer *tracer, uint32_t id)
{
	bool seen = false;

	for (uint32_t cpu = 0; cpu < snapshot->nr_cpus; cpu++) {
		size_t at = (size_t)cpu * snapshot->cells_per_cpu + id;
		struct vs_cell *last = &snapshot->last[at];

		if (cell_changed(&tracer->cells[at], last) &&
		    copy_cell(&snapshot->scratch, &tracer->cells[at])) {
			add_differences(&snapshot->wide[id], &snapshot->scratch, last);
			*last = snapshot->scratch;
		}
		seen |= last->count;
	}
	if (seen && !in_order(snapshot->cell_order, snapshot->nr_cells, id))
		snapshot->cell_order[snapshot->nr_cells++] = id;
}

void snapshot__take(struct snapshot *snapshot, const struct tracer *tracer)
{
	uint64_t taken = __atomic_load_n(&tracer->shared->next_cell, __ATOMIC_ACQUIRE) + 1;

	snapshot->used = taken < snapshot->cells_per_cpu ? taken : snapshot->cells_per_cpu;
	for (uint32_t id = 1; id < snapshot->used; id++)
		take_cell(snapshot, tracer, id);
	order_devices(snapshot, tracer->shared->devices);
}

uint64_t snapshot__counted(const struct snapshot *snapshot, const struct tracer *tracer,
			   uint32_t device, enum vs_dir dir)
{
	uint64_t counted = 0;

	for (uint32_t id = 1; id < snapshot->used; id++) {
		const struct vs_cell *first = &snapshot->last[id];

		if (!first->valid || VS_INDEX_DIR(first->index) != dir ||
		    client__device(tracer, first->client) != device)
			continue;
		for (uint32_t cpu = 0; cpu < snapshot->nr_cpus; cpu++)
			counted += snapshot->last[cpu * snapshot->cells_per_cpu + id].count;
	}
	return counted;
}

/* --- into a run -------------------------------------------------------------------------------- */

static int fill_latency(struct run_latency *latency, const struct snapshot *snapshot, uint32_t id)
{
	uint64_t inv_min = 0;
	int err = run_latency__from_dense(latency, snapshot->wide[id].buckets);

	if (err || !latency->nr_buckets)
		return err;
	for (uint32_t cpu = 0; cpu < snapshot->nr_cpus; cpu++) {
		const struct vs_cell *cell = &snapshot->last[cpu * snapshot->cells_per_cpu + id];

		latency->sum_ns += cell->sum_ns;
		if (latency->max_ns < cell->max_ns)
			latency->max_ns = cell->max_ns;
		if (inv_min < cell->inv_min_ns)
			inv_min = cell->inv_min_ns;
	}
	latency->min_ns = ~inv_min;
	return 0;
}

static int by_errno(const void *a, const void *b)
{
	return ((const struct run_errno *)a)->err - ((const struct run_errno *)b)->err;
}

/* Ordered by number; the errors that are not in the bounded lists are "other", last. */
static int fill_errnos(struct run_cell *cell, const struct wide_cell *wide)
{
	uint64_t other = cell->errors;
	size_t nr = 0;

	while (nr < 2 * VS_ERRNOS && wide->errnos[nr].count)
		nr++;
	cell->errnos = calloc(nr + 1, sizeof(*cell->errnos));
	if (!cell->errnos)
		return -ENOMEM;
	memcpy(cell->errnos, wide->errnos, nr * sizeof(*cell->errnos));
	qsort(cell->errnos, nr, sizeof(*cell->errnos), by_errno);
	for (size_t i = 0; i < nr; i++)
		other -= cell->errnos[i].count;
	if (other)
		cell->errnos[nr++].count = other;
	cell->nr_errnos = nr;
	return 0;
}

static void fill_accesses(struct run_cell *cell, const struct snapshot *snapshot,
			  const struct tracer *tracer, uint32_t id)
{
	uint32_t device = client__device(tracer, snapshot->last[id].client);
	uint64_t irregular = 0, counts[VS_ACCESSES] = {};

	for (uint32_t cpu = 0; cpu < snapshot->nr_cpus; cpu++) {
		const struct vs_cell *copy = &snapshot->last[cpu * snapshot->cells_per_cpu + id];

		irregular += copy->irregular;
		for (int i = 0; i < VS_ACCESSES; i++)
			counts[i] += copy->accesses[i];
	}
	accesses__fill(tracer, &tracer->shared->devices[device], irregular, counts, cell);
}

static int fill_cell(struct run_cell *cell, const struct snapshot *snapshot,
		     const struct tracer *tracer, uint32_t id)
{
	const struct vs_cell *first = &snapshot->last[id];
	int err;

	cell->region = VS_INDEX_REGION(first->index);
	cell->dir = VS_INDEX_DIR(first->index);
	cell->wclass = VS_INDEX_WCLASS(first->index);
	for (uint32_t cpu = 0; cpu < snapshot->nr_cpus; cpu++) {
		const struct vs_cell *copy = &snapshot->last[cpu * snapshot->cells_per_cpu + id];

		cell->count += copy->count;
		cell->bytes += copy->bytes;
		cell->errors += copy->errors;
		cell->shorts += copy->shorts;
		cell->unaligned += copy->unaligned;
		cell->crossing += copy->crossing;
		cell->untimed += copy->untimed;
	}
	if (cell->wclass <= VS_WIDTH_EXACT_MAX)
		cell->bytes += cell->wclass * cell->count; /* see struct vs_cell */
	fill_accesses(cell, snapshot, tracer, id);
	err = fill_latency(&cell->latency, snapshot, id);
	return err ? err : fill_errnos(cell, &snapshot->wide[id]);
}

static int fill_regions(struct run_device *device, const struct vs_device *seen)
{
	for (uint32_t i = 0; i < VS_REGIONS; i++) {
		struct run_region *region;

		if (!seen->regions[i].seen)
			continue;
		region = run_device__add_region(device);
		if (!region)
			return -ENOMEM;
		region->index = i;
		region->size = seen->regions[i].size;
		region->flags = seen->regions[i].flags;
	}
	return 0;
}

static void fill_msix(struct run_device *device, const struct vs_device *seen)
{
	device->no_msix = seen->msix_known && !seen->msix_size;
	if (!seen->msix_size)
		return;
	device->msix_bar = seen->msix_bar;
	device->msix_offset = seen->msix_offset;
	device->msix_size = seen->msix_size;
}

/* The same device may have several entries: its driver was loaded again. */
static int find_device(const struct run *run, const struct vs_device *seen)
{
	for (size_t i = 0; i < run->nr_devices; i++) {
		const struct run_device *device = &run->devices[i];

		if (!strncmp(device->name, seen->is.name, VS_NAME_LEN) &&
		    !strncmp(device->ops, seen->ops, VS_NAME_LEN))
			return i;
	}
	return -1;
}

/* The run's index of the device in @slot of the table, added if need be; or a negative errno. */
static int fill_device(const struct vs_device *devices, uint32_t slot, struct run *run,
		       int *indexes)
{
	const struct vs_device *seen = &devices[slot];
	struct run_device *device;
	int err;

	if (indexes[slot] < 0)
		indexes[slot] = find_device(run, seen);
	if (indexes[slot] >= 0)
		return indexes[slot];
	device = run__add_device(run);
	if (!device)
		return -ENOMEM;
	device->name = strndup(seen->is.name, VS_NAME_LEN);
	device->ops = strndup(seen->ops, VS_NAME_LEN);
	device->offset_shift = seen->shift;
	device->shift_source = seen->shift_source;
	if (seen->shift_conflict)
		device->shift_conflict = seen->shift_conflict;
	device->no_mmap = !seen->has_mmap;
	fill_msix(device, seen);
	if (seen->maxstbl)
		device->maxstbl = (int)seen->maxstbl;
	err = device->name && device->ops ? fill_regions(device, seen) : -ENOMEM;
	if (err)
		return err;
	indexes[slot] = run->nr_devices - 1;
	return indexes[slot];
}

/*
 * Takes over what @cell owns; its index in the run, or a negative errno. A device with several entries
 * in the table, or two CPUs that met a cell at once, make one cell of the run.
 */
static int add_cell(struct run *run, struct run_cell *cell)
{
	struct run_cell *added;
	int err;

	for (size_t i = 0; i < run->nr_cells; i++) {
		if (run_cell__same(&run->cells[i], cell)) {
			err = run_cell__merge(&run->cells[i], cell);
			run_cell__clear(cell);
			return err ? err : (int)i;
		}
	}
	added = run__add_cell(run);
	if (!added) {
		run_cell__clear(cell);
		return -ENOMEM;
	}
	*added = *cell;
	return run->nr_cells - 1;
}

/* Elements of the run, by place in the kernel's tables; less than 0: not added yet. */
struct indexes {
	int devices[VS_MAX_DEVICES];
	int processes[VS_MAX_PROCESSES];
};

/* Whose cell it is. */
static int fill_client(struct run_cell *cell, const struct tracer *tracer, uint32_t client,
		       struct run *run, struct indexes *indexes)
{
	int device = fill_device(tracer->shared->devices, client__device(tracer, client), run,
				 indexes->devices);

	if (device < 0)
		return device;
	cell->device = device;
	return client__fill_process(tracer, client, run, indexes->processes, &cell->process);
}

/* @cells: their indexes in the run, by number. */
static int fill_cells(const struct snapshot *snapshot, const struct tracer *tracer, struct run *run,
		      struct indexes *indexes, int *cells)
{
	for (uint32_t i = 0; i < snapshot->nr_cells; i++) {
		uint32_t id = snapshot->cell_order[i];
		struct run_cell cell = {};
		int err = fill_client(&cell, tracer, snapshot->last[id].client, run, indexes);

		err = err ?: fill_cell(&cell, snapshot, tracer, id);
		if (err) {
			run_cell__clear(&cell);
			return err;
		}
		cells[id] = add_cell(run, &cell);
		if (cells[id] < 0)
			return cells[id];
	}
	return 0;
}

static int fill_cells_and_offsets(const struct snapshot *snapshot, const struct tracer *tracer,
				  struct run *run, struct indexes *indexes)
{
	int *cells = calloc(snapshot->cells_per_cpu, sizeof(*cells));
	int err;

	if (!cells)
		return -ENOMEM;
	memset(cells, -1, snapshot->cells_per_cpu * sizeof(*cells));
	err = fill_cells(snapshot, tracer, run, indexes, cells);
	if (!err)
		err = offsets__fill(tracer, cells, run);
	free(cells);
	return err;
}

int snapshot__fill(const struct snapshot *snapshot, const struct tracer *tracer, struct run *run)
{
	struct indexes indexes;

	memset(&indexes, -1, sizeof(indexes));
	for (uint32_t i = 0; i < snapshot->nr_devices; i++) {
		int device = fill_device(tracer->shared->devices, snapshot->device_order[i], run,
					 indexes.devices);

		if (device < 0)
			return device;
	}
	run->limits.max_cells = snapshot->cells_per_cpu - 1;
	run->limits.cells_used = snapshot->used ? snapshot->used - 1 : 0;
	accesses__fill_elsewhere(tracer, run);
	return fill_cells_and_offsets(snapshot, tracer, run, &indexes);
}
