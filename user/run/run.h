/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct run: everything recorded between start and stop. The waist of the program: all before it
 * (user/trace, benchmarks) makes one, all after it (user/render, user/analyze) uses one.
 *
 * Ownership: a run owns all that its pointers reach, strings included (malloc); run__free() frees
 * it. Optional strings are NULL when absent. Times are ns; widths and lengths are bytes.
 * Functions return 0 or a negative errno unless said otherwise.
 */
#ifndef VFIOSCOPE_RUN_H
#define VFIOSCOPE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bpf/abi.h"

#define RUN_SCHEMA "vfioscope.run/1"
#define RUN_LATENCY_SCHEME "log-linear-32"

enum run_kind { RUN_TRACE, RUN_BENCH };

/* Histogram: buckets of bpf/histogram.h, sparse, ordered by index, counts above 0. */
struct run_bucket {
	uint32_t index;
	uint64_t count;
};

struct run_latency {
	uint64_t min_ns, max_ns, sum_ns; /* 0 when there are no buckets */
	struct run_bucket *buckets;
	size_t nr_buckets;
};

struct run_errno {
	int err; /* positive; 0 is "other": did not fit the bounded list */
	uint64_t count;
};

/* Loads and stores issued to the device, by their own width. */
enum run_accesses_source { RUN_ACCESSES_UNKNOWN, RUN_ACCESSES_OBSERVED, RUN_ACCESSES_DERIVED };

struct run_accesses {
	enum run_accesses_source source;
	uint64_t by_width[4]; /* 1, 2, 4, 8 */
	uint64_t blocks; /* s390 PCISTB */
	uint64_t refused; /* issued too, and refused by the device: in none of the above */
};

#define RUN_NO_PROCESS (-1)

/* device x region x direction x width class. count = sum of buckets + untimed. */
struct run_cell {
	uint32_t device; /* index in run.devices */
	uint32_t region; /* index; VS_REGION_BAD: beyond what can be told apart */
	enum vs_dir dir;
	uint32_t wclass; /* width class, see bpf/abi.h */
	int process; /* index in run.processes or RUN_NO_PROCESS */
	uint64_t count;
	uint64_t bytes;
	uint64_t errors; /* sum of errnos[].count */
	uint64_t shorts;
	uint64_t unaligned;
	uint64_t crossing;
	uint64_t untimed;
	struct run_errno *errnos;
	size_t nr_errnos;
	struct run_accesses accesses;
	struct run_latency latency;
};

enum run_bar { RUN_BAR_UNKNOWN, RUN_BAR_MEMORY, RUN_BAR_IO };

struct run_region {
	uint32_t index;
	char *name; /* BAR0.., ROM, CONFIG, VGA, or "region N" */
	uint64_t size;
	uint32_t flags; /* VFIO_REGION_INFO_FLAG_* */
	enum run_bar bar; /* PCI: what a BAR is; unknown of what is none */
};

struct run_device {
	char *name; /* BDF or mdev UUID */
	char *bus; /* "pci", "mdev", ...: how regions are named */
	char *driver; /* bus driver, as in sysfs */
	char *module;
	char *srcversion;
	char *ops; /* vfio_device_ops.name */
	int iommu_group; /* -1: not known */
	int vendor_id, device_id, subvendor_id, subdevice_id, class_id; /* -1: not known */
	int numa_node; /* -1: none, or not known */
	char *runtime_status; /* sysfs power/runtime_status, before the device was opened */
	char *link_speed; /* PCIe, as in sysfs: "8.0 GT/s PCIe" */
	int link_width; /* PCIe lanes in use; -1: not known */
	uint32_t msix_bar; /* where its MSI-X table is */
	uint64_t msix_offset, msix_size; /* bytes; size 0: it has none, or that is not known */
	bool no_msix; /* it is known to have none */
	bool no_mmap; /* its driver is known to have no mmap() */
	/* From open to close of a device file: ended while traced; open at the end. Both 0: not known. */
	uint64_t sessions_ended, sessions_open;
	int maxstbl; /* zPCI: bytes of its longest store block; -1: no zPCI device, or not known */
	uint32_t offset_shift;
	enum vs_shift_source shift_source;
	/*
	 * By which calls were counted before the driver told another one; of a given shift, what the
	 * driver told; -1: no conflict.
	 */
	int shift_conflict;
	struct run_region *regions;
	size_t nr_regions;
};

