// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel says of how often a handler was called, and how often it skipped our programs. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/trace/tracer.h"

uint64_t program_misses(const struct bpf_program *program)
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

const struct vs_passages *tracer__passages(const struct tracer *tracer, uint32_t cpu)
{
	return (const void *)&tracer->cells[(size_t)cpu * tracer->cells_per_cpu + VS_CELL_NONE];
}

/* One handler's, over all CPUs. */
static uint64_t passages(const struct tracer *tracer, const struct probe *probe)
{
	uint64_t sum = 0;

	for (uint32_t cpu = 0; cpu < tracer->nr_cpus; cpu++) {
		const struct vs_passages *here = tracer__passages(tracer, cpu);

		sum += __atomic_load_n(&here->count[probe->index], __ATOMIC_RELAXED);
	}
	return sum;
}

void wait_for_programs(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/* How often a reading is tried in which no call comes in between, and how many such are wanted. */
#define MUTED_TRIES 200
#define MUTED_QUIET_TRIES 3

/* How often it is read again while its bounds are apart, or when calls seem to have been muted. */
#define MUTED_ROUNDS 5

/*
 * Hits of the entry's event in which its program did not run: between two bounds. They never shrink, so
 * that of several tries each holds as a bound. What blurs them: calls that come between the readings
 * of the two counts, unless there was none (true); and calls of which nothing but the hit is counted
 * yet, one for each other CPU at most.
 */
static bool try_muted(const struct tracer *tracer, const struct probe *probe,
		      struct reading *reading)
{
	uint64_t before = passages(tracer, probe), after, hits;

	if (kprobe_event__hits(&probe->entry.event, &hits))
		return false;
	after = passages(tracer, probe) + tracer->nr_cpus - 1;
	if (hits > after && reading->muted_min < hits - after)
		reading->muted_min = hits - after;
	if (reading->muted_max > hits - before)
		reading->muted_max = hits - before;
	return after - before == tracer->nr_cpus - 1;
}

/*
 * For more than it is, this takes a call that was caught between its hit and its program in each quiet
 * try: then it is one too many, which probe__confirm_muted() finds.
 */
static void read_muted(const struct tracer *tracer, const struct probe *probe,
		       struct reading *reading)
{
	int quiet = 0;

	reading->muted_max = MUTED_UNKNOWN;
	for (int i = 0; i < MUTED_TRIES && reading->muted_min < reading->muted_max; i++) {
		if (!try_muted(tracer, probe, reading))
			continue;
		if (++quiet == MUTED_QUIET_TRIES)
			reading->muted_min = reading->muted_max;
		else if (reading->muted_min < reading->muted_max)
			wait_for_programs();
	}
}

uint64_t muted_between(const struct reading *from, const struct reading *to)
{
	return to->muted_max > from->muted_min ? to->muted_max - from->muted_min : 0;
}

/* Hits that were muted never shrink in number: before, there were at most as many. */
static void limit_muted(struct reading *reading, uint64_t most)
{
	if (reading->muted_min > most)
		reading->muted_min = most;
	if (reading->muted_max > most)
		reading->muted_max = most;
}

void probe__settle_muted(const struct tracer *tracer, struct probe *probe)
{
	struct reading *opening = &probe->opening;

	for (int i = 0; i < MUTED_ROUNDS && opening->muted_min < opening->muted_max; i++) {
		wait_for_programs();
		read_muted(tracer, probe, opening);
	}
}

void probe__confirm_muted(const struct tracer *tracer, struct probe *probe)
{
	struct reading *readings[] = { &probe->opening, &probe->open, &probe->closing,
				       &probe->shut };

	for (int i = 0; i < MUTED_ROUNDS && muted_between(&probe->opening, &probe->shut); i++) {
		struct reading now = {};

		read_muted(tracer, probe, &now);
		limit_muted(&probe->shut, now.muted_max);
	}
	for (size_t i = 0; i < sizeof(readings) / sizeof(*readings); i++)
		limit_muted(readings[i], probe->shut.muted_max);
}

/*
 * kprobe: entries. kprobe.multi: entries, those that the kernel skipped included. kprobe.session: exits,
 * and what the kernel skipped: of an entry that it skips it makes no exit, so that each call is in one of
 * these numbers (kprobe_multi_link_handler() in kernel/trace/bpf_trace.c).
 */
void probe__read(const struct tracer *tracer, const struct pair *pair, const struct probe *probe,
		 struct reading *reading)
{
	uint64_t unknown = hook__link_misses(&probe->entry);

	*reading = (struct reading){
		.entry_misses = program_misses(probe->entry.program) + unknown,
		.exit_misses = program_misses(probe->exit.program),
	};
	if (pair->method == TRACE_FENTRY || !probe->provable)
		return;
	reading->calls = passages(tracer, probe);
	if (pair->method != TRACE_KPROBE)
		reading->calls += reading->entry_misses;
	else if (probe->entry.event.name[0])
		read_muted(tracer, probe, reading);
}
