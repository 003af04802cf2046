// SPDX-License-Identifier: GPL-2.0-only
/* The life of a trace: attach all, activate, poll, deactivate, detach. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "user/trace/tracer.h"

#include "bpf/handler.skel.h"

#define NSEC_PER_SEC 1000000000ULL

/* How long calls that are in flight when the gate closes may take to end. */
#define DRAIN_NS (NSEC_PER_SEC / 10)

static const char *const method_names[] = {
	[TRACE_AUTO] = "auto",
	[TRACE_FENTRY] = "fentry",
	[TRACE_KPROBE] = "kprobe",
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

/* Each handler into a pair of its module that has none of its direction. */
static void make_pairs(struct tracer *tracer)
{
	for (size_t i = 0; i < tracer->nr_probes; i++) {
		struct probe *probe = &tracer->probes[i];
		enum vs_dir dir = probe->handler->dir;
		struct pair *pair = tracer->pairs, *end = pair + tracer->nr_pairs;

		for (; pair < end; pair++) {
			const struct probe *other = pair->probes[!dir];

			if (!pair->probes[dir] && other &&
			    !strcmp(other->handler->module, probe->handler->module))
				break;
		}
		if (pair == end)
			tracer->nr_pairs++;
		pair->probes[dir] = probe;
	}
}

int tracer__new(struct tracer **tracerp, const struct trace_config *config,
		const struct trace_handler *handlers, size_t nr_handlers, char *error)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	int nr_cpus = libbpf_num_possible_cpus();

	*tracerp = tracer;
	if (!tracer || nr_cpus < 0)
		goto no_memory;
	tracer->config = config;
	tracer->bss_fd = -1;
	tracer->cells_fd = -1;
	tracer->nr_cpus = nr_cpus;
	tracer->cells_per_cpu = 1 + (config->max_cells ?: TRACE_DEFAULT_MAX_CELLS); /* VS_CELL_NONE */
	if (nr_handlers > VS_MAX_HANDLERS) {
		snprintf(error, TRACE_ERROR_LEN,
			 "%zu region handlers, more than %d: choose with --driver", nr_handlers,
			 VS_MAX_HANDLERS);
		return -E2BIG;
	}
	tracer->probes = calloc(nr_handlers, sizeof(*tracer->probes));
	tracer->pairs = calloc(nr_handlers, sizeof(*tracer->pairs));
	tracer->snapshot = snapshot__new(tracer->nr_cpus, tracer->cells_per_cpu);
	if (!tracer->probes || !tracer->pairs || !tracer->snapshot)
		goto no_memory;
	tracer->nr_probes = nr_handlers;
	for (size_t i = 0; i < nr_handlers; i++) {
		tracer->probes[i].handler = &handlers[i];
		tracer->probes[i].index = i;
	}
	make_pairs(tracer);
	return 0;
no_memory:
	snprintf(error, TRACE_ERROR_LEN, "out of memory");
	return -ENOMEM;
}

/* --- attach ------------------------------------------------------------------------------------ */

/* Kernel memory of a map, as its fdinfo and bpftool have it. */
static uint64_t map_bytes(int fd)
{
	char path[64], line[128];
	uint64_t bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %lu", &bytes) == 1)
			break;
	fclose(file);
	return bytes;
}

/* The first pair's programs made the maps: the others get them, and we see into them. */
static int adopt_maps(struct tracer *tracer, struct handler_bpf *skel)
{
	tracer->control = &skel->bss->control;
	tracer->handlers = skel->bss->handlers;
	tracer->devices = skel->bss->devices;
	tracer->starts = skel->bss->starts;
	tracer->bss_fd = bpf_map__fd(skel->maps.bss);
	tracer->cells_fd = bpf_map__fd(skel->maps.cells);
	tracer->cells_bytes = (size_t)tracer->nr_cpus * tracer->cells_per_cpu * sizeof(struct vs_cell);
	tracer->cells = mmap(NULL, tracer->cells_bytes, PROT_READ, MAP_SHARED, tracer->cells_fd, 0);
	if (tracer->cells == MAP_FAILED) {
		tracer->cells = NULL;
		return -errno;
	}
	tracer->kernel_bytes = map_bytes(tracer->bss_fd) + map_bytes(tracer->cells_fd);
	return 0;
}

static int explain_attach(const struct pair *pair, enum trace_method method, int err, char *error)
{
	const struct probe *probe = pair->probes[VS_READ] ?: pair->probes[VS_WRITE];
	char what[256];

	snprintf(what, sizeof(what), "attach to %s [%s] by %s", probe->handler->function,
		 probe->handler->module, trace_method__name(method));
	trace_explain(err, what, error);
	return err;
}

