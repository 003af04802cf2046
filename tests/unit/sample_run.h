/* SPDX-License-Identifier: GPL-2.0-only */
/* Two runs with every field in use and nothing from this machine: what the tests start from. */
#ifndef VFIOSCOPE_SAMPLE_RUN_H
#define VFIOSCOPE_SAMPLE_RUN_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "user/run/run.h"

static inline char *sample__text(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	return copy;
}

static inline void sample__replace(char **text, const char *by)
{
	free(*text);
	*text = sample__text(by);
}

static inline struct run *sample__new(enum run_kind kind, const char *tool)
{
	char *argv[] = { (char *)tool, (char *)"-o", (char *)"run.json", NULL };
	struct run *run = run__new(kind, tool, 3, argv);

	assert_non_null(run);
	sample__replace(&run->version, "0.1.0");
	run->started_ns = 1769860800123456789; /* 2026-01-31T12:00:00.123456789Z */
	run->duration_ns = 5000000000;
	sample__replace(&run->host.kernel, "6.1.0-37-amd64");
	sample__replace(&run->host.arch, "x86_64");
	sample__replace(&run->host.cpu_model, "Example CPU @ 2.00GHz");
	sample__replace(&run->host.preemption, "voluntary");
	sample__replace(&run->host.clock_source, "tsc");
	run->host.cpus = 8;
	return run;
}

static inline void sample__add_device(struct run *run, const char *name)
{
	struct run_device *device = run__add_device(run);
	struct run_region *region;

	assert_non_null(device);
	device->name = sample__text(name);
	device->bus = sample__text("pci");
	device->driver = sample__text("ism-vfio-pci");
	device->module = sample__text("ism_vfio_pci");
	device->srcversion = sample__text("533BB7E5866E52F63B9ACCB");
	device->ops = sample__text("ism-vfio-pci");
	device->iommu_group = 3;
	device->vendor_id = 0x1014;
	device->device_id = 0x4ed;
	device->subvendor_id = 0;
	device->subdevice_id = 0;
	device->class_id = 0x20000;
	device->numa_node = 1;
	device->runtime_status = sample__text("suspended");
	device->link_speed = sample__text("8.0 GT/s PCIe");
	device->link_width = 4;
	device->maxstbl = 4096;
	device->sessions_ended = 2;
	device->sessions_open = 1;
	device->offset_shift = 48;
	device->shift_source = VS_SHIFT_OBSERVED;
	device->shift_conflict = 40;
	region = run_device__add_region(device);
	assert_non_null(region);
	*region = (struct run_region){
		.index = 0, .name = sample__text("BAR0"), .size = 256ULL << 40, .flags = 0x3
	};
	region = run_device__add_region(device);
	assert_non_null(region);
	*region = (struct run_region){
		.index = 7, .name = sample__text("CONFIG"), .size = 4096, .flags = 0x3
	};
}

/* 8-byte reads of BAR0: 3 timed, 1 not, 1 of them failed. */
static inline void sample__add_reads(struct run *run)
{
	struct run_cell *cell = run__add_cell(run);

	assert_non_null(cell);
	cell->dir = VS_READ;
	cell->wclass = run_width__class(8);
	cell->process = 0;
	cell->count = 4;
	cell->bytes = 24;
	cell->untimed = 1;
	cell->accesses.source = RUN_ACCESSES_DERIVED;
	cell->accesses.by_width[3] = 3;
	cell->errors = 1;
	assert_int_equal(run_errnos__add(&cell->errnos, &cell->nr_errnos, 22, 1), 0);
	assert_int_equal(run_latency__add(&cell->latency, 60), 0);
	assert_int_equal(run_latency__add(&cell->latency, 1500), 0);
	assert_int_equal(run_latency__add(&cell->latency, 1510), 0);
}

