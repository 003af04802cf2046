/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs and user space share: the layout of every map, and nothing else.
 *
 * All of it is read through mmap while programs write it. There is one writer per CPU for a cell
 * (its direction and its device's handler are part of what it is), so plain adds are enough;
 * whatever more than one program may write is marked "atomic".
 */
#ifndef VFIOSCOPE_ABI_H
#define VFIOSCOPE_ABI_H

#include "histogram.h"

#ifndef __bpf__
#include <linux/types.h>
#endif

enum vs_dir { VS_READ, VS_WRITE, VS_DIRS };

/*
 * Width classes: 0..8 are exact; then class w holds (w/2, w] for w = 16..4096; then all above.
 */
#define VS_WIDTH_EXACT_MAX 8
#define VS_WIDTH_CLASSES 19
#define VS_WIDTH_ABOVE (VS_WIDTH_CLASSES - 1) /* > 4096 */
#define VS_WIDTH_LIMIT 4096

#define VS_PAGE 4096 /* stores must not cross this; the unit of "crossing" */

/* Regions 0..14 have a cell of their own; a larger index is counted as VS_REGION_BAD. */
#define VS_REGION_BAD 15
#define VS_REGIONS 16

#define VS_MAX_DEVICES 64 /* a power of two: a device's first place is by hash */
#define VS_MAX_PROCESSES 32 /* a power of two; a process counts once for each device */
#define VS_MAX_HANDLERS 64
#define VS_MAX_SEGMENTS 2 /* the method changes at most once in a run */
#define VS_HANDLER_SLOTS (VS_MAX_SEGMENTS * VS_MAX_HANDLERS)
#define VS_NAME_LEN 64
#define VS_COMM_LEN 16

/*
 * Who uses a device, by number: all who do have that of the device. Or, with by_process, each process
 * has one of its own, from VS_MAX_DEVICES on; then the device's is for those that find no room.
 */
#define VS_MAX_CLIENTS (VS_MAX_DEVICES + VS_MAX_PROCESSES)

/*
 * Where a cell is found: [client][dir][region][width class]. Two CPUs that meet a new cell at once may
 * take two for it: user space adds up cells of the same identity.
 */
#define VS_INDEX_PER_CLIENT (VS_DIRS * VS_REGIONS * VS_WIDTH_CLASSES)
#define VS_INDEX(dir, region, wclass) (((dir)*VS_REGIONS + (region)) * VS_WIDTH_CLASSES + (wclass))
#define VS_INDEX_BASE(client, dir) ((client)*VS_INDEX_PER_CLIENT + VS_INDEX(dir, 0, 0))
#define VS_INDEX_DIR(index) ((index) / (VS_REGIONS * VS_WIDTH_CLASSES) % VS_DIRS)
#define VS_INDEX_REGION(index) ((index) / VS_WIDTH_CLASSES % VS_REGIONS)
#define VS_INDEX_WCLASS(index) ((index) % VS_WIDTH_CLASSES)

/* Room for the indexes of all clients; a power of two, for the verifier wants to see a mask. */
#define VS_INDEXES (1 << 16)

#define VS_CELL_NONE 0 /* not taken, or there was no room for it */
#define VS_MAX_CELLS 0xfffe

#define VS_ERRNOS 8 /* distinct errnos per cell and CPU; then errors less their sum are "other" */

struct vs_errno_count {
	__u32 err; /* positive errno; 0: free */
	__u32 count;
};

/*
 * Loads and stores that calls issued to the device, by their width. Derived: of calls that succeeded,
 * from offset and width; those that are not irregular are one access of their width, or what the
 * kernel splits that in. Observed: at the functions that issue them; those that the device refused
 * are aside.
 */
enum vs_access {
	VS_ACCESS_1,
	VS_ACCESS_2,
	VS_ACCESS_4,
	VS_ACCESS_8,
	VS_ACCESS_BLOCK, /* s390: PCI store block */
	VS_ACCESS_REFUSED,
	VS_ACCESSES,
};

#define VS_STANDARD_BARS 6

/* On s390 all go through a few functions; elsewhere they are inlined. */
#if defined(__s390x__) || defined(__TARGET_ARCH_s390)
#define VS_OBSERVES_ACCESSES 1
#else
#define VS_OBSERVES_ACCESSES 0
#endif

/* One cell on one CPU. 32-bit buckets wrap: user space adds up their differences in time. */
struct vs_cell {
	__u64 count;
	__u64 bytes; /* transferred; in exact width classes less width * count, modulo 2^64 */
	__u64 sum_ns;
	__u64 inv_min_ns; /* ~min, so that a zeroed cell needs no initialisation */
	__u64 max_ns;
	__u64 errors;
	__u64 shorts; /* 0 <= result < width */
	__u64 unaligned;
	__u64 crossing;
	__u64 untimed; /* counted without a trustworthy latency */
	struct vs_errno_count errnos[VS_ERRNOS];
	/* Whose cell this is: written once, in CPU 0's copy, before the index names the cell. */
	__u16 client; /* number */
	__u16 index; /* VS_INDEX */
	__u32 valid;
	__u64 irregular; /* calls whose accesses are in the next, if they are derived */
	__u64 accesses[VS_ACCESSES];
	__u64 reserved[6];
	__u32 buckets[VS_HIST_BUCKETS];
};

/*
 * In the place of the cell that stands for none (VS_CELL_NONE), one on each CPU: how often the
 * programs of each handler ran: kprobe's at the entry, kprobe.multi's at the entry of a call to be
 * counted, kprobe.session's at its exit.
 */
struct vs_passages {
	__u64 count[VS_HANDLER_SLOTS];
	/* Where device accesses are observed: all while calls count, and those of a handler's call. */
	__u64 accesses[VS_ACCESSES];
	__u64 attributed[VS_ACCESSES];
	/* Counted calls of each handler that a filter of single calls left out, or for which there was no room. */
	__u64 filtered[VS_HANDLER_SLOTS];
	__u64 dropped[VS_HANDLER_SLOTS];
	__u64 offsets_dropped; /* atomic; calls in cells that found no room in the table of offsets */
};

/*
 * Calls of one cell at one offset with one exact width, on one CPU; never freed. Only the one program
 * that writes the cell on that CPU looks behind a key that has its number.
 */
struct vs_offset {
	__u64 key; /* VS_OFFSET_KEY; 0: free */
	__u64 width;
	__u64 count;
	__u64 errors;
	__u64 first_ns, last_ns; /* CLOCK_MONOTONIC: ends of calls */
	__u64 first_error_ns, last_error_ns;
};

/* A cell's number, which is not 0, and an offset in its region. */
#define VS_OFFSET_BITS 48
#define VS_OFFSET_KEY(cell, offset) ((__u64)(cell) << VS_OFFSET_BITS | (offset))
#define VS_OFFSET_CELL(key) ((key) >> VS_OFFSET_BITS)
#define VS_OFFSET_OF(key) ((key) & ((1ULL << VS_OFFSET_BITS) - 1))

#define VS_MAX_OFFSETS (1 << 18) /* per CPU */

/* Places that an entry is looked for at: of a table that is half full hardly any call finds no room. */
#define VS_OFFSET_TRIES 32

enum vs_shift_source { VS_SHIFT_ASSUMED, VS_SHIFT_OBSERVED, VS_SHIFT_GIVEN };

#define VS_SHIFT_DEFAULT 40 /* VFIO_PCI_OFFSET_SHIFT of vfio-pci-core */

/* What the driver answered to VFIO_DEVICE_GET_REGION_INFO. */
struct vs_region {
	__u64 size;
	__u64 offset;
	__u32 flags; /* VFIO_REGION_INFO_FLAG_* */
	__u32 seen;
	/* ioeventfds while calls count; atomic. */
	__u32 ioeventfds_armed, ioeventfds_disarmed;
	__u64 ioeventfds_fired;
};

/* What makes a device the same to who reads a run. */
struct vs_identity {
	char name[VS_NAME_LEN]; /* BDF or mdev UUID */
	__u64 read; /* vdev->ops->read */
	__u64 write; /* vdev->ops->write */
};

/*
 * A device that passes the filters, as the programs met it. When it is unbound its entry stays, for
 * its struct may come back at the same address as another device's; bound again to the same driver
 * it has the entry again.
 */
struct vs_device {
	__u64 vdev; /* address of the struct vfio_device; VS_VDEV_GONE when unbound */
	struct vs_identity is;
	__u64 identity_hash;
	__u32 filled; /* its identity and shift are written */
	__u32 shift; /* region index = offset >> shift */
	__u32 shift_source; /* enum vs_shift_source */
	/* By which calls were counted before the driver told another; of a given one, what it told. */
	__u32 shift_conflict; /* 0: none */
	__u32 met; /* calls were counted */
	/* By BAR number: memory that the core splits accesses to by a known rule. */
	__u32 memory_bars;
	__u32 pci_handle; /* s390: of the function, as in the operand of its loads and stores */
	__u32 maxstbl; /* s390: bytes of the longest store block of the function; 0: not known */
	__u32 has_mmap; /* vdev->ops->mmap */
	/* Where the MSI-X table is [bytes]; size 0: there is none. */
	__u32 msix_known;
	__u32 msix_bar;
	__u32 msix_offset;
	__u32 msix_size;
	__u64 sessions_ended; /* device files closed while calls count; atomic */
	char ops[VS_NAME_LEN]; /* vdev->ops->name */
	struct vs_region regions[VS_REGIONS];
};

#define VS_VDEV_GONE 1

/*
 * A process that uses a device. It is that of the client number, less VS_MAX_DEVICES. Two threads that
 * take one at once may take two: user space puts them together.
 */
struct vs_process {
	__u64 since; /* CLOCK_BOOTTIME [ns] when it began, for pids are used again; 0: free */
	__u32 tgid;
	__u32 device; /* index in the device table */
	char comm[VS_COMM_LEN]; /* when it was first met */
	__u32 filled; /* all of this is written */
	__u32 pad;
};

/*
 * Devices that do not pass the filters, by hash: each new one takes the place of what was there. A
 * change puts them all out of date, for addresses differ above the bits that it moves.
 */
#define VS_UNWANTED_SLOTS 256 /* a power of two */
#define VS_UNWANTED(vdev, changes) ((vdev) ^ (changes))

/* Device accesses of a call in flight. */
struct vs_flight {
	__u32 accesses[VS_ACCESSES];
	__u32 pending; /* 1 + the one that is being issued */
	__u32 pad;
};

/*
 * A call in flight, by thread: some candidate slots in a bounded table for each handler. An entry
 * that finds all taken replaces one, whose exit then finds no start: counted, never silent.
 *
 * Who the slot was last used by, and for which device, stays when the call ends, so that the
 * thread's next call need not look the device up again.
 */
struct vs_start {
	__u64 ts_ns; /* CLOCK_MONOTONIC; 0: no call in flight */
	__u64 seal; /* ts_ns ^ VS_START_PROOF */
	__u64 owner; /* address of the thread's task_struct, less a constant */
	__u64 ready; /* what slot_ready() wants: the device need not be looked up */
	__u64 count; /* kprobes only, whose exits have no arguments */
	__u64 ppos; /* likewise */
	__u32 tid;
	__u32 index_base; /* VS_INDEX_BASE of client and direction */
	__u32 shift; /* of the device's offsets */
	__u32 pad;
#if VS_OBSERVES_ACCESSES
	struct vs_flight flight;
#endif
};

#define VS_START_SLOTS 512 /* a power of two */

/*
 * What each copy of the programs has for itself. Handlers that call one another are in different
 * copies: a start can only be met by an exit of its own handler.
 */
struct vs_copy {
	__u64 gate;
	struct vs_start starts[VS_DIRS][VS_START_SLOTS];
};

/*
 * What entry and exit of one call have in common, and no two calls of a thread: the buffer, below
 * 2^48, and what bpf/starts.h calls the stamp. It finds the start of an earlier
 * call whose exit was skipped. It also finds two threads that began at the same moment and wrote
 * one slot at once: then the seal of neither fits the time.
 */
#define VS_START_PROOF(buf, stamp) ((buf) ^ (stamp) << 48)

/* Rare events of one handler in one segment; atomic. */
struct vs_handler_stats {
	__u64 no_start; /* exits without a start (counted, untimed; lost where the exit has no arguments) */
	__u64 stale; /* exits whose start was another call's (counted, untimed) */
	__u64 replaced; /* starts that no exit consumed */
	__u64 evicted; /* starts of another thread overwritten: the start table is too small */
	__u64 overflow; /* counted, but there was no cell left */
	__u64 no_device; /* not counted: the device table is full */
	/* Of use with the kprobe family only: */
	__u64 others; /* calls not to be counted, as their entry found: by device, handler, filter */
	__u64 unwanted; /* the same, as their exit found: by region */
	__u64 outside; /* calls that began, or ended, while the gate was shut */
	/* Where it is asked for: reads that returned all ones, and those of which it is not known. */
	__u64 all_ones;
	__u64 ones_unknown;
	__u64 reserved[5];
};

/*
 * The gate of each copy of the programs: the time (CLOCK_MONOTONIC, ns) from which calls count. An
 * exit counts if its start is not earlier; so while the gate is shut starts are kept and consumed,
 * and nothing is counted.
 *
 * Programs are attached, and detached, while it is shut, so that an exit without a start in between
 * always means an entry that the kernel skipped, never one from before.
 */
#define VS_SHUT (~0ULL)

/* --- single calls ------------------------------------------------------------------------------ */

#define VS_WIDTH_RANGES 8

struct vs_width_range {
	__u32 from, to; /* bytes asked for in one call, both included */
};

enum vs_stacks { VS_STACK_KERNEL = 1, VS_STACK_USER = 2 };

/* Whether single calls go to user space, and which. */
struct vs_snoop_config {
	__u32 on;
	__u32 all_ones; /* judge what was read */
	__u32 errors_only;
	__u32 stacks; /* enum vs_stacks, a mask */
	__u64 slower_than_ns; /* 0: any */
	__u32 nr_widths; /* 0: any */
	struct vs_width_range widths[VS_WIDTH_RANGES];
	__u32 wake_bytes; /* user space is woken when so much is in the ring */
};

#define VS_WAKE_WINDOW 4096 /* bytes beyond that */

/* Of bytes read, no more than these are looked at, in pieces of the other. */
#define VS_ONES_MOST 4096
#define VS_ONES_PIECE 64

enum vs_ones { VS_ONES_NOT_ASKED, VS_ONES_NO, VS_ONES_YES, VS_ONES_UNKNOWN };

/* A call that has ended, in the ring. What was read or written is not in it. */
struct vs_call {
	__u64 end_ns; /* CLOCK_MONOTONIC */
	__u64 latency_ns; /* if timed */
	__u64 offset; /* in the region */
	__u64 width;
	__s64 result; /* bytes, or a negative errno */
	__u32 tgid;
	__u16 device; /* index in the device table */
	__u8 region;
	__u8 dir; /* enum vs_dir */
	__u8 timed;
	__u8 ones; /* enum vs_ones */
	__u16 pad;
	__u32 has_stacks; /* it is the beginning of a struct vs_call_stacks */
	char comm[VS_COMM_LEN]; /* of the process */
};

#define VS_STACK_DEPTH 32

struct vs_call_stacks {
	struct vs_call call;
	__s64 kernel_bytes, user_bytes; /* of the addresses below; not above 0: none */
	__u64 kernel[VS_STACK_DEPTH];
	__u64 user[VS_STACK_DEPTH];
};

/* The programs' constants, set before they are loaded; filters are 0 or empty: any. */
struct vs_config {
	__u64 handler_address[VS_DIRS];
	__u32 handler_index[VS_DIRS]; /* in handlers[] */
	__u32 cells_per_cpu;
	__u32 widest_access; /* that vfio-pci-core issues, if the handlers are its own; 0: unknown */
	__u32 counts_all_accesses; /* for all copies of the programs */
	__u32 by_process; /* cells are of a process, not of all that use the device */
	__u32 offsets_per_cpu; /* 0: there is no table of them */
	__u32 given_shift; /* 0: not given */
	__u32 filter_regions; /* bit mask */
	__u32 filter_tasks; /* any of the next three is set: one look instead of three */
	__u32 filter_tgid;
	__u64 filter_cgroup; /* id */
	__u64 core_request; /* address of vfio_pci_core_request; 0: there is none */
	__u32 filter_cgroup_level;
	__u32 page_shift;
	char filter_comm[VS_COMM_LEN]; /* of the process */
	char filter_device[VS_NAME_LEN];
	char filter_driver[VS_NAME_LEN]; /* bus driver or ops name */
	struct vs_snoop_config snoop;
};

#define VS_REGION_UNKNOWN (-1)

#define VS_PROT_READ 1 /* VM_READ, VM_WRITE: linux/mm.h */
#define VS_PROT_WRITE 2

/* A stretch of a region in the address space of a process. */
struct vs_mapping {
	__u64 time_ns; /* CLOCK_MONOTONIC, when it was made; 0: it was there when looked for */
	__u64 mm; /* address of the struct mm_struct: of all threads the same */
	__u64 start; /* virtual address */
	__u64 length; /* bytes */
	__u64 offset; /* in the region, if that is known */
	__s32 region; /* index or VS_REGION_UNKNOWN */
	__u32 prot; /* VS_PROT_* */
	__u32 tgid;
	__u32 pad;
	char comm[VS_COMM_LEN]; /* of the process */
	char name[VS_NAME_LEN]; /* of the device */
};

#define VS_MAPPINGS 256 /* a power of two */

/* What the programs beside the handlers saw. The counts are atomic. */
struct vs_watch {
	__u64 from_ns; /* when calls began to count; 0: not yet. For ioeventfds */
	__u64 kept; /* calls whose end must not be missed, as they began, and as they ended */
	__u64 taken;
	__u64 lost; /* mappings that were made, but nobody saw where */
	__u64 nr_mappings; /* made, since the programs were attached; the first of them are kept */
	struct vs_mapping mappings[VS_MAPPINGS]; /* whole when time_ns is set */
};

/* The tables off the hot path. */
struct vs_shared {
	__u64 next_cell; /* atomic; cells taken so far */
	__u32 changes; /* atomic; what was kept of devices before is out of date */
	__u32 pad;
	struct vs_handler_stats handlers[VS_HANDLER_SLOTS];
	struct vs_device devices[VS_MAX_DEVICES];
	struct vs_process processes[VS_MAX_PROCESSES];
	__u64 unwanted[VS_UNWANTED_SLOTS]; /* VS_UNWANTED */
	struct vs_watch watch;
};

#define VS_IOEVENTFDS 64

/* A device file that is open, as the iterator reports it. */
struct vs_open_row {
	__u32 tgid;
	__u32 fd;
	__u64 file; /* address of the struct file: the same for all descriptors of it */
	__u64 vdev;
	__u64 read; /* vdev->ops->read */
	__u64 write; /* vdev->ops->write */
	__u32 is_core; /* vfio-pci-core's: what follows is known */
	__u32 ioeventfds; /* armed */
	__u32 ioeventfd_regions; /* bit mask; of the first VS_IOEVENTFDS */
	__u32 pad;
	char name[VS_NAME_LEN];
	char ops[VS_NAME_LEN];
	char comm[VS_COMM_LEN]; /* of the process */
};

#endif