enum run_lost_kind { RUN_LOST_EXACT, RUN_LOST_UPPER_BOUND, RUN_LOST_UNPROVABLE };

/* The account of one handler in one segment: counted + lost = issued. */
struct run_handler {
	char *function;
	char *module;
	enum vs_dir dir;
	char *method; /* "fentry", "kprobe", ... */
	uint64_t counted;
	uint64_t lost;
	enum run_lost_kind lost_kind;
	uint64_t entry_misses, exit_misses; /* runs of our programs that the kernel skipped */
	uint64_t no_start, stale, replaced, evicted; /* see struct vs_handler_stats */
	uint64_t left; /* starts without an exit at the end */
	uint64_t overflow; /* counted, but in no cell: too many cells */
	uint64_t no_device; /* not counted: too many devices */
};

struct run_range {
	uint64_t min, max;
};

/* A stretch of a run with one attach method. */
struct run_segment {
	uint64_t start_ns; /* since the start of the run */
	uint64_t duration_ns;
	char *reason; /* why it began, or why this method: NULL for the plain case */
	struct run_range between; /* calls between the segment before and this one, in neither */
	struct run_handler *handlers;
	size_t nr_handlers;
};

/* What happened in a cell during an interval. */
struct run_interval_cell {
	uint32_t cell; /* index in run.cells */
	uint64_t count, bytes, errors, sum_ns;
};

struct run_interval {
	uint64_t start_ns;
	uint64_t duration_ns;
	struct run_interval_cell *cells;
	size_t nr_cells;
};

struct run_process {
	int pid;
	char *comm;
	char *cgroup;
	char *vm; /* name of the virtual machine that it runs */
};

/*
 * A stretch of a region in the address space of a process, whose accesses do not enter the handlers. Times
 * are ns since the start of the run, as a range where they are known to lie in one.
 */
struct run_mapping {
	char *device; /* name */
	int region; /* index, or -1: not known */
	uint64_t offset; /* in the region; 0 if that is not known */
	uint64_t length;
	char *prot; /* "r", "w", "rw", or "": no access */
	uint32_t process; /* index in run.processes */
	bool before_trace; /* it was there when the run began: made is 0 */
	struct run_range made;
	struct run_range dropped; /* max 0: it was there when the run ended */
};

enum run_answer { RUN_UNKNOWN, RUN_NO, RUN_YES };

struct run_blind_spot {
	char *device; /* name, or NULL: all devices */
	int region; /* index, or -1: the whole device, but for regions with an entry of this kind */
	char *kind; /* "mmap", "ioeventfd", "opened-before-trace", ... */
	enum run_answer answer;
	uint64_t count; /* ioeventfd: firings; else, and where these are not known, 0 */
	char *detail;
};

/*
 * Calls of one cell at one offset with one exact width. An entry without detail, as other programs may
 * write it, has cell, offset and count only; the rest of it is 0.
 */
struct run_hot_offset {
	uint32_t cell;
	uint64_t offset; /* region-relative; a hex string in JSON */
	uint64_t width; /* bytes asked for, in the cell's class */
	uint64_t count;
	uint64_t errors; /* of count: calls that returned an errno */
	/* When the first and the last of them ended, since the start of the run; last 0: no detail. */
	uint64_t first_ns, last_ns;
	uint64_t first_error_ns, last_error_ns; /* of those that failed; 0 if there are none */
};

