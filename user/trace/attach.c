// SPDX-License-Identifier: GPL-2.0-only
/* The programs of a pair of handlers: set up, load, attach, by one of the flavours. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/trace/tracer.h"

#include "bpf/handler.skel.h"
#include "bpf/session.skel.h"

/* Of <linux/bpf.h> since Linux 6.10 (kernel commit 535a3692ba72, "bpf: Add support for kprobe session attach"). */
#define ATTACH_KPROBE_SESSION 56

/* --- a copy of the programs -------------------------------------------------------------------- */

static int open_handlers(struct pair *pair)
{
	struct handler_bpf *skel = handler_bpf__open();

	if (!skel)
		return -errno;
	pair->handler_skel = skel;
	pair->skeleton = skel->skeleton;
	pair->object = skel->obj;
	pair->bss = skel->maps.bss;
	pair->cells = skel->maps.cells;
	pair->ring = skel->maps.ring;
	pair->buffers = skel->maps.buffers;
	pair->offsets = skel->maps.offsets;
	pair->config = &skel->rodata->config;
	pair->shared = &skel->bss->shared;
	pair->copy = (struct vs_copy *)skel->data_copy;
	return 0;
}

static int open_session(struct pair *pair)
{
	struct session_bpf *skel = session_bpf__open();

	if (!skel)
		return -errno;
	pair->session_skel = skel;
	pair->skeleton = skel->skeleton;
	pair->object = skel->obj;
	pair->bss = skel->maps.bss;
	pair->cells = skel->maps.cells;
	pair->ring = skel->maps.ring;
	pair->buffers = skel->maps.buffers;
	pair->offsets = skel->maps.offsets;
	pair->config = &skel->rodata->config;
	pair->shared = &skel->bss->shared;
	pair->copy = (struct vs_copy *)skel->data_copy;
	return 0;
}

static void close_copy(struct pair *pair)
{
	handler_bpf__destroy(pair->handler_skel);
	session_bpf__destroy(pair->session_skel);
	pair->handler_skel = NULL;
	pair->session_skel = NULL;
	pair->object = NULL;
}

static void copy_name(char *to, size_t size, const char *from)
{
	if (from)
		snprintf(to, size, "%s", from);
}

/* The programs' constants: known to the verifier, so that what is not asked for costs nothing. */
void trace_config__apply(const struct trace_config *config, struct vs_config *constants)
{
	constants->by_process = config->by_process;
	constants->given_shift = config->offset_shift;
	constants->core_request = config->core_request;
	constants->filter_regions = config->region_mask;
	constants->filter_tasks = config->tgid || config->comm || config->cgroup_id;
	constants->filter_tgid = config->tgid;
	constants->filter_cgroup = config->cgroup_id;
	constants->filter_cgroup_level = config->cgroup_level;
	copy_name(constants->filter_comm, VS_COMM_LEN, config->comm);
	copy_name(constants->filter_device, VS_NAME_LEN, config->device);
	copy_name(constants->filter_driver, VS_NAME_LEN, config->driver);
}

bool trace_handler__is_core(const struct trace_handler *handler)
{
	return !strcmp(handler->function, "vfio_pci_core_read") ||
	       !strcmp(handler->function, "vfio_pci_core_write");
}

static void set_handler(const struct probe *probe, struct vs_config *constants)
{
	enum vs_dir dir = probe->handler->dir;

	constants->handler_index[dir] = probe->index;
	constants->handler_address[dir] = probe->handler->address;
	if (!VS_OBSERVES_ACCESSES && trace_handler__is_core(probe->handler))
		constants->widest_access = trace_features()->core_widest_access;
}

static int size_maps(const struct tracer *tracer, struct pair *pair)
{
	uint32_t offsets = tracer->nr_cpus * tracer->config->max_offsets;
	int err = bpf_map__set_max_entries(pair->cells, tracer->nr_cpus * tracer->cells_per_cpu);

	return err || !offsets ? err : bpf_map__set_max_entries(pair->offsets, offsets);
}

static int share_maps(const struct tracer *tracer, struct pair *pair)
{
	int err;

	/* The programs know by a constant not to touch it. */
	if (!tracer->config->max_offsets)
		bpf_map__set_autocreate(pair->offsets, false);
	if (tracer->bss_fd < 0)
		return size_maps(tracer, pair);
	err = bpf_map__reuse_fd(pair->bss, tracer->bss_fd);
	err = err ?: bpf_map__reuse_fd(pair->cells, tracer->cells_fd);
	if (!err && tracer->config->max_offsets)
		err = bpf_map__reuse_fd(pair->offsets, tracer->offsets_fd);
	return err;
}

/* --- flavours ---------------------------------------------------------------------------------- */

