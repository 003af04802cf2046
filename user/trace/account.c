// SPDX-License-Identifier: GPL-2.0-only
/*
 * counted + lost = issued, for calls that began after activation and ended before deactivation.
 *
 * fentry + fexit: an exit that the kernel skipped (recursion_misses of the exit program) is lost; a
 * skipped entry alone is not, for the exit has the arguments: it is counted, untimed.
 *
 * The kprobe family: all calls that began since the programs were attached are known (reading.c), and of
 * each that the programs saw what became of it: not to be counted, outside of the time, or counted.
 * The rest is lost, whatever the reason: a muted program, too few kretprobe instances, no room in
 * the start table.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/tracer.h"

/* Of a handler, in the segment of its probe. */
static const struct vs_handler_stats *stats_of(const struct tracer *tracer,
					       const struct probe *probe)
{
	return &tracer->shared->handlers[probe->index];
}

uint64_t probe__counted(const struct tracer *tracer, const struct probe *probe)
{
	uint64_t counted = 0;

	for (uint32_t i = 0; i < VS_MAX_DEVICES; i++)
		if (vs_device__handler(&tracer->shared->devices[i], probe->handler->dir) ==
		    probe->handler->address)
			counted +=
				snapshot__counted(tracer->snapshot, tracer, i, probe->handler->dir);
	return counted;
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
		const struct vs_device *dev = &tracer->shared->devices[i];

		if (dev->filled &&
		    vs_device__handler(dev, probe->handler->dir) != probe->handler->address)
			return true;
	}
	return false;
}

/* --- starts that are left when all is detached -------------------------------------------------- */

struct left {
	uint64_t inside; /* of the time that counts */
	uint64_t outside;
	bool in_flight; /* one of those inside may be of a call that has not ended */
};

static struct left starts_left(const struct segment *segment, const struct pair *pair,
			       const struct probe *probe)
{
	const struct vs_start *starts = pair->copy->starts[probe->handler->dir];
	uint64_t to_ns = segment->to_ns ?: UINT64_MAX;
	struct left left = {};

	for (int i = 0; i < VS_START_SLOTS; i++) {
		const struct vs_start *start = &starts[i];

		if (!start->ts_ns)
			continue;
		if (start->ts_ns < segment->from_ns || start->ts_ns >= to_ns) {
			left.outside++;
			continue;
		}
		left.inside++;
		left.in_flight |= !kill((pid_t)start->tid, 0) || errno != ESRCH;
	}
	return left;
}

/* --- what is lost ------------------------------------------------------------------------------ */

/* What is known of one handler in one segment. */
struct account {
	uint64_t counted, lost;
	struct left left;
	bool fuzzy; /* calls at the edges of the segment may be in "lost" */
	bool unknown; /* calls that the kernel does not tell may not be in "lost" */
};

static void account_fentry(const struct tracer *tracer, const struct segment *segment,
			   const struct probe *probe, struct account *account)
{
	const struct reading *last = segment->to_ns ? &probe->shut : &probe->end;

	account->lost =
		last->exit_misses - probe->opening.exit_misses + stats_of(tracer, probe)->no_device;
	account->fuzzy = probe->opening.exit_misses != probe->open.exit_misses ||
			 probe->closing.exit_misses != probe->shut.exit_misses;
}

/* Calls that were seen and are not to be counted. */
static uint64_t known_aside(const struct pair *pair, const struct vs_handler_stats *stats)
{
	return stats->unwanted + stats->outside +
	       (pair->method == TRACE_KPROBE ? stats->others : 0);
}

/* What is muted before the gate opens is not lost. */
uint64_t probe__unseen(const struct tracer *tracer, const struct pair *pair,
		       const struct probe *probe)
{
	const struct vs_start *starts = pair->copy->starts[probe->handler->dir];
	uint64_t known = known_aside(pair, stats_of(tracer, probe));

	if (pair->method == TRACE_KPROBE) /* which tells these apart */
		return 0;
	for (int i = 0; pair->method != TRACE_KPROBE_SESSION && i < VS_START_SLOTS; i++)
		known += starts[i].ts_ns != 0;
	return probe->opening.calls > known ? probe->opening.calls - known : 0;
}

/* Calls that began while the gate was open, and whose entry was muted. */
static void add_muted(const struct segment *segment, const struct probe *probe,
		      struct account *account)
{
	const struct reading *last = segment->to_ns ? &probe->shut : &probe->end;

	account->unknown = last->muted_max == MUTED_UNKNOWN;
	if (!account->unknown)
		account->lost += muted_between(&probe->opening, last);
	account->fuzzy = probe->opening.muted_min != probe->open.muted_max ||
			 probe->closing.muted_min != probe->shut.muted_max ||
			 account->left.in_flight;
}

static void account_kprobe(const struct tracer *tracer, const struct segment *segment,
			   const struct pair *pair, const struct probe *probe,
			   struct account *account)
{
	const struct vs_handler_stats *stats = stats_of(tracer, probe);
	uint64_t calls = probe->end.calls;
	uint64_t known = account->counted + known_aside(pair, stats) + probe->unseen;