/* One case of a bench run. */
struct run_case {
	char *id; /* unique in the run, e.g. "BAR0/pread/4/seq/1" */
	char *mode; /* pread, pwrite, load, store */
	char *pattern; /* seq, rand, fixed, stride:BYTES */
	uint32_t region;
	uint64_t width;
	uint32_t access_width; /* bytes of each single load or store; 0: not known, system calls */
	uint64_t offset, length; /* region-relative range; hex strings in JSON */
	uint32_t threads;
	/* Throughput pass: one sample per repetition, over all threads. */
	struct run_sample {
		uint64_t ops;
		uint64_t elapsed_ns;
	} * samples;
	size_t nr_samples;
	/* Latency pass: each operation timed; timer_ns is the cost of an empty timing, included. */
	struct run_latency latency;
	uint64_t timer_ns;
	/* Handler calls made, warm-up, both passes and restores included; 0 for load and store. */
	uint64_t issued;
	uint64_t operations; /* the same for all modes */
	char *flush; /* none, batch, each; NULL: no writing case, or not recorded */
	uint64_t read_backs; /* of operations */
	/*
	 * What ended the warm-up: count (what was asked for), steady (it got no faster or slower any more)
	 * or limit (it still did); NULL: not recorded.
	 */
	char *warmup;
	uint64_t warmup_operations; /* of operations: those before the first sample */
	struct run_range cpu_khz; /* frequencies seen of the CPUs pinned to; max 0: not known */
	uint64_t errors;
	uint64_t shorts;
	struct run_errno *errnos;
	size_t nr_errnos;
};

/* What decides over the figures of a bench run and is no property of a case; NULL: not known. */
struct run_setting {
	char *mapping; /* cached, uncached, unknown; NULL: no case went through a mapping */
	char *governor; /* CPU frequency governors of the CPUs used, a comma list */
	char *cpus; /* what threads were pinned to, "0,2-3"; NULL: they were not */
};

struct run_host {
	char *kernel; /* release */
	char *arch;
	char *cpu_model;
	int cpus; /* online */
	/*
	 * The running model where debugfs tells it: "none", "voluntary", "full", "lazy"; else what
	 * the build is known to be: "rt", "preempt" (full or lazy), "dynamic"; else "unknown".
	 */
	char *preemption;
	char *clock_source;
};

/* What was bounded, and what did not fit. */
struct run_limits {
	uint64_t max_cells, cells_used;
	uint64_t max_offsets; /* per CPU; 0: offsets were not recorded */
	uint64_t offsets_dropped; /* calls in cells that hot_offsets had no room for */
	uint64_t start_slots;
	uint64_t kernel_bytes; /* of all maps */
	uint64_t intervals_dropped;
	uint64_t mappings_dropped;
	uint64_t unknown_fields; /* a reader met and did not keep */
};

struct run_command {
	char **argv; /* NULL-terminated; NULL: no command was run */
	int exit_status; /* -1: killed by term_signal, or not known */
	int term_signal;
};

struct run {
	enum run_kind kind;
	char *tool; /* "vfioscope", "barbench" */
	char *version;
	char **argv; /* how the tool was called; NULL-terminated */
	int64_t started_ns; /* since the epoch, UTC */
	uint64_t duration_ns;
	struct run_host host;
	struct run_command command;
	struct run_limits limits;

	struct run_device *devices;
	size_t nr_devices;
	struct run_segment *segments;
	size_t nr_segments;
	struct run_interval *intervals;
	size_t nr_intervals;
	struct run_cell *cells;
	size_t nr_cells;
	struct run_process *processes;
	size_t nr_processes;
	struct run_mapping *mappings;
	size_t nr_mappings;
	struct run_blind_spot *blind_spots;
	size_t nr_blind_spots;
	struct run_hot_offset *hot_offsets;
	size_t nr_hot_offsets;
	/* Issued on no behalf of a call that was counted: by an in-kernel driver, or for calls filtered out. */
	struct run_accesses accesses_elsewhere;
	struct run_setting setting; /* kind bench */
	struct run_case *cases; /* kind bench */
	size_t nr_cases;
};

/* run.c: a new, empty run (NULL: no memory), stamped with now, the version and the host. */
struct run *run__new(enum run_kind kind, const char *tool, int argc, char **argv);
void run__free(struct run *run); /* NULL-safe */

