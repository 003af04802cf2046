// SPDX-License-Identifier: GPL-2.0-only
/* Device accesses: the programs that observe them, where they can be; and into a run. */
#include "user/trace/tracer.h"

/* bpf/zpci.h; functions of the kernel itself. */
static const struct {
	const char *function, *entry;
} access_functions[NR_ACCESS_FUNCTIONS] = {
	{ "__zpci_load", "zpci_access_entry" },
	{ "__zpci_store", "zpci_access_entry" },
	{ "__zpci_store_block", "zpci_block_entry" },
};

static struct bpf_program *load_program(const struct pair *pair, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(pair->object, name);

	bpf_program__set_autoload(program, true);
	return program;
}

void accesses__choose_programs(struct pair *pair)
{
	for (int i = 0; VS_OBSERVES_ACCESSES && i < NR_ACCESS_FUNCTIONS; i++) {
		pair->access_entries[i].program = load_program(pair, access_functions[i].entry);
		pair->access_exits[i].program = load_program(pair, "zpci_exit");
	}
}

/* Numbers of events: those of handlers come first. */
static unsigned int event_number(const struct pair *pair, int function)
{
	const struct probe *probe = pair->probes[VS_READ] ?: pair->probes[VS_WRITE];

	return VS_HANDLER_SLOTS + probe->index * NR_ACCESS_FUNCTIONS + function;
}

static int attach_function(struct pair *pair, int i)
{
	const struct event_place place = { .function = access_functions[i].function,
					   .module = "vmlinux",
					   .number = event_number(pair, i) };
	int err = hook__attach_event(&pair->access_entries[i], &place, false);

	return err ? err : hook__attach_event(&pair->access_exits[i], &place, true);
}

/* Where it cannot be done the calls are traced all the same. */
void accesses__attach(struct pair *pair)
{
	int err = 0;

	for (int i = 0; VS_OBSERVES_ACCESSES && !err && i < NR_ACCESS_FUNCTIONS; i++)
		err = attach_function(pair, i);
	pair->observes = VS_OBSERVES_ACCESSES && !err;
	if (err) {
		accesses__detach(pair);
		accesses__remove_events(pair);
	}
}

void accesses__detach(struct pair *pair)
{
	for (int i = 0; i < NR_ACCESS_FUNCTIONS; i++) {
		hook__detach(&pair->access_exits[i]);
		hook__detach(&pair->access_entries[i]);
	}
}

void accesses__remove_events(struct pair *pair)
{
	for (int i = 0; i < NR_ACCESS_FUNCTIONS; i++) {
		kprobe_event__remove(&pair->access_exits[i].event);
		kprobe_event__remove(&pair->access_entries[i].event);
	}
}

/* --- into a run -------------------------------------------------------------------------------- */

static bool all_observe(const struct tracer *tracer)
{
	for (size_t i = 0; i < tracer->nr_segments; i++)
		for (size_t j = 0; j < tracer->segments[i].nr_pairs; j++)
			if (!tracer->segments[i].pairs[j].observes)
				return false;
	return true;
}

static bool is_core_handler(const struct tracer *tracer, uint64_t address)
{
	for (size_t i = 0; i < tracer->nr_handlers; i++)
		if (tracer->handlers[i].address == address)
			return trace_handler__is_core(&tracer->handlers[i]);
	return false;
}

/* Calls that are not irregular: of one piece, or of two where the kernel splits 8 bytes. */
static void add_regular(struct run_accesses *accesses, const struct run_cell *cell,
			uint64_t irregular)
{
	unsigned int widest = trace_features()->core_widest_access;
	uint64_t regular = cell->count - irregular;

	for (int i = VS_ACCESS_1; i <= VS_ACCESS_8; i++) {
		if (cell->wclass != 1U << i)
			continue;
		if (cell->wclass > widest)
			accesses->by_width[i - 1] += 2 * regular;
		else
			accesses->by_width[i] += regular;
	}
}

/* Do the machine's loads and stores pass by the functions above? With MIO instructions, the core's do. */
static bool pass_by(const struct tracer *tracer, const struct vs_device *dev,
		    const struct run_cell *cell, const uint64_t *counts)
{
	uint64_t seen = 0;

	for (int i = 0; i < VS_ACCESSES; i++)
		seen += counts[i];
	return !seen && cell->count > cell->errors && cell->region < VS_STANDARD_BARS &&
	       is_core_handler(tracer, vs_device__handler(dev, cell->dir));
}

static enum run_accesses_source source_of(const struct tracer *tracer, const struct vs_device *dev,
					  const struct run_cell *cell, const uint64_t *counts)
{
	if (VS_OBSERVES_ACCESSES)
		return all_observe(tracer) && !pass_by(tracer, dev, cell, counts)
			       ? RUN_ACCESSES_OBSERVED
			       : RUN_ACCESSES_UNKNOWN;
	return cell->region < VS_STANDARD_BARS && dev->memory_bars >> cell->region & 1 &&
			       is_core_handler(tracer, vs_device__handler(dev, cell->dir))
		       ? RUN_ACCESSES_DERIVED
		       : RUN_ACCESSES_UNKNOWN;
}

void accesses__fill(const struct tracer *tracer, const struct vs_device *dev, uint64_t irregular,
		    const uint64_t *counts, struct run_cell *cell)
{
	struct run_accesses *accesses = &cell->accesses;

	accesses->source = source_of(tracer, dev, cell, counts);
	if (accesses->source == RUN_ACCESSES_UNKNOWN)
		return;
	for (int i = VS_ACCESS_1; i <= VS_ACCESS_8; i++)
		accesses->by_width[i] = counts[i];
	accesses->blocks = counts[VS_ACCESS_BLOCK];
	accesses->refused = counts[VS_ACCESS_REFUSED];
	if (accesses->source == RUN_ACCESSES_DERIVED)
		add_regular(accesses, cell, irregular);
}

static uint64_t elsewhere(const struct tracer *tracer, enum vs_access access)
{
	uint64_t sum = 0;

	for (uint32_t cpu = 0; cpu < tracer->nr_cpus; cpu++) {
		const struct vs_passages *here = tracer__passages(tracer, cpu);

		sum += here->accesses[access] - here->attributed[access];
	}
	return sum;
}

void accesses__fill_elsewhere(const struct tracer *tracer, struct run *run)
{
	struct run_accesses *accesses;

	if (!VS_OBSERVES_ACCESSES || !all_observe(tracer))
		return;
	accesses = &run->accesses_elsewhere;
	accesses->source = RUN_ACCESSES_OBSERVED;
	for (int i = VS_ACCESS_1; i <= VS_ACCESS_8; i++)
		accesses->by_width[i] = elsewhere(tracer, i);
	accesses->blocks = elsewhere(tracer, VS_ACCESS_BLOCK);
}
