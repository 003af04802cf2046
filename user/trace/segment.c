// SPDX-License-Identifier: GPL-2.0-only
/* A stretch of the recording with one method: attach, open the gate, shut it, detach. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "user/trace/tracer.h"

#define NSEC_PER_MSEC 1000000ULL

/*
 * How often we look whether the calls that were in flight when the gate was shut have ended, and how long
 * we wait for each look. The clock does not decide: a machine that stood still gave them no time to.
 */
#define DRAIN_LOOKS 500
#define TICK_NS NSEC_PER_MSEC

/* Each handler into a pair of its module that has none of its direction. */
static void make_pairs(struct segment *segment, size_t nr_handlers)
{
	for (size_t i = 0; i < nr_handlers; i++) {
		struct probe *probe = &segment->probes[i];
		enum vs_dir dir = probe->handler->dir;
		struct pair *pair = segment->pairs, *end = pair + segment->nr_pairs;

		for (; pair < end; pair++) {
			const struct probe *other = pair->probes[!dir];

			if (!pair->probes[dir] && other &&
			    !strcmp(other->handler->module, probe->handler->module))
				break;
		}
		if (pair == end)
			segment->nr_pairs++;
		pair->probes[dir] = probe;
	}
}

int segment__new(struct tracer *tracer, struct segment *segment)
{
	size_t number = segment - tracer->segments;

	segment->probes = calloc(tracer->nr_handlers, sizeof(*segment->probes));
	segment->pairs = calloc(tracer->nr_handlers, sizeof(*segment->pairs));
	if (!segment->probes || !segment->pairs)
		return -ENOMEM;
	for (size_t i = 0; i < tracer->nr_handlers; i++) {
		segment->probes[i].handler = &tracer->handlers[i];
		segment->probes[i].index = number * VS_MAX_HANDLERS + i;
	}
	make_pairs(segment, tracer->nr_handlers);
	return 0;
}

void segment__free(struct segment *segment)
{
	/* Last the first one, which may hold the maps. */
	for (size_t i = segment->nr_pairs; i-- > 0;)
		pair__close(&segment->pairs[i]);
	free(segment->pairs);
	free(segment->probes);
	free(segment->reason);
	*segment = (struct segment){};
}

/* --- attach ------------------------------------------------------------------------------------ */

static int explain_attach(const struct pair *pair, enum trace_method method, int err, char *error)
{
	const struct probe *probe = pair->probes[VS_READ] ?: pair->probes[VS_WRITE];
	char what[256];

	snprintf(what, sizeof(what), "attach to %s [%s] by %s", probe->handler->function,
		 probe->handler->module, trace_method__name(method));
	trace_explain(err, what, error);
	return err;
}

/* A probe whose losses the kernel does not tell; NULL: none. */
static const struct probe *find_unprovable(const struct pair *pair)
{
	for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++)
		if (pair->probes[dir] && !pair->probes[dir]->provable)
			return pair->probes[dir];
	return NULL;
}

/* Into the reason of the segment, once for all pairs, behind what is there. */
static void add_reason(struct segment *segment, const char *what, int err)
{
	char *before = segment->reason, *reason;

	if (before && strstr(before, what))
		return;
	if (asprintf(&reason, "%s%s%s (%s)", before ?: "", before ? "; " : "", what,
		     trace_strerror(err)) < 0)
		return;
	segment->reason = reason;
	free(before);
}

static int attach_plain(struct tracer *tracer, struct segment *segment, struct pair *pair,
			enum trace_method method, char *error)
{
	int err = pair__attach(tracer, pair, method);
	const struct probe *probe;

	if (err)
		return explain_attach(pair, method, err, error);
	probe = find_unprovable(pair);
	if (probe && probe->event_err)
		add_reason(segment, "what is lost is not known: no kprobe events of tracefs",
			   probe->event_err);
	return 0;
}

static int refuse_unprovable(const struct probe *probe, enum trace_method method, char *error)
{
	char cause[128] = "this kernel does not count all calls that it skips";

	if (probe->event_err)
		snprintf(cause, sizeof(cause),
			 "no kprobe event can be made (%s); tracefs must be mounted at "
			 "/sys/kernel/tracing, and writable",
			 strerror(-probe->event_err));
	snprintf(error, TRACE_ERROR_LEN, "cannot trace %s [%s] exactly by %s: %s",
		 probe->handler->function, probe->handler->module, trace_method__name(method),
		 cause);
	return probe->event_err ?: -ENOTSUP;
}

static int attach_provable(struct tracer *tracer, struct pair *pair, enum trace_method method,
			   char *error)
{
	int err = pair__attach(tracer, pair, method);
	const struct probe *probe;

	if (err)
		return explain_attach(pair, method, err, error);
	probe = find_unprovable(pair);
	if (!probe)
		return 0;
	err = refuse_unprovable(probe, method, error);
	pair__close(pair);
	return err;
}

