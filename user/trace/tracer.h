/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of user/trace share among themselves. */
#ifndef VFIOSCOPE_TRACER_H
#define VFIOSCOPE_TRACER_H

#include <bpf/libbpf.h>

#include "user/trace/kprobe_event.h"
#include "user/trace/process.h"
#include "user/trace/trace.h"

struct handler_bpf;
struct session_bpf;
struct watch_bpf;
struct snapshot;

/* A program where it is attached. */
struct hook {
	struct bpf_program *program;
	struct bpf_link *link;
	int link_fd; /* where libbpf has no link of this kind; 0: none */
	uint64_t link_misses; /* of that link, when it was closed */
	struct kprobe_event event;
};

#define MUTED_UNKNOWN UINT64_MAX

/* What the kernel says of a handler's calls, since the programs were attached. */
struct reading {
	uint64_t calls; /* begun, that our programs or the kernel's count of skipped runs know of */
	uint64_t muted_min, muted_max; /* calls beside these, or MUTED_UNKNOWN: kprobe only */
	uint64_t entry_misses, exit_misses; /* runs of the programs that it skipped */
};

/* One handler with its programs. */
struct probe {
	const struct trace_handler *handler;
	uint32_t index; /* in handlers[] of bpf/maps.h */
	struct hook entry, exit; /* a session has the first only, for both */
	/* Just before the gate was opened, just after; the same when it was shut. */
	struct reading opening, open, closing, shut;
	struct reading end; /* the last one; while it goes on, that of the last poll */
	uint64_t unseen; /* calls before the gate was opened that no program saw, at least */
	bool provable; /* the account holds whatever the kernel skips */
	int event_err; /* why it is not: events of tracefs cannot be used; a negative errno or 0 */
	uint64_t counted_before; /* by other segments */
	uint64_t counted; /* when the segment ended */
};

#define NR_ACCESS_FUNCTIONS 3

/* The read and the write handler of a module, loaded together: a copy of the programs. */
struct pair {
	struct probe *probes[VS_DIRS]; /* either may be missing */
	struct hook access_entries[NR_ACCESS_FUNCTIONS], access_exits[NR_ACCESS_FUNCTIONS];
	bool observes; /* device accesses */
	enum trace_method method; /* what worked */
	/* Of the one of these two that is not NULL: */
	struct handler_bpf *handler_skel;
	struct session_bpf *session_skel;
	struct bpf_object_skeleton *skeleton;
	struct bpf_object *object;
	struct bpf_map *bss, *cells, *offsets, *ring, *buffers;
	struct vs_config *config;
	const struct vs_shared *shared;
	struct vs_copy *copy;
};

/* A stretch of the recording with one method for each handler. */
struct segment {
	struct probe *probes; /* tracer->nr_handlers */
	struct pair *pairs;
	size_t nr_pairs;
	char *reason; /* why it began, or why not by the first choice; NULL: nothing to say */
	uint64_t from_ns, to_ns; /* CLOCK_MONOTONIC; 0: not yet */
	struct run_range between; /* calls between the segment before and this one */
};

struct tracer {
	const struct trace_config *config;
	const struct trace_handler *handlers;
	size_t nr_handlers;
	struct segment segments[VS_MAX_SEGMENTS];
	size_t nr_segments;
	struct watch_bpf *watch;

	/* Mapped from the kernel: bpf/maps.h. */
	const struct vs_shared *shared;
	const struct vs_cell *cells; /* [cpu * cells_per_cpu + cell] */
	const struct vs_offset *offsets; /* [cpu * config->max_offsets + place]; NULL: none */
	size_t cells_bytes, offsets_bytes;
	int bss_fd, cells_fd, offsets_fd, ring_fd;
	uint32_t nr_cpus, cells_per_cpu;
	uint64_t kernel_bytes;

