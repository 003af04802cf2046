/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracing of region handlers: the only place that knows libbpf.
 *
 *   tracer__new()         what to trace, with which filters
 *   tracer__attach()      load and attach everything; nothing is counted before
 *   tracer__activate()    calls that begin from here on count
 *   tracer__poll()        take in what was counted; at least once a minute
 *   tracer__escalate()    change to an exact method
 *   tracer__fill()        put the totals into a run; as often as wanted. Offsets: when deactivated
 *   tracer__deactivate()  calls that end after this do not count
 *   tracer__free()        detach
 *
 * Functions return 0 or a negative errno; on failure @error holds one line with cause and remedy.
 */
#ifndef VFIOSCOPE_TRACE_H
#define VFIOSCOPE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "user/run/run.h"

#define TRACE_ERROR_LEN 512

enum trace_method {
	TRACE_AUTO, /* fentry, or kprobe where there is none */
	TRACE_FENTRY,
	TRACE_KPROBE,
	TRACE_KPROBE_MULTI,
	TRACE_KPROBE_SESSION,
	TRACE_EXACT, /* the best of the last three */
};

const char *trace_method__name(enum trace_method method);
int trace_method__parse(const char *name); /* enum trace_method or -EINVAL */

/* A region handler to trace. */
struct trace_handler {
	const char *function;
	const char *module;
	uint64_t address;
	enum vs_dir dir;
};

/* Which single calls go to user space; zero: all that are counted. */
struct trace_snoop {
	uint32_t buffer_bytes; /* of kernel memory; a power of two */
	uint64_t slower_than_ns;
	bool errors_only;
	bool all_ones; /* judge what was read */
	uint32_t stacks; /* enum vs_stacks, a mask */
	struct vs_width_range widths[VS_WIDTH_RANGES];
	uint32_t nr_widths; /* 0: any */
};

/* Zero or NULL: no filter, the default. */
struct trace_config {
	enum trace_method method;
	bool exact; /* fail where the method cannot prove what it loses */
	bool escalate; /* be ready for tracer__escalate() */
	uint32_t max_cells; /* per CPU */
	bool by_process; /* cells are of a process each */
	uint32_t max_offsets; /* per CPU, at most VS_MAX_OFFSETS; 0: offsets are not recorded */
	const char *device;
	const char *driver;
	const char *comm;
	int tgid;
	uint64_t cgroup_id;
	uint32_t cgroup_level;
	uint32_t region_mask;
	uint32_t offset_shift;
	uint64_t core_request; /* open_scan__core_request() */
	const struct trace_snoop *snoop; /* NULL: no single calls */
};

#define TRACE_DEFAULT_MAX_CELLS 144 /* with the tables: below 1 MiB a CPU */
#define TRACE_DEFAULT_MAX_OFFSETS 4096 /* where they are asked for: 256 KiB a CPU */

struct tracer;

/* @config and @handlers must outlive the tracer. */
int tracer__new(struct tracer **tracer, const struct trace_config *config,
		const struct trace_handler *handlers, size_t nr_handlers, char *error);
int tracer__attach(struct tracer *tracer, char *error);
void tracer__activate(struct tracer *tracer);
void tracer__poll(struct tracer *tracer);
/* Look at processes that were not met before, while they live; poll does. No system call if there is none. */
void tracer__look(struct tracer *tracer);
/* CPUs that there is kernel memory for: all that are possible. */
uint32_t tracer__cpus(const struct tracer *tracer);
/* Is there a method to leave, should it lose calls? Of a tracer that is attached. */
bool tracer__can_escalate(const struct tracer *tracer);
/* Calls that fentry has lost since the tracer was activated. */
uint64_t tracer__skipped(struct tracer *tracer);
/*
 * Go on by an exact method, in a segment of its own; once. @skipped calls are the reason. On failure it goes
 * on as it was.
 */
int tracer__escalate(struct tracer *tracer, uint64_t skipped, char *error);
void tracer__deactivate(struct tracer *tracer);
int tracer__fill(struct tracer *tracer, struct run *run);
/*
 * watch.c: what the programs beside the handlers saw since the tracer was attached, and why they may have
 * missed something of mmap() and of VFIO_DEVICE_IOEVENTFD; NULL: they did not.
 */
const struct vs_watch *tracer__watched(const struct tracer *tracer);
const char *tracer__watch_doubt(const struct tracer *tracer);
/* Of the devices of that name; since the tracer was activated. */
struct trace_ioeventfds {
	uint64_t armed, disarmed, fired;
};
void tracer__ioeventfds(const struct tracer *tracer, const char *device,
			struct trace_ioeventfds regions[VS_REGIONS]);
/* Are firings counted? */
bool tracer__watches_ioeventfds(const struct tracer *tracer);
/* Files of that device that were closed, each a session from open to close. */
uint64_t tracer__sessions_ended(const struct tracer *tracer, const char *device);
/* Has no driver of that device, as far as it was met, an mmap()? */
bool tracer__cannot_map(const struct tracer *tracer, const char *device);
/* When calls began to count, by CLOCK_MONOTONIC [ns]. */
uint64_t tracer__start(const struct tracer *tracer);
void tracer__free(struct tracer *tracer); /* NULL-safe */

/*
 * snoop.c: single calls, of a tracer that is configured for them. The file is readable when a good part of
 * the buffer is filled: calls are to be fetched at intervals as well.
 */
int tracer__snoop_fd(const struct tracer *tracer);
/*
 * Fetch calls, in the order in which they got their places, until there is none or @take returns other than
 * 0; that one is fetched, too. Returns the number, or a negative errno.
 */