/*
 * The methods that lose nothing to scheduling, the best first: kprobe's account also holds for what
 * bpf() system calls mute on any kernel; a session has no limit to the calls it follows.
 */
static const enum trace_method exact_methods[] = { TRACE_KPROBE, TRACE_KPROBE_SESSION,
						   TRACE_KPROBE_MULTI };

/* If none will do: why not the first, which is the one to be had everywhere. */
static int attach_exact(struct tracer *tracer, struct pair *pair, char *error)
{
	char other[TRACE_ERROR_LEN] = "";
	int first = 0;

	for (size_t i = 0; i < sizeof(exact_methods) / sizeof(*exact_methods); i++) {
		int err = attach_provable(tracer, pair, exact_methods[i], i ? other : error);

		if (!err)
			return 0;
		first = first ?: err;
	}
	return first;
}

/* fentry, and where that cannot be had, kprobe; which, and why, goes into the run. */
static int attach_auto(struct tracer *tracer, struct segment *segment, struct pair *pair,
		       char *error)
{
	int err = pair__attach(tracer, pair, TRACE_FENTRY);

	if (!err)
		return 0;
	add_reason(segment, "fentry cannot be had", err);
	return attach_plain(tracer, segment, pair, TRACE_KPROBE, error);
}

static int attach_by(struct tracer *tracer, struct segment *segment, struct pair *pair,
		     enum trace_method method, char *error)
{
	switch (method) {
	case TRACE_AUTO:
		return attach_auto(tracer, segment, pair, error);
	case TRACE_EXACT:
		return attach_exact(tracer, pair, error);
	default:
		return tracer->config->exact ? attach_provable(tracer, pair, method, error)
					     : attach_plain(tracer, segment, pair, method, error);
	}
}

/* For reading; NULL and errno. */
static const void *map_memory(int fd, size_t bytes)
{
	const void *memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int adopt_offsets(struct tracer *tracer, const struct pair *pair)
{
	tracer->offsets_fd = bpf_map__fd(pair->offsets);
	tracer->offsets_bytes =
		(size_t)tracer->nr_cpus * tracer->config->max_offsets * sizeof(struct vs_offset);
	tracer->offsets = map_memory(tracer->offsets_fd, tracer->offsets_bytes);
	return tracer->offsets ? 0 : -errno;
}

/* The first pair's programs made the maps: the others get them, and we see into them. */
static int adopt_maps(struct tracer *tracer, const struct pair *pair)
{
	int err = 0;

	tracer->shared = pair->shared;
	tracer->bss_fd = bpf_map__fd(pair->bss);
	tracer->cells_fd = bpf_map__fd(pair->cells);
	tracer->cells_bytes =
		(size_t)tracer->nr_cpus * tracer->cells_per_cpu * sizeof(struct vs_cell);
	tracer->cells = map_memory(tracer->cells_fd, tracer->cells_bytes);
	if (!tracer->cells)
		return -errno;
	if (tracer->config->max_offsets)
		err = adopt_offsets(tracer, pair);
	return err ?: snoop__adopt(tracer, pair);
}

int segment__attach(struct tracer *tracer, struct segment *segment, enum trace_method method,
		    char *error)
{
	for (size_t i = 0; i < segment->nr_pairs; i++) {
		struct pair *pair = &segment->pairs[i];
		int err = attach_by(tracer, segment, pair, method, error);

		if (err)
			return err;
		err = tracer->cells ? 0 : adopt_maps(tracer, pair);
		if (err) {
			trace_explain(err, "map what is recorded", error);
			return err;
		}
	}
	return 0;
}

/* --- record ------------------------------------------------------------------------------------ */

static void move_gates(struct segment *segment, uint64_t to)
{
	for (size_t i = 0; i < segment->nr_pairs; i++)
		__atomic_store_n(&segment->pairs[i].copy->gate, to, __ATOMIC_SEQ_CST);
}

/* Fill the reading at @offset in each probe. */
static void read_all(const struct tracer *tracer, const struct segment *segment, size_t offset)
{
	for (size_t i = 0; i < segment->nr_pairs; i++) {
		const struct pair *pair = &segment->pairs[i];

		for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++)
			if (pair->probes[dir])
				probe__read(tracer, pair, pair->probes[dir],
					    (void *)((char *)pair->probes[dir] + offset));
	}
}

#define READ_ALL(tracer, segment, reading) \
	read_all(tracer, segment, offsetof(struct probe, reading))