	if (pair->method != TRACE_KPROBE_SESSION) { /* which knows calls only when they end */
		known += account->left.outside;
		if (!segment->to_ns)
			known += account->left.inside; /* under way, not lost */
	}
	if (pair->method != TRACE_KPROBE)
		calls += stats->no_device;
	account->lost = calls > known ? calls - known : 0;
	account->fuzzy = probe->open.calls || probe->closing.calls != probe->end.calls ||
			 account->left.in_flight;
	if (pair->method == TRACE_KPROBE)
		add_muted(segment, probe, account);
}

/* Where the kernel does not tell: what is known to have been lost. */
static void account_unprovable(const struct tracer *tracer, const struct segment *segment,
			       const struct probe *probe, struct account *account)
{
	const struct vs_handler_stats *stats = stats_of(tracer, probe);

	account->lost = probe->end.entry_misses - probe->opening.entry_misses + stats->replaced +
			stats->stale + stats->evicted + stats->no_device;
	if (segment->to_ns)
		account->lost += account->left.inside;
}

static struct account account_of(const struct tracer *tracer, const struct segment *segment,
				 const struct pair *pair, const struct probe *probe)
{
	struct account account = { .left = starts_left(segment, pair, probe) };

	account.counted = segment->to_ns ? probe->counted
					 : probe__counted(tracer, probe) - probe->counted_before;
	account.counted += stats_of(tracer, probe)->overflow;
	if (pair->method == TRACE_FENTRY)
		account_fentry(tracer, segment, probe, &account);
	else if (probe->provable)
		account_kprobe(tracer, segment, pair, probe, &account);
	else
		account_unprovable(tracer, segment, probe, &account);
	return account;
}

static enum run_lost_kind lost_kind(const struct tracer *tracer, const struct probe *probe,
				    const struct account *account)
{
	if (!probe->provable || account->unknown)
		return RUN_LOST_UNPROVABLE;
	if (account->lost && (account->fuzzy || trace_config__has_filter(tracer->config) ||
			      may_serve_others(tracer, probe)))
		return RUN_LOST_UPPER_BOUND;
	return RUN_LOST_EXACT;
}

/* --- into a run -------------------------------------------------------------------------------- */

static int fill_handler(const struct tracer *tracer, const struct segment *segment,
			const struct pair *pair, const struct probe *probe,
			struct run_handler *handler)
{
	const struct vs_handler_stats *stats = stats_of(tracer, probe);
	struct account account = account_of(tracer, segment, pair, probe);

	handler->function = strdup(probe->handler->function);
	handler->module = strdup(probe->handler->module);
	handler->method = strdup(trace_method__name(pair->method));
	if (!handler->function || !handler->module || !handler->method)
		return -ENOMEM;
	handler->dir = probe->handler->dir;
	handler->counted = account.counted;
	handler->lost = account.lost;
	handler->lost_kind = lost_kind(tracer, probe, &account);
	handler->entry_misses = probe->end.entry_misses - probe->opening.entry_misses;
	handler->exit_misses = probe->end.exit_misses - probe->opening.exit_misses;
	handler->no_start = stats->no_start;
	handler->stale = stats->stale;
	handler->replaced = stats->replaced;
	handler->evicted = stats->evicted;
	handler->left = segment->to_ns ? account.left.inside : 0;
	handler->overflow = stats->overflow;
	handler->no_device = stats->no_device;
	return 0;
}

static int fill_pair(const struct tracer *tracer, const struct segment *segment,
		     const struct pair *pair, struct run_segment *into)
{
	for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++) {
		struct run_handler *handler;
		int err;

		if (!pair->probes[dir])
			continue;
		handler = run_segment__add_handler(into);
		err = handler ? fill_handler(tracer, segment, pair, pair->probes[dir], handler)
			      : -ENOMEM;
		if (err)
			return err;
	}
	return 0;
}

static int fill_segment(const struct tracer *tracer, const struct segment *segment,
			struct run_segment *into)
{
	uint64_t to_ns = segment->to_ns ?: monotonic_ns();
	int err = 0;

	into->start_ns = segment->from_ns - tracer->segments[0].from_ns;
	into->duration_ns = to_ns - segment->from_ns;
	if (segment->reason) {
		into->reason = strdup(segment->reason);
		if (!into->reason)
			return -ENOMEM;
	}
	into->between = segment->between;
	for (size_t i = 0; !err && i < segment->nr_pairs; i++)
		err = fill_pair(tracer, segment, &segment->pairs[i], into);
	return err;
}

int tracer__fill_account(const struct tracer *tracer, struct run *run)
{
	int err = 0;

	for (size_t i = 0; !err && i < tracer->nr_segments; i++) {
		struct run_segment *segment = run__add_segment(run);

		err = segment ? fill_segment(tracer, &tracer->segments[i], segment) : -ENOMEM;
	}
	return err;
}