static int target_fentry(struct probe *probe)
{
	const char *function = probe->handler->function;
	int err;

	if (!trace_features()->compiles_bpf)
		return -ENOEXEC;
	if (!trace_features()->mapped_stacks)
		return -ENOTSUP;
	err = bpf_program__set_attach_target(probe->entry.program, 0, function);
	return err ? err : bpf_program__set_attach_target(probe->exit.program, 0, function);
}

static int attach_fentry(struct probe *probe)
{
	probe->provable = true;
	probe->entry.link = bpf_program__attach_trace(probe->entry.program);
	if (!probe->entry.link)
		return -errno;
	probe->exit.link = bpf_program__attach_trace(probe->exit.program);
	return probe->exit.link ? 0 : -errno;
}

static int target_kprobe(struct probe *probe)
{
	(void)probe; /* named when it is attached */
	return 0;
}

int hook__attach_event(struct hook *hook, const struct event_place *place, bool exit)
{
	int fd, err = kprobe_event__create(&hook->event, place->number, place->function,
					   place->module, exit);

	if (err)
		return err;
	fd = kprobe_event__open(&hook->event);
	if (fd < 0)
		return fd;
	hook->link = bpf_program__attach_perf_event(hook->program, fd);
	if (hook->link)
		return 0;
	err = -errno;
	close(fd);
	return err;
}

void hook__detach(struct hook *hook)
{
	bpf_link__destroy(hook->link);
	hook->link = NULL;
	hook->link_misses = hook__link_misses(hook);
	if (hook->link_fd)
		close(hook->link_fd);
	hook->link_fd = 0;
}

static void detach_probe(struct probe *probe)
{
	hook__detach(&probe->exit);
	hook__detach(&probe->entry);
}

static void remove_events(struct probe *probe)
{
	kprobe_event__remove(&probe->exit.event);
	kprobe_event__remove(&probe->entry.event);
}

/* Without tracefs: then the kernel chooses how many calls a kretprobe follows, and tells no hits. */
static int attach_perf_kprobe(struct probe *probe)
{
	const char *function = probe->handler->function;

	probe->entry.link = bpf_program__attach_kprobe(probe->entry.program, false, function);
	if (!probe->entry.link)
		return -errno;
	probe->exit.link = bpf_program__attach_kprobe(probe->exit.program, true, function);
	return probe->exit.link ? 0 : -errno;
}

static int attach_kprobe(struct probe *probe)
{
	const struct event_place place = { .function = probe->handler->function,
					   .module = probe->handler->module,
					   .number = probe->index };
	int err = hook__attach_event(&probe->entry, &place, false);

	if (!err)
		err = hook__attach_event(&probe->exit, &place, true);
	probe->provable = !err;
	probe->event_err = err;
	if (!err)
		return 0;
	detach_probe(probe);
	remove_events(probe);
	return attach_perf_kprobe(probe);
}

static int target_multi(struct probe *probe)
{
	int err =
		bpf_program__set_expected_attach_type(probe->entry.program, BPF_TRACE_KPROBE_MULTI);

	return err ? err
		   : bpf_program__set_expected_attach_type(probe->exit.program,
							   BPF_TRACE_KPROBE_MULTI);
}

/* By the system call: libbpf knows sessions only since 1.5, and by one pattern of names. */
static int link_multi(struct hook *hook, unsigned int type, unsigned int flags, uint64_t address)
{
	union bpf_attr attr = {};

	attr.link_create.prog_fd = bpf_program__fd(hook->program);
	attr.link_create.attach_type = type;
	attr.link_create.kprobe_multi.flags = flags;
	attr.link_create.kprobe_multi.cnt = 1;
	attr.link_create.kprobe_multi.addrs = (uintptr_t)&address;
	hook->link_fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	if (hook->link_fd >= 0)
		return 0;
	hook->link_fd = 0;
	return -errno;
}

static int attach_multi(struct probe *probe)
{
	uint64_t address = probe->handler->address;
	int err;

	probe->provable = trace_features()->counts_muted;
	err = link_multi(&probe->entry, BPF_TRACE_KPROBE_MULTI, 0, address);

	return err ? err
		   : link_multi(&probe->exit, BPF_TRACE_KPROBE_MULTI, BPF_F_KPROBE_MULTI_RETURN,
				address);
}

static int target_session(struct probe *probe)
{
	if (!trace_features()->session)
		return -ENOTSUP;
	return bpf_program__set_expected_attach_type(probe->entry.program, ATTACH_KPROBE_SESSION);
}

static int attach_session(struct probe *probe)
{
	probe->provable = true;
	return link_multi(&probe->entry, ATTACH_KPROBE_SESSION, 0, probe->handler->address);
}

