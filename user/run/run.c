// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/run/array.h"
#include "user/run/host.h"
#include "user/run/run.h"
#include "user/run/version.h"

char **run_argv__copy(int argc, char *const *argv)
{
	char **copy = calloc((size_t)argc + 1, sizeof(*copy));
	int i;

	for (i = 0; copy && i < argc; i++) {
		copy[i] = strdup(argv[i]);
		if (!copy[i]) {
			run_argv__free(copy);
			return NULL;
		}
	}
	return copy;
}

void run_argv__free(char **argv)
{
	char **arg;

	for (arg = argv; arg && *arg; arg++)
		free(*arg);
	free(argv);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct run *run__new(enum run_kind kind, const char *tool, int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return NULL;
	run->kind = kind;
	run->started_ns = now_ns();
	run->command.exit_status = -1;
	run->tool = strdup(tool);
	run->version = strdup(VFIOSCOPE_VERSION);
	run->argv = run_argv__copy(argc, argv);
	if (!run->tool || !run->version || !run->argv || run_host__fill(&run->host)) {
		run__free(run);
		return NULL;
	}
	return run;
}

static void free_device(struct run_device *device)
{
	size_t i;

	for (i = 0; i < device->nr_regions; i++)
		free(device->regions[i].name);
	free(device->regions);
	free(device->name);
	free(device->bus);
	free(device->driver);
	free(device->module);
	free(device->srcversion);
	free(device->ops);
	free(device->runtime_status);
	free(device->link_speed);
}

static void free_segment(struct run_segment *segment)
{
	size_t i;

	for (i = 0; i < segment->nr_handlers; i++) {
		free(segment->handlers[i].function);
		free(segment->handlers[i].module);
		free(segment->handlers[i].method);
	}
	free(segment->handlers);
	free(segment->reason);
}

static void free_interval(struct run_interval *interval)
{
	free(interval->cells);
}

static void free_process(struct run_process *process)
{
	free(process->comm);
	free(process->cgroup);
	free(process->vm);
}

static void free_mapping(struct run_mapping *mapping)
{
	free(mapping->device);
	free(mapping->prot);
}

static void free_blind_spot(struct run_blind_spot *spot)
{
	free(spot->device);
	free(spot->kind);
	free(spot->detail);
}

static void free_case(struct run_case *c)
{
	free(c->id);
	free(c->mode);
	free(c->pattern);
	free(c->flush);
	free(c->warmup);
	free(c->samples);
	free(c->latency.buckets);
	free(c->errnos);
}

static void free_host(struct run_host *host)
{
	free(host->kernel);
	free(host->arch);
	free(host->cpu_model);
	free(host->preemption);
	free(host->clock_source);
}

static void free_setting(struct run_setting *setting)
{
	free(setting->mapping);
	free(setting->governor);
	free(setting->cpus);
}

void run__free(struct run *run)
{
	size_t i;

	if (!run)
		return;
	for (i = 0; i < run->nr_devices; i++)
		free_device(&run->devices[i]);
	for (i = 0; i < run->nr_segments; i++)
		free_segment(&run->segments[i]);
	for (i = 0; i < run->nr_intervals; i++)
		free_interval(&run->intervals[i]);
	for (i = 0; i < run->nr_cells; i++)
		run_cell__clear(&run->cells[i]);
	for (i = 0; i < run->nr_processes; i++)
		free_process(&run->processes[i]);
	for (i = 0; i < run->nr_mappings; i++)
		free_mapping(&run->mappings[i]);
	for (i = 0; i < run->nr_blind_spots; i++)
		free_blind_spot(&run->blind_spots[i]);
	for (i = 0; i < run->nr_cases; i++)
		free_case(&run->cases[i]);
	free(run->devices);
	free(run->segments);
	free(run->intervals);
	free(run->cells);
	free(run->processes);
	free(run->mappings);
	free(run->blind_spots);
	free(run->hot_offsets);
	free(run->cases);
	free_setting(&run->setting);
	free_host(&run->host);
	run_argv__free(run->command.argv);
	run_argv__free(run->argv);
	free(run->tool);
	free(run->version);
	free(run);
}

struct run_device *run__add_device(struct run *run)
{
	struct run_device *device = array__append(&run->devices, &run->nr_devices, sizeof(*device));

	if (device) {
		device->iommu_group = -1;
		device->vendor_id = device->device_id = -1;
		device->subvendor_id = device->subdevice_id = device->class_id = -1;
		device->numa_node = device->link_width = device->maxstbl = -1;
		device->shift_conflict = -1;
	}
	return device;
}

struct run_segment *run__add_segment(struct run *run)
{
	return array__append(&run->segments, &run->nr_segments, sizeof(*run->segments));
}

struct run_handler *run_segment__add_handler(struct run_segment *segment)
{
	return array__append(&segment->handlers, &segment->nr_handlers, sizeof(*segment->handlers));
}

struct run_interval *run__add_interval(struct run *run)
{
	return array__append(&run->intervals, &run->nr_intervals, sizeof(*run->intervals));
}

struct run_cell *run__add_cell(struct run *run)
{
	struct run_cell *cell = array__append(&run->cells, &run->nr_cells, sizeof(*cell));

	if (cell)
		cell->process = RUN_NO_PROCESS;
	return cell;
}

struct run_process *run__add_process(struct run *run)
{
	return array__append(&run->processes, &run->nr_processes, sizeof(*run->processes));
}

struct run_mapping *run__add_mapping(struct run *run)
{
	struct run_mapping *mapping =
		array__append(&run->mappings, &run->nr_mappings, sizeof(*mapping));

	if (mapping)
		mapping->region = -1;
	return mapping;
}

struct run_blind_spot *run__add_blind_spot(struct run *run)
{
	struct run_blind_spot *spot =
		array__append(&run->blind_spots, &run->nr_blind_spots, sizeof(*spot));

	if (spot)
		spot->region = -1;
	return spot;
}

struct run_hot_offset *run__add_hot_offset(struct run *run)
{
	return array__append(&run->hot_offsets, &run->nr_hot_offsets, sizeof(*run->hot_offsets));
}

struct run_case *run__add_case(struct run *run)
{
	return array__append(&run->cases, &run->nr_cases, sizeof(*run->cases));
}

struct run_region *run_device__add_region(struct run_device *device)
{
	return array__append(&device->regions, &device->nr_regions, sizeof(*device->regions));
}

struct run_interval_cell *run_interval__add_cell(struct run_interval *interval)
{
	return array__append(&interval->cells, &interval->nr_cells, sizeof(*interval->cells));
}

struct run_sample *run_case__add_sample(struct run_case *c)
{
	return array__append(&c->samples, &c->nr_samples, sizeof(*c->samples));
}

/* Not by array__append: recorders allocate these lists themselves, to their exact size. */
int run_errnos__add(struct run_errno **errnos, size_t *nr, int err, uint64_t count)
{
	struct run_errno *longer;
	size_t i;

	for (i = 0; i < *nr; i++) {
		if ((*errnos)[i].err == err) {
			(*errnos)[i].count += count;
			return 0;
		}
	}
	longer = reallocarray(*errnos, *nr + 1, sizeof(*longer));
	if (!longer)
		return -ENOMEM;
	longer[(*nr)++] = (struct run_errno){ .err = err, .count = count };
	*errnos = longer;
	return 0;
}

bool run_blind_spot__is_of_others(const struct run_blind_spot *spot, const struct run *run)
{
	if (spot->region >= 0 || !spot->device)
		return false;
	for (size_t i = 0; i < run->nr_blind_spots; i++) {
		const struct run_blind_spot *other = &run->blind_spots[i];

		if (other->region >= 0 && other->device && !strcmp(other->device, spot->device) &&
		    !strcmp(other->kind, spot->kind))
			return true;
	}
	return false;
}

void run__account(const struct run *run, struct run_account *account)
{
	size_t i, j;

	*account = (struct run_account){ .lost_kind = RUN_LOST_EXACT };
	for (i = 0; i < run->nr_segments; i++) {
		account->between.min += run->segments[i].between.min;
		account->between.max += run->segments[i].between.max;
		for (j = 0; j < run->segments[i].nr_handlers; j++) {
			const struct run_handler *handler = &run->segments[i].handlers[j];

			account->counted += handler->counted;
			account->lost += handler->lost;
			account->overflow += handler->overflow;
			account->no_device += handler->no_device;
			if (handler->lost_kind > account->lost_kind)
				account->lost_kind = handler->lost_kind;
		}
	}
}
