// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel says of how often a handler was called, and how often it skipped our programs. */
#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "user/trace/tracer.h"

static uint64_t program_misses(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (!program || bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &len))
		return 0;
	return info.recursion_misses;
}

/*
 * Calls that a kprobe.multi link never came to know of. The beginning of struct bpf_link_info as it is
 * since Linux 6.7 (commit e2b2cd592a52, "bpf: Add missed value to kprobe_multi link info").
 */
uint64_t hook__link_misses(const struct hook *hook)
{
	struct {
		__u32 type, id, prog_id, pad;
		__u64 addrs;
		__u32 count, flags;
		__u64 missed;
	} info = {};
	__u32 len = sizeof(info);

	if (!hook->link_fd || bpf_obj_get_info_by_fd(hook->link_fd, &info, &len))
		return hook->link_misses;
	return info.missed;
}

/* Sums of one handler's over all CPUs. */
static void read_passages(const struct tracer *tracer, const struct probe *probe, uint64_t *entries,
			  uint64_t *exits)
{
	*entries = *exits = 0;
	for (uint32_t cpu = 0; cpu < tracer->nr_cpus; cpu++) {
		size_t at = (size_t)cpu * tracer->cells_per_cpu + VS_CELL_NONE;
		const struct vs_passages *passages = (const void *)&tracer->cells[at];

		*entries += __atomic_load_n(&passages->entries[probe->index], __ATOMIC_RELAXED);
		*exits += __atomic_load_n(&passages->exits[probe->index], __ATOMIC_RELAXED);
	}
}

/*
 * kprobe: the hits of the entry's event, whatever the program did.
 *
 * kprobe.multi: entries, those that the kernel skipped included.
 *
 * kprobe.session, whose two ends share one count of skipped runs: each call that began is two runs, of
 * which each was made or skipped; so it is half of their sum.
 */
void probe__read(const struct tracer *tracer, const struct pair *pair, const struct probe *probe,
		 struct reading *reading)
{
	uint64_t entries, exits, skipped = program_misses(probe->entry.program);
	uint64_t unknown = hook__link_misses(&probe->entry);

	reading->entry_misses = skipped + unknown;
	reading->exit_misses = program_misses(probe->exit.program);
	reading->calls = 0;
	read_passages(tracer, probe, &entries, &exits);
	if (pair->method == TRACE_KPROBE && probe->entry.event.name[0])
		kprobe_event__hits(&probe->entry.event, &reading->calls);
	else if (pair->method == TRACE_KPROBE_MULTI)
		reading->calls = entries + skipped + unknown;
	else if (pair->method == TRACE_KPROBE_SESSION)
		reading->calls = (entries + exits + skipped) / 2 + unknown;
}