/* Large writes, some of which failed in ways that have no name or no place in the list. */
static inline void sample__add_writes(struct run *run)
{
	struct run_cell *cell = run__add_cell(run);
	int i;

	assert_non_null(cell);
	cell->dir = VS_WRITE;
	cell->wclass = run_width__class(8192);
	cell->count = 6;
	cell->bytes = 8192;
	cell->errors = 3;
	cell->shorts = 1;
	cell->unaligned = 2;
	cell->crossing = 6;
	assert_int_equal(run_errnos__add(&cell->errnos, &cell->nr_errnos, 517, 1), 0);
	assert_int_equal(run_errnos__add(&cell->errnos, &cell->nr_errnos, 14, 1), 0);
	assert_int_equal(run_errnos__add(&cell->errnos, &cell->nr_errnos, 0, 1), 0);
	for (i = 0; i < 6; i++)
		assert_int_equal(run_latency__add(&cell->latency, 20000 + 1000 * i), 0);
}

static inline void sample__add_segment(struct run *run)
{
	struct run_segment *segment = run__add_segment(run);
	struct run_handler *handler;

	assert_non_null(segment);
	segment->start_ns = 1000000;
	segment->duration_ns = 4000000000;
	segment->reason = sample__text("fentry: no trampoline on this kernel");
	handler = run_segment__add_handler(segment);
	assert_non_null(handler);
	*handler = (struct run_handler){ .function = sample__text("ism_vfio_pci_read"),
					 .module = sample__text("ism_vfio_pci"),
					 .dir = VS_READ,
					 .method = sample__text("kprobe"),
					 .counted = 4,
					 .lost = 0,
					 .lost_kind = RUN_LOST_EXACT,
					 .entry_misses = 3,
					 .exit_misses = 2,
					 .no_start = 1,
					 .left = 1 };
	handler = run_segment__add_handler(segment);
	assert_non_null(handler);
	*handler = (struct run_handler){ .function = sample__text("ism_vfio_pci_write"),
					 .module = sample__text("ism_vfio_pci"),
					 .dir = VS_WRITE,
					 .method = sample__text("kprobe"),
					 .counted = 7,
					 .overflow = 1,
					 .lost = 2,
					 .lost_kind = RUN_LOST_UPPER_BOUND };
}

static inline void sample__add_rest(struct run *run)
{
	struct run_interval *interval = run__add_interval(run);
	struct run_interval_cell *cell;
	struct run_process *process;
	struct run_mapping *mapping;
	struct run_blind_spot *spot;
	struct run_hot_offset *hot;

	assert_non_null(interval);
	interval->duration_ns = 1000000000;
	cell = run_interval__add_cell(interval);
	assert_non_null(cell);
	*cell = (struct run_interval_cell){ .cell = 0, .count = 2, .bytes = 16, .sum_ns = 1560 };
	process = run__add_process(run);
	assert_non_null(process);
	process->pid = 4711;
	process->comm = sample__text("qemu-system-s39");
	process->cgroup = sample__text("/machine.slice/machine-qemu\\x2d1\\x2dguest.scope");
	process->vm = sample__text("guest");
	spot = run__add_blind_spot(run);
	assert_non_null(spot);
	spot->device = sample__text("0001:00:00.0");
	spot->region = 0;
	spot->kind = sample__text("mmap");
	spot->answer = RUN_YES;
	spot->detail = sample__text("mapped by 4711 (qemu-system-s39)");
	spot = run__add_blind_spot(run);
	assert_non_null(spot);
	spot->kind = sample__text("ioeventfd");
	spot->answer = RUN_YES;
	spot->count = 7;
	mapping = run__add_mapping(run);
	assert_non_null(mapping);
	*mapping = (struct run_mapping){ .device = sample__text("0001:00:00.0"),
					 .region = 0,
					 .offset = 0x1000,
					 .length = 0x3000,
					 .prot = sample__text("rw"),
					 .before_trace = true,
					 .dropped = { 100, 300 } };
	hot = run__add_hot_offset(run);
	assert_non_null(hot);
	*hot = (struct run_hot_offset){ .cell = 0,
					.offset = 0xfffffffffff8,
					.width = 8,
					.count = 4,
					.errors = 1,
					.first_ns = 2000000,
					.last_ns = 900000000,
					.first_error_ns = 3000000,
					.last_error_ns = 3000000 };
	hot = run__add_hot_offset(run);
	assert_non_null(hot);
	*hot = (struct run_hot_offset){ .cell = 1,
					.offset = 0x1004,
					.width = 8190,
					.count = 2,
					.first_ns = 4000000,
					.last_ns = 5000000 };
	hot = run__add_hot_offset(run);
	assert_non_null(hot);
	*hot = (struct run_hot_offset){ .cell = 1, .offset = 0x2000, .count = 1 };
}