static void read_unseen(const struct tracer *tracer, const struct segment *segment)
{
	for (size_t i = 0; i < segment->nr_pairs; i++) {
		const struct pair *pair = &segment->pairs[i];

		for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++)
			if (pair->probes[dir])
				pair->probes[dir]->unseen =
					probe__unseen(tracer, pair, pair->probes[dir]);
	}
}

/* Each probe that has its muted calls told apart. */
static void for_each_muted(const struct tracer *tracer, const struct segment *segment,
			   void (*act)(const struct tracer *tracer, struct probe *probe))
{
	for (size_t i = 0; i < segment->nr_pairs; i++) {
		const struct pair *pair = &segment->pairs[i];

		for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++) {
			struct probe *probe = pair->probes[dir];

			if (pair->method == TRACE_KPROBE && probe && probe->provable)
				act(tracer, probe);
		}
	}
}

void segment__open(struct tracer *tracer, struct segment *segment)
{
	for (size_t i = 0; i < tracer->nr_handlers; i++)
		segment->probes[i].counted_before = probe__counted(tracer, &segment->probes[i]);
	READ_ALL(tracer, segment, opening);
	for_each_muted(tracer, segment, probe__settle_muted);
	read_unseen(tracer, segment); /* after it: so it is rather too small than too large */
	segment->from_ns = monotonic_ns();
	move_gates(segment, segment->from_ns);
	READ_ALL(tracer, segment, open);
}

static uint64_t pair_in_flight(const struct pair *pair, uint64_t from_ns, uint64_t to_ns)
{
	const struct vs_start *start = pair->copy->starts[0];
	uint64_t nr = 0;

	for (int i = 0; i < VS_DIRS * VS_START_SLOTS; i++) {
		uint64_t ts = __atomic_load_n(&start[i].ts_ns, __ATOMIC_RELAXED);

		nr += ts && ts >= from_ns && ts < to_ns;
	}
	return nr;
}

uint64_t segment__in_flight(const struct segment *segment, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < segment->nr_pairs; i++)
		nr += pair_in_flight(&segment->pairs[i], from_ns, to_ns);
	return nr;
}

void segment__drain(const struct segment *segment, uint64_t from_ns, uint64_t to_ns)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };

	for (int i = 0; i < DRAIN_LOOKS; i++) {
		nanosleep(&tick, NULL);
		if (!segment__in_flight(segment, from_ns, to_ns))
			return;
	}
}

void segment__poll(struct tracer *tracer, struct segment *segment)
{
	READ_ALL(tracer, segment, end);
	snapshot__take(tracer->snapshot, tracer);
}

void segment__shut(struct tracer *tracer, struct segment *segment)
{
	READ_ALL(tracer, segment, closing);
	segment->to_ns = monotonic_ns();
	move_gates(segment, VS_SHUT);
	READ_ALL(tracer, segment, shut);
	/* No program runs any more that passed the gate before it was shut; with "nohz_full" a tick must do. */
	wait_for_programs();
	segment__drain(segment, segment->from_ns, segment->to_ns);
	for_each_muted(tracer, segment, probe__confirm_muted);
	snapshot__take(tracer->snapshot, tracer);
	for (size_t i = 0; i < tracer->nr_handlers; i++)
		segment->probes[i].counted = probe__counted(tracer, &segment->probes[i]) -
					     segment->probes[i].counted_before;
}

void segment__detach(struct tracer *tracer, struct segment *segment)
{
	for (size_t i = 0; i < segment->nr_pairs; i++)
		pair__detach(&segment->pairs[i]);
	READ_ALL(tracer, segment, end);
	for (size_t i = 0; i < segment->nr_pairs; i++)
		pair__remove_events(&segment->pairs[i]);
}

void segment__before_open(struct tracer *tracer, struct segment *segment)
{
	READ_ALL(tracer, segment, closing);
}

uint64_t segment__muted_before_open(const struct segment *segment)
{
	uint64_t muted = 0;

	for (size_t i = 0; i < segment->nr_pairs; i++) {
		const struct pair *pair = &segment->pairs[i];

		for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++) {
			const struct probe *probe = pair->probes[dir];

			if (!probe)
				continue;
			muted += pair->method == TRACE_KPROBE
					 ? muted_between(&probe->closing, &probe->open)
					 : probe->open.entry_misses - probe->closing.entry_misses;
		}
	}
	return muted;
}

uint64_t segment__outside(const struct tracer *tracer, const struct segment *segment)
{
	uint64_t outside = 0;

	for (size_t i = 0; i < tracer->nr_handlers; i++)
		outside +=
			__atomic_load_n(&tracer->shared->handlers[segment->probes[i].index].outside,
					__ATOMIC_RELAXED);
	return outside;
}