/*
 * Append an element to one of the arrays, zeroed but for indexes and ids whose "none" is -1;
 * NULL: no memory. The pointer holds until the next append to the same array. They allocate
 * ahead: an array that was appended to by them must not be reallocated by hand, nor the reverse.
 */
struct run_device *run__add_device(struct run *run);
struct run_segment *run__add_segment(struct run *run);
struct run_handler *run_segment__add_handler(struct run_segment *segment);
struct run_interval *run__add_interval(struct run *run);
struct run_cell *run__add_cell(struct run *run);
struct run_process *run__add_process(struct run *run);
struct run_mapping *run__add_mapping(struct run *run);
struct run_blind_spot *run__add_blind_spot(struct run *run);
struct run_hot_offset *run__add_hot_offset(struct run *run);
struct run_case *run__add_case(struct run *run);
struct run_region *run_device__add_region(struct run_device *device);
struct run_interval_cell *run_interval__add_cell(struct run_interval *interval);
struct run_sample *run_case__add_sample(struct run_case *c);

/* Add @count to errno @err (0: other) of a malloc'ed list; a new one is appended. 0 or -ENOMEM. */
int run_errnos__add(struct run_errno **errnos, size_t *nr, int err, uint64_t count);

/* A copy of a vector of strings, NULL-terminated; free with run_argv__free. */
char **run_argv__copy(int argc, char *const *argv);
void run_argv__free(char **argv);

/* Have regions of the device entries of that kind of their own, so that this is of the others? */
bool run_blind_spot__is_of_others(const struct run_blind_spot *spot, const struct run *run);

/* Totals over all segments; issued = counted + lost. */
struct run_account {
	uint64_t counted, lost, overflow, no_device;
	struct run_range between; /* calls between segments, in none of these */
	enum run_lost_kind lost_kind; /* the weakest of all */
};
void run__account(const struct run *run, struct run_account *account);

/*
 * validate.c: check that the run adds up. 0, or -EINVAL and @reason (size @len) names what does
 * not, as in "cells[3].latency.buckets[7]: count is 0". A run that was read has passed this.
 */
int run__validate(const struct run *run, char *reason, size_t len);

/*
 * cell.c: arithmetic of cells. clear frees what a cell owns and zeroes it. merge adds @from to
 * @into. subtract takes @older, an earlier count of the same cell, from @cell: what is left is what
 * happened in between, whose least and greatest latency are known to their bucket only.
 */
void run_cell__clear(struct run_cell *cell);
int run_cell__merge(struct run_cell *into, const struct run_cell *from);
int run_cell__subtract(struct run_cell *cell, const struct run_cell *older);
bool run_cell__same(const struct run_cell *a, const struct run_cell *b); /* identity */

/* offsets.c: does the entry have more than cell, offset and count? */
bool run_hot_offset__is_detailed(const struct run_hot_offset *hot);
/* Is each call of the cell in one of hot_offsets that has detail? */
bool run__offsets_complete(const struct run *run, uint32_t cell);

/*
 * Why accesses to a page were calls of the handlers, and not loads and stores through a mapping: the first
 * of these that holds.
 */
enum run_trap {
	RUN_TRAP_UNKNOWN, /* or a mapping was there as well */
	RUN_TRAP_NO_MMAP, /* the driver has no mmap() */
	RUN_TRAP_IO_BAR, /* and the driver does not offer it for mapping, as in the next two */
	RUN_TRAP_SUB_PAGE_BAR, /* smaller than a page */
	RUN_TRAP_REGION, /* CONFIG, ROM, and what the driver keeps to itself */
	RUN_TRAP_MSIX_PAGE, /* it holds the MSI-X table, which clients leave trapped */
	RUN_TRAP_CLIENT, /* it could have been mapped, and nobody did */
};

/* Calls that began in one page of a region (VS_PAGE), as far as hot_offsets has them. */
struct run_page {
	uint32_t device, region;
	uint64_t offset; /* of the page */
	uint64_t calls[VS_DIRS];
	uint64_t errors;
	enum run_trap trap;
};
/* pages.c: @pages, malloc'ed, by device, region and offset; of the cells that @wanted, by index, or of all (NULL). */
int run__pages(const struct run *run, const bool *wanted, struct run_page **pages, size_t *nr);

