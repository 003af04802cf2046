/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of user/trace share among themselves. */
#ifndef VFIOSCOPE_TRACER_H
#define VFIOSCOPE_TRACER_H

#include <bpf/libbpf.h>

#include "user/trace/trace.h"

struct handler_bpf;
struct watch_bpf;
struct snapshot;

/* One handler with its programs. */
struct probe {
	const struct trace_handler *handler;
	uint32_t index; /* in handlers[] of bpf/maps.h */
	struct bpf_program *enter_program, *exit_program;
	struct bpf_link *enter, *exit;
	uint64_t enter_misses, exit_misses; /* recursion_misses of the programs */
	uint64_t enter_misses_before, exit_misses_before; /* of these, before the gate opened */
};

/* The read and the write handler of a module, loaded together: a copy of bpf/handler.bpf.c. */
struct pair {
	struct probe *probes[VS_DIRS]; /* either may be missing */
	enum trace_method method; /* what worked */
	struct handler_bpf *skel;
};

struct tracer {
	const struct trace_config *config;
	struct probe *probes;
	size_t nr_probes;
	struct pair *pairs;
	size_t nr_pairs;
	struct watch_bpf *watch;
	char *method_reason; /* why not the first choice; NULL: it was */

	/* Mapped from the kernel: bpf/maps.h. */
	struct vs_control *control;
	const struct vs_handler_stats *handlers;
	const struct vs_device *devices;
	const struct vs_start *starts;
	const struct vs_cell *cells; /* likewise, [cpu * cells_per_cpu + cell] */
	size_t cells_bytes;
	int bss_fd, cells_fd;
	uint32_t nr_cpus, cells_per_cpu;
	uint64_t kernel_bytes;

	uint64_t active_from_ns, active_to_ns; /* CLOCK_MONOTONIC */
	struct snapshot *snapshot;
};

/* attach.c: load and attach a pair's programs by @method; the first one makes the maps. */
int pair__attach(struct tracer *tracer, struct pair *pair, enum trace_method method);
void pair__detach(struct pair *pair);
void pair__close(struct pair *pair); /* and detach */
/* Calls that the kernel kept from the programs since they were loaded. */
void probe__read_misses(const struct probe *probe, uint64_t *enter, uint64_t *exit);

/* watch.c: programs beside the handlers. */
int tracer__watch(struct tracer *tracer, enum trace_method method);
void tracer__unwatch(struct tracer *tracer);

/* snapshot.c: sums over CPUs, in 64 bits, of what the programs count. */
struct snapshot *snapshot__new(uint32_t nr_cpus, uint32_t cells_per_cpu);
void snapshot__free(struct snapshot *snapshot);
void snapshot__take(struct snapshot *snapshot, const struct tracer *tracer);
int snapshot__fill(const struct snapshot *snapshot, const struct tracer *tracer, struct run *run);

/* Accesses to the device in slot @device of the table that are in cells. */
uint64_t snapshot__counted(const struct snapshot *snapshot, uint32_t device, enum vs_dir dir);

/* account.c: adds the segment with what each handler counted and lost. */
int tracer__fill_account(const struct tracer *tracer, struct run *run);

bool trace_config__has_filter(const struct trace_config *config);

uint64_t monotonic_ns(void);

#endif