static const struct flavour {
	int (*open)(struct pair *pair);
	const char *entry, *exit; /* names of the programs, after "read_" or "write_"; NULL: none */
	int (*target)(struct probe *probe); /* before loading */
	int (*attach)(struct probe *probe);
} flavours[] = {
	[TRACE_FENTRY] = { open_handlers, "fentry", "fexit", target_fentry, attach_fentry },
	[TRACE_KPROBE] = { open_handlers, "kprobe", "kretprobe", target_kprobe, attach_kprobe },
	[TRACE_KPROBE_MULTI] = { open_handlers, "multi", "kretprobe", target_multi, attach_multi },
	[TRACE_KPROBE_SESSION] = { open_session, "session", NULL, target_session, attach_session },
};

/* @variant: "" or what begins with an underscore. */
static struct bpf_program *find_program(const struct pair *pair, enum vs_dir dir,
					const char *flavour, const char *variant)
{
	char name[32];

	snprintf(name, sizeof(name), "%s_%s%s", run_dir__name(dir), flavour, variant);
	return bpf_object__find_program_by_name(pair->object, name);
}

/* Some have another one that tells processes apart, or that does more with each call; none has both. */
static struct bpf_program *use_program(const struct pair *pair, enum vs_dir dir,
				       const char *flavour)
{
	struct bpf_program *program = NULL;

	if (!flavour)
		return NULL;
	if (pair->config->by_process)
		program = find_program(pair, dir, flavour, "_by_process");
	if (!program && (pair->config->offsets_per_cpu || pair->config->snoop.on))
		program = find_program(pair, dir, flavour, "_detailed");
	if (!program)
		program = find_program(pair, dir, flavour, "");
	bpf_program__set_autoload(program, true);
	return program;
}

/* Only the programs that this pair needs are loaded. */
static int choose_programs(struct pair *pair, const struct flavour *flavour)
{
	struct bpf_program *program;
	int err = 0;

	bpf_object__for_each_program(program, pair->object)
		bpf_program__set_autoload(program, false);
	for (enum vs_dir dir = VS_READ; !err && dir < VS_DIRS; dir++) {
		struct probe *probe = pair->probes[dir];

		if (!probe)
			continue;
		probe->entry.program = use_program(pair, dir, flavour->entry);
		probe->exit.program = use_program(pair, dir, flavour->exit);
		set_handler(probe, pair->config);
		err = flavour->target(probe);
	}
	accesses__choose_programs(pair);
	return err;
}

static int load_pair(struct pair *pair, const struct flavour *flavour)
{
	int err = choose_programs(pair, flavour);

	return err ? err : bpf_object__load_skeleton(pair->skeleton);
}

/* --- a pair ------------------------------------------------------------------------------------ */

int trace_likely_method(const struct trace_handler *handler)
{
	for (enum trace_method method = TRACE_FENTRY; method <= TRACE_KPROBE; method++) {
		struct probe probe = { .handler = handler };
		struct pair pair = {};
		int err = flavours[method].open(&pair);

		if (err)
			return err;
		pair.probes[handler->dir] = &probe;
		snoop__leave_out(&pair);
		err = load_pair(&pair, &flavours[method]);
		close_copy(&pair);
		if (!err)
			return method;
	}
	return -ENOTSUP;
}

/* Of its segment. */
static bool is_first(const struct tracer *tracer, const struct pair *pair)
{
	for (int i = 0; i < VS_MAX_SEGMENTS; i++)
		if (pair == tracer->segments[i].pairs)
			return true;
	return false;
}

static int load(struct tracer *tracer, struct pair *pair, enum trace_method method)
{
	int err = flavours[method].open(pair);

	if (err)
		return err;
	pair->method = method;
	pair->config->cells_per_cpu = tracer->cells_per_cpu;
	pair->config->offsets_per_cpu = tracer->config->max_offsets;
	pair->config->counts_all_accesses = is_first(tracer, pair);
	trace_config__apply(tracer->config, pair->config);
	err = share_maps(tracer, pair);
	err = err ?: snoop__configure(tracer, pair);
	if (!err)
		err = load_pair(pair, &flavours[method]);
	if (err)
		pair__close(pair);
	return err;
}

int pair__attach(struct tracer *tracer, struct pair *pair, enum trace_method method)
{
	int err = load(tracer, pair, method);

	if (err)
		return err;
	for (enum vs_dir dir = VS_READ; !err && dir < VS_DIRS; dir++)
		if (pair->probes[dir])
			err = flavours[method].attach(pair->probes[dir]);
	if (err)
		pair__close(pair);
	else
		accesses__attach(pair);
	return err;
}

void pair__detach(struct pair *pair)
{
	for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++)
		if (pair->probes[dir])
			detach_probe(pair->probes[dir]);
	accesses__detach(pair);
}

void pair__remove_events(struct pair *pair)
{
	for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++)
		if (pair->probes[dir])
			remove_events(pair->probes[dir]);
	accesses__remove_events(pair);
}

void pair__close(struct pair *pair)
{
	pair__detach(pair);
	pair__remove_events(pair);
	close_copy(pair);
}