/*
 * setting.c: what of the setting and of the first device is known, on one line: "link 8.0 GT/s PCIe
 * x4, NUMA node 0, mapping uncached". Empty if nothing is; cut to @len. Text of the run is in it as
 * it is.
 */
#define RUN_SETTING_LEN 512
void run__describe_setting(const struct run *run, char *text, size_t len);

/* width.c: width classes. */
unsigned int run_width__class(uint64_t width);
uint64_t run_width__max(unsigned int wclass); /* its largest width; UINT64_MAX for "above" */
const char *run_width__name(unsigned int wclass); /* "0".."8", "16".."4096", ">4096" */
int run_width__parse(const char *name); /* class or -EINVAL */

/* region.c: names. run_region__name writes e.g. "BAR0", "CONFIG", "region 9" to buf. */
const char *run_region__name(const char *bus, uint32_t index, char *buf, size_t len);
int run_region__parse(const char *name); /* case-insensitive; index or -EINVAL */

/* names.c: the words of the run file; NULL for values out of range. */
const char *run_kind__name(unsigned int kind);
const char *run_dir__name(unsigned int dir);
const char *run_accesses_source__name(unsigned int source);
const char *run_bar__name(unsigned int bar);
const char *run_trap__name(unsigned int trap); /* of a report, not of the file */
const char *run_shift_source__name(unsigned int source);
const char *run_lost_kind__name(unsigned int kind);
const char *run_answer__name(unsigned int answer);

/* "EINVAL", "errno 517" where there is no name, "other" for 0; written to or found without buf. */
const char *run_errno__name(int err, char *buf, size_t len);
int run_errno__parse(const char *name); /* 0 is "other"; -EINVAL */

/* time.c: RFC 3339 in UTC with nanoseconds, "2026-01-31T12:00:00.000000000Z". */
#define RUN_TIME_LEN 40
const char *run_time__format(int64_t ns, char *buf, size_t len);
int run_time__parse(const char *text, int64_t *ns); /* that form only, 1970 to 2262 */

/* latency.c: histogram arithmetic. */
uint64_t run_latency__count(const struct run_latency *latency);
/*
 * Nearest-rank quantile, 0 < q <= 1: the midpoint of the bucket that holds the ceil(q * n)-th
 * smallest latency, clamped to [min, max]. 0 when empty. Error at most 1.6 % from 64 ns up.
 */
uint64_t run_latency__quantile(const struct run_latency *latency, double q);
/*
 * The same, for statistics over runs: as if the latencies of a bucket lay evenly in it, so that a shift of
 * less than a bucket is not rounded away. Error at most a bucket.
 */
double run_latency__interpolate(const struct run_latency *latency, double q);
double run_latency__mean(const struct run_latency *latency); /* exact: sum / count */
int run_latency__add(struct run_latency *latency, uint64_t ns);
int run_latency__merge(struct run_latency *into, const struct run_latency *from);
/* From a dense array of VS_HIST_BUCKETS counts; min, max and sum are the caller's. */
int run_latency__from_dense(struct run_latency *latency, const uint64_t *dense);

/*
 * json_read.c. On failure @error (size @len) is one line: file, line where there is one, reason.
 * Nothing of a file is used that does not pass as a whole.
 */
#define RUN_MAX_FILE (256u << 20)
int run__read(const char *path, struct run **run, char *error, size_t len);
/* The same from memory; @name stands for the path in messages. */
int run__parse(const char *text, size_t size, const char *name, struct run **run, char *error,
	       size_t len);

/*
 * json_write.c. Does not validate: a recording that does not add up is better on disk than lost,
 * and readers reject it. -EOVERFLOW: a count beyond int64.
 */
int run__print(const struct run *run, FILE *stream);

/*
 * Writes to a temporary name beside @path, syncs and renames: a reader never sees half a file. "-"
 * writes to stdout. A path that is no regular file (/dev/full) is written in place.
 */
int run__write(const struct run *run, const char *path, char *error, size_t len);

#endif