/* auto: fentry, and where that cannot be had, kprobe; which, and why, goes into the run. */
static int attach_auto(struct tracer *tracer, struct pair *pair)
{
	int err = pair__attach(tracer, pair, TRACE_FENTRY);

	if (!err)
		return 0;
	if (!tracer->method_reason &&
	    asprintf(&tracer->method_reason, "fentry cannot be had (%s)", strerror(-err)) < 0)
		tracer->method_reason = NULL;
	return pair__attach(tracer, pair, TRACE_KPROBE);
}

static int attach_pair(struct tracer *tracer, struct pair *pair, char *error)
{
	enum trace_method method = tracer->config->method;
	int err;

	if (method == TRACE_AUTO)
		err = attach_auto(tracer, pair);
	else
		err = pair__attach(tracer, pair, method);
	if (!err && !tracer->control)
		err = adopt_maps(tracer, pair->skel);
	return err ? explain_attach(pair, method, err, error) : 0;
}

int tracer__attach(struct tracer *tracer, char *error)
{
	int err = trace_check_kernel(error);

	for (size_t i = 0; !err && i < tracer->nr_pairs; i++)
		err = attach_pair(tracer, &tracer->pairs[i], error);
	if (err)
		return err;
	err = tracer__watch(tracer, tracer->pairs[0].method);
	if (err)
		trace_explain(err, "watch devices come and go", error);
	return err;
}

/* --- record ------------------------------------------------------------------------------------ */

static void open_gate(struct tracer *tracer, uint64_t from_ns)
{
	__atomic_store_n(&tracer->control->active_from_ns, from_ns, __ATOMIC_SEQ_CST);
}

/* Misses since the programs were loaded; what came before the gate opened does not count. */
static void read_misses(struct tracer *tracer)
{
	for (size_t i = 0; i < tracer->nr_probes; i++) {
		struct probe *probe = &tracer->probes[i];

		probe__read_misses(probe, &probe->enter_misses, &probe->exit_misses);
		if (!tracer->active_from_ns) {
			probe->enter_misses_before = probe->enter_misses;
			probe->exit_misses_before = probe->exit_misses;
		}
	}
}

int tracer__activate(struct tracer *tracer)
{
	read_misses(tracer);
	tracer->active_from_ns = monotonic_ns();
	open_gate(tracer, tracer->active_from_ns);
	return 0;
}

void tracer__poll(struct tracer *tracer)
{
	snapshot__take(tracer->snapshot, tracer);
	if (!tracer->active_to_ns)
		read_misses(tracer);
}

static bool calls_in_flight(const struct tracer *tracer)
{
	for (int i = 0; i < VS_START_SLOTS; i++) {
		uint64_t ts = __atomic_load_n(&tracer->starts[i].ts_ns, __ATOMIC_RELAXED);

		if (ts >= tracer->active_from_ns && ts < tracer->active_to_ns)
			return true;
	}
	return false;
}

/*
 * The gate goes back to priming, in which exits consume their starts without counting: what is left
 * in the table after a while had no exit.
 */
void tracer__deactivate(struct tracer *tracer)
{
	const struct timespec tick = { .tv_nsec = NSEC_PER_SEC / 1000 };

	if (!tracer->active_from_ns || tracer->active_to_ns)
		return;
	tracer->active_to_ns = monotonic_ns();
	open_gate(tracer, VS_PRIMING);
	read_misses(tracer);
	do {
		nanosleep(&tick, NULL); /* programs that passed the gate finish */
	} while (calls_in_flight(tracer) && monotonic_ns() - tracer->active_to_ns < DRAIN_NS);
	for (size_t i = 0; i < tracer->nr_pairs; i++)
		pair__detach(&tracer->pairs[i]);
	tracer__poll(tracer);
}

int tracer__fill(struct tracer *tracer, struct run *run)
{
	int err;

	run->limits.start_slots = VS_START_SLOTS;
	run->limits.kernel_bytes = tracer->kernel_bytes;
	run->duration_ns = (tracer->active_to_ns ?: monotonic_ns()) - tracer->active_from_ns;
	err = snapshot__fill(tracer->snapshot, tracer, run);
	return err ? err : tracer__fill_account(tracer, run);
}

void tracer__free(struct tracer *tracer)
{
	if (!tracer)
		return;
	if (tracer->control)
		open_gate(tracer, VS_OFF);
	tracer__unwatch(tracer);
	if (tracer->cells)
		munmap((void *)tracer->cells, tracer->cells_bytes);
	/* Last the first one, which holds the maps. */
	for (size_t i = tracer->nr_pairs; i-- > 0;)
		pair__close(&tracer->pairs[i]);
	snapshot__free(tracer->snapshot);
	free(tracer->pairs);
	free(tracer->probes);
	free(tracer->method_reason);
	free(tracer);
}
