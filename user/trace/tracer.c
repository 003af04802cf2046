// SPDX-License-Identifier: GPL-2.0-only
/* The life of a trace: attach all, activate, poll, deactivate, detach. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "user/trace/tracer.h"

#define NSEC_PER_SEC 1000000000ULL

static const char *const method_names[] = {
	[TRACE_AUTO] = "auto",
	[TRACE_FENTRY] = "fentry",
	[TRACE_KPROBE] = "kprobe",
	[TRACE_KPROBE_MULTI] = "kprobe_multi",
	[TRACE_KPROBE_SESSION] = "kprobe_session",
	[TRACE_EXACT] = "an exact method",
};

const char *trace_method__name(enum trace_method method)
{
	return method_names[method];
}

int trace_method__parse(const char *name)
{
	for (size_t i = 0; i < sizeof(method_names) / sizeof(*method_names); i++)
		if (!strcmp(method_names[i], name))
			return i;
	return -EINVAL;
}

uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

int tracer__new(struct tracer **tracerp, const struct trace_config *config,
		const struct trace_handler *handlers, size_t nr_handlers, char *error)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	int nr_cpus = libbpf_num_possible_cpus();

	*tracerp = tracer;
	if (!tracer || nr_cpus < 0)
		goto no_memory;
	if (nr_handlers > VS_MAX_HANDLERS) {
		snprintf(error, TRACE_ERROR_LEN,
			 "%zu region handlers, more than %d: choose with --driver", nr_handlers,
			 VS_MAX_HANDLERS);
		return -E2BIG;
	}
	tracer->config = config;
	tracer->handlers = handlers;
	tracer->nr_handlers = nr_handlers;
	tracer->bss_fd = -1;
	tracer->cells_fd = -1;
	tracer->ring_fd = -1;
	tracer->offsets_fd = -1;
	tracer->nr_cpus = nr_cpus;
	tracer->cells_per_cpu = 1 + (config->max_cells ?: TRACE_DEFAULT_MAX_CELLS);
	tracer->snapshot = snapshot__new(tracer->nr_cpus, tracer->cells_per_cpu);
	if (!tracer->snapshot || segment__new(tracer, &tracer->segments[0]))
		goto no_memory;
	tracer->nr_segments = 1;
	return 0;
no_memory:
	snprintf(error, TRACE_ERROR_LEN, "out of memory");
	return -ENOMEM;
}

void tracer__free(struct tracer *tracer)
{
	if (!tracer)
		return;
	tracer__unwatch(tracer);
	snoop__free(tracer);
	if (tracer->cells)
		munmap((void *)tracer->cells, tracer->cells_bytes);
	if (tracer->offsets)
		munmap((void *)tracer->offsets, tracer->offsets_bytes);
	for (size_t i = VS_MAX_SEGMENTS; i-- > 0;)
		segment__free(&tracer->segments[i]);
	snapshot__free(tracer->snapshot);
	clients__free(tracer);
	free(tracer);
}

int tracer__attach(struct tracer *tracer, char *error)
{
	int err;

	kprobe_event__sweep();
	err = segment__attach(tracer, &tracer->segments[0], tracer->config->method, error);
	if (err)
		return err;
	err = tracer__watch(tracer);
	if (err)
		trace_explain(err, "watch devices come and go", error);
	tracer->kernel_bytes = tracer__map_bytes(tracer);
	return err;
}

void tracer__activate(struct tracer *tracer)
{
	segment__open(tracer, tracer__segment(tracer));
	tracer__watch_from(tracer, tracer__segment(tracer)->from_ns);
}

void tracer__poll(struct tracer *tracer)
{
	struct segment *segment = tracer__segment(tracer);

	if (segment->to_ns)
		return;
	segment__poll(tracer, segment);
	tracer__look(tracer);
}

void tracer__deactivate(struct tracer *tracer)
{
	struct segment *segment = tracer__segment(tracer);

	if (!segment->from_ns || segment->to_ns)
		return;
	segment__shut(tracer, segment);
	tracer__look(tracer);
	tracer__watch_from(tracer, 0);
	segment__detach(tracer, segment);
}

/* --- from fentry to an exact method ------------------------------------------------------------ */

