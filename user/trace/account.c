// SPDX-License-Identifier: GPL-2.0-only
/*
 * counted + lost = issued, for calls that began after activation and ended before deactivation.
 *
 * fentry + fexit: an exit that the kernel skipped (recursion_misses of the exit program) is lost; a
 * skipped entry alone is not, for the exit has the arguments: it is counted, untimed.
 *
 * kprobe + kretprobe: a start that no exit consumed is lost, be it replaced by the thread's next
 * one, found stale by a later exit, or left at the end. Entries that the kernel muted (bpf_prog_active) go uncounted on kernels
 * before commit dd8657894c11 ("bpf: Count missed stats in trace_call_bpf"): not provable.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/tracer.h"

static uint64_t own_handler(const struct vs_device *dev, enum vs_dir dir)
{
	return dir == VS_READ ? dev->read : dev->write;
}

static uint64_t counted_by(const struct tracer *tracer, const struct probe *probe)
{
	uint64_t counted = tracer->handlers[probe->index].overflow;

	for (uint32_t i = 0; i < VS_MAX_DEVICES; i++)
		if (own_handler(&tracer->devices[i], probe->handler->dir) ==
		    probe->handler->address)
			counted += snapshot__counted(tracer->snapshot, i, probe->handler->dir);
	return counted;
}

/* Calls in flight when the gate closed do not count; those that the gate let in and never ended do. */
static uint64_t starts_left(const struct tracer *tracer, const struct probe *probe)
{
	uint64_t left = 0;

	if (!tracer->active_to_ns)
		return 0;
	for (int i = 0; i < VS_START_SLOTS; i++) {
		const struct vs_start *start = &tracer->starts[i];

		if (start->tag >> 32 == probe->index && start->ts_ns >= tracer->active_from_ns &&
		    start->ts_ns < tracer->active_to_ns)
			left++;
	}
	return left;
}

bool trace_config__has_filter(const struct trace_config *config)
{
	return config->device || config->driver || config->comm || config->tgid ||
	       config->cgroup_id || config->region_mask;
}

/* Is there a device whose own handler is another function, which may call this one? */
static bool may_serve_others(const struct tracer *tracer, const struct probe *probe)
{
	for (int i = 0; i < VS_MAX_DEVICES; i++) {
		const struct vs_device *dev = &tracer->devices[i];

		if (dev->state != VS_DEVICE_FREE &&
		    own_handler(dev, probe->handler->dir) != probe->handler->address)
			return true;
	}
	return false;
}

static enum run_lost_kind lost_kind(const struct tracer *tracer, const struct pair *pair,
				    const struct probe *probe, uint64_t lost)
{
	if (pair->method == TRACE_KPROBE)
		return RUN_LOST_UNPROVABLE;
	if (lost && (trace_config__has_filter(tracer->config) || may_serve_others(tracer, probe)))
		return RUN_LOST_UPPER_BOUND;
	return RUN_LOST_EXACT;
}

static int fill_handler(const struct tracer *tracer, const struct pair *pair,
			const struct probe *probe, struct run_handler *handler)
{
	const struct vs_handler_stats *stats = &tracer->handlers[probe->index];

	handler->function = strdup(probe->handler->function);
	handler->module = strdup(probe->handler->module);
	handler->method = strdup(trace_method__name(pair->method));
	if (!handler->function || !handler->module || !handler->method)
		return -ENOMEM;
	handler->dir = probe->handler->dir;
	handler->counted = counted_by(tracer, probe);
	handler->no_start = stats->no_start;
	handler->stale = stats->stale;
	handler->replaced = stats->replaced;
	handler->evicted = stats->evicted;
	handler->overflow = stats->overflow;
	handler->no_device = stats->no_device;
	handler->lost = stats->no_device;
	if (pair->method == TRACE_FENTRY)
		handler->lost += probe->exit_misses - probe->exit_misses_before;
	else
		handler->lost += probe->enter_misses - probe->enter_misses_before +
				 stats->replaced + stats->stale + starts_left(tracer, probe);
	handler->lost_kind = lost_kind(tracer, pair, probe, handler->lost);
	return 0;
}

static int fill_pair(const struct tracer *tracer, const struct pair *pair,
		     struct run_segment *segment)
{
	for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++) {
		struct run_handler *handler;
		int err;

		if (!pair->probes[dir])
			continue;
		handler = run_segment__add_handler(segment);
		err = handler ? fill_handler(tracer, pair, pair->probes[dir], handler) : -ENOMEM;
		if (err)
			return err;
	}
	return 0;
}

int tracer__fill_account(const struct tracer *tracer, struct run *run)
{
	struct run_segment *segment = run__add_segment(run);

	if (!segment)
		return -ENOMEM;
	segment->duration_ns = run->duration_ns;
	if (tracer->method_reason) {
		segment->reason = strdup(tracer->method_reason);
		if (!segment->reason)
			return -ENOMEM;
	}
	for (size_t i = 0; i < tracer->nr_pairs; i++) {
		int err = fill_pair(tracer, &tracer->pairs[i], segment);

		if (err)
			return err;
	}
	return 0;
}