	struct snapshot *snapshot;
	struct ring_buffer *ring; /* of single calls; NULL: none are asked for */
	struct snoop_taker *taker;
	/* By slot of the process table: what was found when it was first looked at. */
	struct looked_at {
		bool done;
		struct process_info info;
	} looked_at[VS_MAX_PROCESSES];
};

/* features.c: what the running kernel has beyond the oldest one supported. */
struct features {
	bool compiles_bpf; /* has a BPF compiler (JIT), without which there is no fentry and no kfunc */
	bool session;
	bool mapped_stacks; /* CONFIG_VMAP_STACK: what bpf/handler.bpf.c says of stacks holds */
	bool counts_muted; /* runs of kprobe programs that it skips, in recursion_misses */
	bool core_ioeventfds; /* vfio-pci-core's function that writes for an eventfd can be traced */
	unsigned int core_widest_access; /* that vfio-pci-core issues [bytes]; 0: not known */
};
const struct features *trace_features(void);

/* segment.c */
int segment__new(struct tracer *tracer, struct segment *segment);
int segment__attach(struct tracer *tracer, struct segment *segment, enum trace_method method,
		    char *error);
void segment__open(struct tracer *tracer, struct segment *segment);
/* Of a segment that is attached and not open: a moment from which on to count what is muted until it is. */
void segment__before_open(struct tracer *tracer, struct segment *segment);
uint64_t segment__muted_before_open(const struct segment *segment);
/* Take in what was counted so far. */
void segment__poll(struct tracer *tracer, struct segment *segment);
/* Shut the gate, wait for those who are still counting, take in what was counted. */
void segment__shut(struct tracer *tracer, struct segment *segment);
/* After that. */
void segment__detach(struct tracer *tracer, struct segment *segment);
void segment__free(struct segment *segment);
/* Wait until the calls that began from @from_ns on, before @to_ns, are over, but not for ever. */
void segment__drain(const struct segment *segment, uint64_t from_ns, uint64_t to_ns);
/* Starts of calls that began from @from_ns on, before @to_ns, and have not ended. */
uint64_t segment__in_flight(const struct segment *segment, uint64_t from_ns, uint64_t to_ns);
/* Calls so far that lie outside of the time in which the gate is open. */
uint64_t segment__outside(const struct tracer *tracer, const struct segment *segment);

/* The address of the device's own handler. */
static inline uint64_t vs_device__handler(const struct vs_device *dev, enum vs_dir dir)
{
	return dir == VS_READ ? dev->is.read : dev->is.write;
}

static inline struct segment *tracer__segment(struct tracer *tracer)
{
	return &tracer->segments[tracer->nr_segments - 1];
}

/* attach.c: load a pair's programs for @method and attach them; the first pair makes the maps. */
int pair__attach(struct tracer *tracer, struct pair *pair, enum trace_method method);
void pair__detach(struct pair *pair); /* its kprobe events can still be read */
void pair__remove_events(struct pair *pair);
void pair__close(struct pair *pair); /* and detach */
/* The filters, into the constants of a program file. */
void trace_config__apply(const struct trace_config *config, struct vs_config *constants);

/* Is it vfio-pci-core's own, whose device accesses follow a known rule? */
bool trace_handler__is_core(const struct trace_handler *handler);

/* A place for a kprobe event; @number is unique among those of this process. */
struct event_place {
	const char *function, *module;
	unsigned int number;
};
int hook__attach_event(struct hook *hook, const struct event_place *place, bool exit);
void hook__detach(struct hook *hook); /* its event can still be read */

/* accesses.c: programs beside those of a pair's handlers, where device accesses can be observed. */
void accesses__choose_programs(struct pair *pair);
void accesses__attach(struct pair *pair);
void accesses__detach(struct pair *pair);
void accesses__remove_events(struct pair *pair);
/* Into @cell, whose counts are there: what programs counted, summed over CPUs. */
void accesses__fill(const struct tracer *tracer, const struct vs_device *dev, uint64_t irregular,
		    const uint64_t *counts, struct run_cell *cell);