uint64_t tracer__start(const struct tracer *tracer)
{
	return tracer->segments[0].from_ns;
}

uint32_t tracer__cpus(const struct tracer *tracer)
{
	return tracer->nr_cpus;
}

bool tracer__can_escalate(const struct tracer *tracer)
{
	const struct segment *segment = &tracer->segments[tracer->nr_segments - 1];

	for (size_t i = 0; tracer->config->escalate && i < segment->nr_pairs; i++)
		if (segment->pairs[i].method == TRACE_FENTRY)
			return tracer->nr_segments < VS_MAX_SEGMENTS;
	return false;
}

uint64_t tracer__skipped(struct tracer *tracer)
{
	struct segment *segment = tracer__segment(tracer);
	uint64_t skipped = 0;

	for (size_t i = 0; i < segment->nr_pairs; i++) {
		const struct pair *pair = &segment->pairs[i];

		for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++) {
			const struct probe *probe = pair->probes[dir];
			struct reading now;

			if (pair->method != TRACE_FENTRY || !probe)
				continue;
			probe__read(tracer, pair, probe, &now);
			skipped += now.exit_misses - probe->opening.exit_misses;
		}
	}
	return skipped;
}

/*
 * Both are attached for a while, @next with its gate shut, so that between the one and the other lies
 * no more than the calls under way. How many these are, its programs see.
 */
static void hand_over(struct tracer *tracer, struct segment *segment, struct segment *next)
{
	uint64_t before = segment__outside(tracer, next), in_flight, shut, outside;

	segment__before_open(tracer, next);
	segment__shut(tracer, segment);
	in_flight = segment__in_flight(next, 1, UINT64_MAX);
	shut = segment__outside(tracer, next);
	segment__open(tracer, next);
	segment__detach(tracer, segment);
	segment__drain(next, 1, next->from_ns);
	outside = segment__outside(tracer, next);
	next->between.max = outside - before + segment__in_flight(next, 1, next->from_ns) +
			    segment__muted_before_open(next);
	if (outside > shut + in_flight) /* the others may have been counted before */
		next->between.min = outside - shut - in_flight;
}

int tracer__escalate(struct tracer *tracer, uint64_t skipped, char *error)
{
	struct segment *segment = tracer__segment(tracer), *next = segment + 1;
	int err;

	if (tracer->nr_segments == VS_MAX_SEGMENTS) {
		snprintf(error, TRACE_ERROR_LEN, "the method was changed before");
		return -EALREADY;
	}
	err = segment__new(tracer, next);
	if (!err &&
	    asprintf(&next->reason,
		     "fentry had lost calls (%" PRIu64 "): went on by %s, which loses none to "
		     "scheduling",
		     skipped, trace_method__name(TRACE_KPROBE)) < 0) {
		next->reason = NULL;
		err = -ENOMEM;
	}
	if (err)
		snprintf(error, TRACE_ERROR_LEN, "out of memory");
	else
		err = segment__attach(tracer, next, TRACE_EXACT, error);
	if (err) {
		segment__free(next);
		return err;
	}
	hand_over(tracer, segment, next);
	tracer->nr_segments++;
	tracer->kernel_bytes = tracer__map_bytes(tracer);
	return 0;
}

/* --- into a run -------------------------------------------------------------------------------- */

int tracer__fill(struct tracer *tracer, struct run *run)
{
	const struct segment *last = tracer__segment(tracer);
	int err;

	run->limits.start_slots = VS_START_SLOTS;
	run->limits.kernel_bytes = tracer->kernel_bytes;
	run->duration_ns = (last->to_ns ?: monotonic_ns()) - tracer->segments[0].from_ns;
	err = snapshot__fill(tracer->snapshot, tracer, run);
	return err ? err : tracer__fill_account(tracer, run);
}
