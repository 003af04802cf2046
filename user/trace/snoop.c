// SPDX-License-Identifier: GPL-2.0-only
/*
 * Single calls: from the configuration to the programs' constants, and from the ring to whoever takes
 * them. The ring is mapped: nothing here is a bpf() system call while calls count.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/tracer.h"

/* User space is woken when a quarter is filled, and has the rest to come up with the kernel. */
#define WAKE_PART 4

/* Whoever takes the calls of one fetch. */
struct snoop_taker {
	int (*take)(void *context, const struct vs_call *call);
	void *context;
	int taken;
};

/* --- before loading ---------------------------------------------------------------------------- */

/* Of maps that are not made libbpf takes the instructions out that would use them. */
void snoop__leave_out(struct pair *pair)
{
	bpf_map__set_autocreate(pair->ring, false);
	bpf_map__set_autocreate(pair->buffers, false);
}

static void apply(const struct trace_snoop *snoop, struct vs_snoop_config *constants)
{
	constants->on = 1;
	constants->all_ones = snoop->all_ones;
	constants->errors_only = snoop->errors_only;
	constants->stacks = snoop->stacks;
	constants->slower_than_ns = snoop->slower_than_ns;
	constants->nr_widths = snoop->nr_widths;
	memcpy(constants->widths, snoop->widths, sizeof(constants->widths));
	constants->wake_bytes = snoop->buffer_bytes / WAKE_PART;
}

int snoop__configure(const struct tracer *tracer, struct pair *pair)
{
	const struct trace_snoop *snoop = tracer->config->snoop;

	if (!snoop) {
		snoop__leave_out(pair);
		return 0;
	}
	apply(snoop, &pair->config->snoop);
	if (!snoop->all_ones)
		bpf_map__set_autocreate(pair->buffers, false);
	return tracer->ring_fd < 0 ? bpf_map__set_max_entries(pair->ring, snoop->buffer_bytes)
				   : bpf_map__reuse_fd(pair->ring, tracer->ring_fd);
}

/* --- while calls count ------------------------------------------------------------------------- */

static int take_sample(void *context, void *data, size_t size)
{
	struct snoop_taker *taker = context;

	(void)size;
	taker->taken++;
	return taker->take(taker->context, data) ? -ECANCELED : 0;
}

int snoop__adopt(struct tracer *tracer, const struct pair *pair)
{
	if (!tracer->config->snoop)
		return 0;
	tracer->ring_fd = bpf_map__fd(pair->ring);
	tracer->taker = calloc(1, sizeof(*tracer->taker));
	if (!tracer->taker)
		return -ENOMEM;
	tracer->ring = ring_buffer__new(tracer->ring_fd, take_sample, tracer->taker, NULL);
	return tracer->ring ? 0 : -errno;
}

void snoop__free(struct tracer *tracer)
{
	ring_buffer__free(tracer->ring);
	free(tracer->taker);
}

int tracer__snoop_fd(const struct tracer *tracer)
{
	return ring_buffer__epoll_fd(tracer->ring);
}

int tracer__snoop(struct tracer *tracer, int (*take)(void *context, const struct vs_call *call),
		  void *context)
{
	int err;

	*tracer->taker = (struct snoop_taker){ .take = take, .context = context };
	err = ring_buffer__consume(tracer->ring);
	return err < 0 && err != -ECANCELED ? err : tracer->taker->taken;
}

const char *tracer__device_name(const struct tracer *tracer, uint32_t device)
{
	return tracer->shared->devices[device % VS_MAX_DEVICES].is.name;
}

/* --- the account ------------------------------------------------------------------------------- */

struct trace_unsent tracer__unsent(const struct tracer *tracer)
{
	struct trace_unsent unsent = {};

	for (uint32_t cpu = 0; cpu < tracer->nr_cpus; cpu++) {
		const struct vs_passages *here = tracer__passages(tracer, cpu);

		for (int i = 0; i < VS_HANDLER_SLOTS; i++) {
			unsent.filtered += here->filtered[i];
			unsent.dropped += here->dropped[i];
		}
	}
	for (int i = 0; i < VS_HANDLER_SLOTS; i++) {
		unsent.all_ones += tracer->shared->handlers[i].all_ones;
		unsent.ones_unknown += tracer->shared->handlers[i].ones_unknown;
	}
	return unsent;
}