/* What was issued while no call of a handler was in flight that was counted. */
void accesses__fill_elsewhere(const struct tracer *tracer, struct run *run);

/* memory.c: kernel memory [bytes] of all maps, as bpftool has it. */
uint64_t tracer__map_bytes(const struct tracer *tracer);

/* reading.c */
/*
 * Waits until no program runs that ran when this was called, even one that was preempted: they run as
 * readers of RCU, for which membarrier() waits. On one CPU it does not, and where some have no tick
 * ("nohz_full") it cannot.
 */
void wait_for_programs(void);
const struct vs_passages *tracer__passages(const struct tracer *tracer, uint32_t cpu);
uint64_t program_misses(const struct bpf_program *program); /* runs that the kernel skipped */
uint64_t hook__link_misses(const struct hook *hook);
void probe__read(const struct tracer *tracer, const struct pair *pair, const struct probe *probe,
		 struct reading *reading);
/* At most. */
uint64_t muted_between(const struct reading *from, const struct reading *to);
/* By kprobe, before the gate is opened: what was muted until now is read again while its bounds are apart. */
void probe__settle_muted(const struct tracer *tracer, struct probe *probe);
/* By kprobe, after the gate was shut: what seems to have been muted while it was open is looked at again. */
void probe__confirm_muted(const struct tracer *tracer, struct probe *probe);

/* snoop.c: what a pair's programs need for single calls, or the lack of it; before they are loaded. */
void snoop__leave_out(struct pair *pair);
int snoop__configure(const struct tracer *tracer, struct pair *pair);
int snoop__adopt(struct tracer *tracer, const struct pair *pair); /* the first pair's ring */
void snoop__free(struct tracer *tracer);

/* watch.c: programs beside the handlers. */
int tracer__watch(struct tracer *tracer);
void tracer__unwatch(struct tracer *tracer);
/* Ioeventfds count from now on; mappings have times of their own. */
void tracer__watch_from(struct tracer *tracer, uint64_t from_ns);

/* snapshot.c: sums over CPUs, in 64 bits, of what the programs count. */
struct snapshot *snapshot__new(uint32_t nr_cpus, uint32_t cells_per_cpu);
void snapshot__free(struct snapshot *snapshot);
void snapshot__take(struct snapshot *snapshot, const struct tracer *tracer);
int snapshot__fill(const struct snapshot *snapshot, const struct tracer *tracer, struct run *run);

/* Accesses to the device in slot @device of the table that are in cells. */
uint64_t snapshot__counted(const struct snapshot *snapshot, const struct tracer *tracer,
			   uint32_t device, enum vs_dir dir);

/* client.c: the slot of the device that the client numbered @client uses. */
uint32_t client__device(const struct tracer *tracer, uint32_t client);
/*
 * Add the client's process to the run, if it is not there; @index is RUN_NO_PROCESS if none is told.
 * @indexes of those that were added before are by slot of the process table; less than 0: not yet.
 */
int client__fill_process(const struct tracer *tracer, uint32_t client, struct run *run,
			 int *indexes, int *index);
void clients__free(struct tracer *tracer);

/*
 * offsets.c: adds them to a run that has its cells. @cells are those of the run by number in the kernel,
 * less than 0: none.
 */
int offsets__fill(const struct tracer *tracer, const int *cells, struct run *run);

/* account.c: adds the segments with what each handler counted and lost. */
int tracer__fill_account(const struct tracer *tracer, struct run *run);
/* Calls that began before the gate is opened, of which no program knows. */
uint64_t probe__unseen(const struct tracer *tracer, const struct pair *pair,
		       const struct probe *probe);
/* Of all segments so far. */
uint64_t probe__counted(const struct tracer *tracer, const struct probe *probe);

bool trace_config__has_filter(const struct trace_config *config);

uint64_t monotonic_ns(void);

#endif