int tracer__snoop(struct tracer *tracer, int (*take)(void *context, const struct vs_call *call),
		  void *context);
/* The name of the device in slot @device of the table. */
const char *tracer__device_name(const struct tracer *tracer, uint32_t device);
/* Calls so far, counted by the kernel side. */
struct trace_unsent {
	uint64_t filtered; /* left out by a filter of single calls */
	uint64_t dropped; /* found the buffer full */
	uint64_t all_ones, ones_unknown; /* reads */
};
struct trace_unsent tracer__unsent(const struct tracer *tracer);

/*
 * The method that "auto" would try first for @function: fentry if its programs load and the kernel
 * compiles BPF, else kprobe. Nothing is attached. A negative errno: neither can be loaded.
 */
int trace_likely_method(const struct trace_handler *handler);

/*
 * kallsyms.c: addresses and names of kernel symbols; of modules only, if vfio is one: then whatever
 * knows VFIO is. Each symbol to resolve has either a function (and optionally a module) and wants its
 * address, or an address (function empty) and wants the other two. What is not found stays 0
 * or empty. "vmlinux" stands for the kernel itself.
 */
struct kallsyms;
struct kallsym {
	char function[128];
	char module[64];
	uint64_t address;
};
/* Takes over @text. -EACCES: the kernel hides all addresses. */
int kallsyms__new(struct kallsyms **kallsyms, char *text, size_t len);
void kallsyms__resolve(const struct kallsyms *kallsyms, struct kallsym *symbols, size_t nr);
/* Until @take returns other than 0, which is passed on. */
int kallsyms__for_each(const struct kallsyms *kallsyms,
		       int (*take)(void *context, uint64_t address, const char *function,
				   const char *module),
		       void *context);
void kallsyms__free(struct kallsyms *kallsyms); /* NULL-safe */

/* symbols.c: the kernel function that an address is in; what is made of @kallsyms holds no part of it. */
struct symbols;
struct symbol_place {
	const char *function; /* lives as long as the table */
	const char *module;
	uint64_t offset;
};
int symbols__new(struct symbols **symbols, const struct kallsyms *kallsyms);
/* False: it is in none that is known by both its ends. */
bool symbols__find(const struct symbols *symbols, uint64_t address, struct symbol_place *place);
void symbols__free(struct symbols *symbols); /* NULL-safe */

/*
 * open.c: who has a VFIO device open, and who has a region mapped, at the moment of each look. Made ready
 * before, a look is quick; it makes no bpf() system call that would mute kprobes. It holds as long as the
 * module vfio is not loaded anew. Rows are the caller's to free.
 */
struct open_scan;
struct open_rows {
	struct vs_open_row *rows;
	size_t nr;
};
struct mapping_rows {
	struct vs_mapping *rows; /* threads and vfork() may show one twice: the same mm and start */
	size_t nr;
};
/* @all_symbols: also those of the kernel itself, where VFIO is a module. -ENOENT: there is no VFIO. */
int open_scan__new(struct open_scan **scan, bool all_symbols, char *error);
const struct kallsyms *open_scan__symbols(const struct open_scan *scan);
int open_scan__look(const struct open_scan *scan, struct open_rows *rows, char *error);
int open_scan__mappings(const struct open_scan *scan, struct mapping_rows *rows);
/* An iterator shows the processes of its reader's PID namespace. */
bool open_scan__sees_all_processes(void);
/* Not where a mapping is that of a dma-buf's file, as the core of later kernels may make it. */
bool open_scan__knows_mappings(const struct open_scan *scan);
/* The address of vfio_pci_core_request(), by which drivers on vfio-pci-core are known; 0: there is none. */
uint64_t open_scan__core_request(const struct open_scan *scan);
void open_scan__free(struct open_scan *scan); /* NULL-safe */

/*
 * mappings.c: which mappings there were, out of what was found at each scan and what the programs saw being
 * made in between. Times are by CLOCK_MONOTONIC [ns].
 */
#define MAPPINGS_MAX 1024
struct mappings;
struct mappings *mappings__new(void); /* NULL: no memory */
void mappings__free(struct mappings *mappings); /* NULL-safe */
/* What was made since this was called last; just before a scan begins, and after it. */
void mappings__take_made(struct mappings *mappings, const struct vs_watch *watch);
/* All that a scan found. The first scan is before the tracer is activated. */
void mappings__take_scan(struct mappings *mappings, const struct mapping_rows *rows,
			 uint64_t begin_ns, uint64_t end_ns);
/* Is there one, as far as is known, that a scan could find gone? */
bool mappings__any(const struct mappings *mappings);
/* Those that there were between these times; of what did not fit the number is in the run's limits. */
int mappings__fill(const struct mappings *mappings, uint64_t start_ns, uint64_t end_ns,
		   struct run *run);

/*
 * layout.c: have the drivers of open devices tell where their regions are, once more, so that an attached
 * tracer learns the offset shift. Reads no device register. What cannot be asked stays assumed.
 */
void trace_ask_layout(const struct open_rows *open);

/* log.c: libbpf's own messages: shown when verbose, else dropped. */
void trace_log__verbose(bool verbose);

/*
 * explain.c: why the kernel refused, and what can be done. Writes one line to @error. The check is for
 * before anything else of this file is called.
 */
int trace_check_kernel(char *error);
void trace_explain(int err, const char *what, char *error);
const char *trace_strerror(int err); /* -ENOEXEC: no BPF compiler; else as strerror() */

#endif