static inline struct run *sample__trace(void)
{
	struct run *run = sample__new(RUN_TRACE, "vfioscope");

	run->limits = (struct run_limits){
		.max_cells = 1024,
		.cells_used = 2,
		.max_offsets = 4096,
		.offsets_dropped = 3,
		.start_slots = 4096,
		.kernel_bytes = 1 << 20,
	};
	run->command.argv = run_argv__copy(1, (char *[]){ (char *)"/usr/bin/true" });
	assert_non_null(run->command.argv);
	run->command.exit_status = 0;
	sample__add_device(run, "0001:00:00.0");
	sample__add_reads(run);
	sample__add_writes(run);
	sample__add_segment(run);
	sample__add_rest(run);
	return run;
}

/* 8-byte stores in rows of 2, each row read back. */
static inline void sample__add_stores(struct run *run)
{
	struct run_case *c = run__add_case(run);
	struct run_sample *sample;

	assert_non_null(c);
	c->id = sample__text("BAR0/store/16/stride:64/1/access:8/flush:each");
	c->mode = sample__text("store");
	c->pattern = sample__text("stride:64");
	c->flush = sample__text("each");
	c->width = 16;
	c->access_width = 8;
	c->length = 4096;
	c->threads = 1;
	sample = run_case__add_sample(c);
	assert_non_null(sample);
	*sample = (struct run_sample){ .ops = 100, .elapsed_ns = 90000 };
	c->operations = 200;
	c->read_backs = 100;
	c->warmup = sample__text("steady");
	c->cpu_khz = (struct run_range){ 2400000, 3600000 };
}

static inline struct run *sample__bench(void)
{
	struct run *run = sample__new(RUN_BENCH, "barbench");
	struct run_sample *sample;
	struct run_case *c;
	int i;

	sample__add_device(run, "0001:00:00.0");
	c = run__add_case(run);
	assert_non_null(c);
	c->id = sample__text("BAR0/pread/4/seq/1");
	c->mode = sample__text("pread");
	c->pattern = sample__text("seq");
	c->width = 4;
	c->length = 4096;
	c->threads = 1;
	for (i = 0; i < 3; i++) {
		sample = run_case__add_sample(c);
		assert_non_null(sample);
		*sample = (struct run_sample){ .ops = 100, .elapsed_ns = 100000 + i };
	}
	for (i = 0; i < 50; i++)
		assert_int_equal(run_latency__add(&c->latency, 900 + 10 * i), 0);
	c->timer_ns = 21;
	c->issued = c->operations = 400;
	c->errors = 2;
	c->shorts = 1;
	assert_int_equal(run_errnos__add(&c->errnos, &c->nr_errnos, 5, 2), 0);
	run->setting = (struct run_setting){
		.mapping = sample__text("uncached"),
		.governor = sample__text("performance"),
		.cpus = sample__text("0,2-3"),
	};
	sample__add_stores(run);
	return run;
}

/* The run as JSON; free() it. */
static inline char *sample__print(const struct run *run)
{
	char *text = NULL, *copy;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	assert_int_equal(run__print(run, stream), 0);
	assert_int_equal(fclose(stream), 0);
	/* A copy, or gcc 12 takes what is made of text for a dangling pointer to it. */
	copy = sample__text(text);
	free(text);
	return copy;
}

static inline struct run *sample__parse(const char *text)
{
	char error[512] = "";
	struct run *run;

	if (run__parse(text, strlen(text), "sample", &run, error, sizeof(error)))
		fail_msg("%s", error);
	return run;
}

#endif
