// SPDX-License-Identifier: GPL-2.0-only
/*
 * counted + lost = issued, for calls that began after activation and ended before deactivation.
 *
 * fentry + fexit: an exit that the kernel skipped (recursion_misses of the exit program) is lost; a
 * skipped entry alone is not, for the exit has the arguments: it is counted, untimed.
 *
 * kprobe + kretprobe: a start that no exit consumed is lost, be it replaced by the thread's next
 * one or left at the end. Entries that the kernel muted (bpf_prog_active) go uncounted on kernels
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
	uint64_t counted = tracer->state->handlers[probe->index].overflow;

	for (uint32_t i = 0; i < VS_MAX_DEVICES; i++)
		if (own_handler(&tracer->state->devices[i], probe->handler->dir) ==
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
		const struct vs_start *start = &tracer->state->starts[i];

		if (start->tag >> 32 == probe->index && start->ts_ns >= tracer->active_from_ns &&
		    start->ts_ns < tracer->active_to_ns)
			left++;
	}
	return left;
}

static bool has_filter(const struct trace_config *config)
{
	return config->device || config->driver || config->comm || config->tgid ||
	       config->cgroup_id || config->region_mask;
}

/* Is there a device whose own handler is another function, which may call this one? */
static bool may_serve_others(const struct tracer *tracer, const struct probe *probe)
{
	for (int i = 0; i < VS_MAX_DEVICES; i++) {
		const struct vs_device *dev = &tracer->state->devices[i];

		if (dev->state != VS_DEVICE_FREE &&
		    own_handler(dev, probe->handler->dir) != probe->handler->address)
			return true;
	}
	return false;
}

static enum run_lost_kind lost_kind(const struct tracer *tracer, const struct probe *probe,
				    uint64_t lost)
{
	if (probe->method == TRACE_KPROBE)
		return RUN_LOST_UNPROVABLE;
	if (lost && (has_filter(tracer->config) || may_serve_others(tracer, probe)))
		return RUN_LOST_UPPER_BOUND;
	return RUN_LOST_EXACT;
}

static int fill_handler(const struct tracer *tracer, const struct probe *probe,
			struct run_handler *handler)
{
	const struct vs_handler_stats *stats = &tracer->state->handlers[probe->index];

	handler->function = strdup(probe->handler->function);
	handler->module = strdup(probe->handler->module);
	handler->method = strdup(trace_method__name(probe->method));
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
	if (probe->method == TRACE_FENTRY)
		handler->lost += probe->exit_misses;
	else
		handler->lost += probe->enter_misses + stats->replaced +
				 starts_left(tracer, probe);
	handler->lost_kind = lost_kind(tracer, probe, handler->lost);
	return 0;
}

int tracer__fill_account(const struct tracer *tracer, struct run *run)
{
	struct run_segment *segment = run__add_segment(run);

	if (!segment)
		return -ENOMEM;
	segment->duration_ns = (tracer->active_to_ns ?: monotonic_ns()) - tracer->active_from_ns;
	if (tracer->method_reason) {
		segment->reason = strdup(tracer->method_reason);
		if (!segment->reason)
			return -ENOMEM;
	}
	for (size_t i = 0; i < tracer->nr_probes; i++) {
		struct run_handler *handler = run_segment__add_handler(segment);
		int err = handler ? fill_handler(tracer, &tracer->probes[i], handler) :
				    -ENOMEM;

		if (err)
			return err;
	}
	return 0;
}
