// SPDX-License-Identifier: GPL-2.0-only
/* The programs of a pair of handlers: set up, load, attach, by one of the flavours. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "user/trace/tracer.h"

#include "bpf/handler.skel.h"

static void copy_name(char *to, size_t size, const char *from)
{
	if (from)
		snprintf(to, size, "%s", from);
}

/* The programs' constants: known to the verifier, so that what is not asked for costs nothing. */
static void set_filters(const struct trace_config *config, struct handler_bpf__rodata *rodata)
{
	rodata->given_shift = config->offset_shift;
	rodata->filter_tasks = config->tgid || config->comm || config->cgroup_id;
	rodata->filter_tgid = config->tgid;
	rodata->filter_cgroup = config->cgroup_id;
	rodata->filter_cgroup_level = config->cgroup_level;
	rodata->filter_regions = config->region_mask;
	copy_name((char *)rodata->filter_comm, VS_COMM_LEN, config->comm);
	copy_name((char *)rodata->filter_device, VS_NAME_LEN, config->device);
	copy_name((char *)rodata->filter_driver, VS_NAME_LEN, config->driver);
}

static void set_handler(const struct probe *probe, struct handler_bpf__rodata *rodata)
{
	enum vs_dir dir = probe->handler->dir;

	rodata->handler_index[dir] = probe->index;
	rodata->handler_tag[dir] = VS_START_TAG(probe->index, 0);
	rodata->handler_address[dir] = probe->handler->address;
}

static int share_maps(const struct tracer *tracer, struct handler_bpf *skel)
{
	int err;

	if (tracer->bss_fd < 0)
		return bpf_map__set_max_entries(skel->maps.cells,
						tracer->nr_cpus * tracer->cells_per_cpu);
	err = bpf_map__reuse_fd(skel->maps.bss, tracer->bss_fd);
	return err ? err : bpf_map__reuse_fd(skel->maps.cells, tracer->cells_fd);
}

/* --- flavours ---------------------------------------------------------------------------------- */

static int target_fentry(struct probe *probe)
{
	const char *function = probe->handler->function;
	int err = bpf_program__set_attach_target(probe->enter_program, 0, function);

	return err ? err : bpf_program__set_attach_target(probe->exit_program, 0, function);
}

static int attach_fentry(struct probe *probe)
{
	probe->enter = bpf_program__attach_trace(probe->enter_program);
	if (!probe->enter)
		return -errno;
	probe->exit = bpf_program__attach_trace(probe->exit_program);
	return probe->exit ? 0 : -errno;
}

static int target_kprobe(struct probe *probe)
{
	(void)probe; /* named when it is attached */
	return 0;
}

static int attach_kprobe(struct probe *probe)
{
	const char *function = probe->handler->function;

	probe->enter = bpf_program__attach_kprobe(probe->enter_program, false, function);
	if (!probe->enter)
		return -errno;
	probe->exit = bpf_program__attach_kprobe(probe->exit_program, true, function);
	return probe->exit ? 0 : -errno;
}

static const struct flavour {
	const char *enter, *exit; /* names of the programs, after "read_" or "write_" */
	int (*target)(struct probe *probe); /* before loading */
	int (*attach)(struct probe *probe);
} flavours[] = {
	[TRACE_FENTRY] = { "fentry", "fexit", target_fentry, attach_fentry },
	[TRACE_KPROBE] = { "kprobe", "kretprobe", target_kprobe, attach_kprobe },
};

static struct bpf_program *find_program(const struct handler_bpf *skel, enum vs_dir dir,
					const char *flavour)
{
	char name[32];

	snprintf(name, sizeof(name), "%s_%s", dir == VS_READ ? "read" : "write", flavour);
	return bpf_object__find_program_by_name(skel->obj, name);
}

/* Only the programs that this pair needs are loaded. */
static int choose_programs(struct pair *pair, const struct flavour *flavour)
{
	struct bpf_program *program;
	int err = 0;

	bpf_object__for_each_program(program, pair->skel->obj)
		bpf_program__set_autoload(program, false);
	for (enum vs_dir dir = VS_READ; !err && dir < VS_DIRS; dir++) {
		struct probe *probe = pair->probes[dir];

		if (!probe)
			continue;
		probe->enter_program = find_program(pair->skel, dir, flavour->enter);
		probe->exit_program = find_program(pair->skel, dir, flavour->exit);
		bpf_program__set_autoload(probe->enter_program, true);
		bpf_program__set_autoload(probe->exit_program, true);
		set_handler(probe, pair->skel->rodata);
		err = flavour->target(probe);
	}
	return err;
}

static int load_pair(struct pair *pair, const struct flavour *flavour)
{
	int err = choose_programs(pair, flavour);

	return err ? err : handler_bpf__load(pair->skel);
}

/* --- a pair ------------------------------------------------------------------------------------ */

/* Without the compiler fentry programs load, and then fail to attach. */
static bool kernel_compiles_bpf(void)
{
	FILE *file = fopen("/proc/sys/net/core/bpf_jit_enable", "re");
	int enabled = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &enabled) != 1)
		enabled = 0;
	fclose(file);
	return enabled;
}

int trace_likely_method(const struct trace_handler *handler)
{
	for (enum trace_method method = TRACE_FENTRY; method <= TRACE_KPROBE; method++) {
		struct probe probe = { .handler = handler };
		struct pair pair = { .skel = handler_bpf__open() };
		int err;

		if (!pair.skel)
			return -errno;
		pair.probes[handler->dir] = &probe;
		err = method == TRACE_FENTRY && !kernel_compiles_bpf()
			      ? -ENOTSUP
			      : load_pair(&pair, &flavours[method]);
		handler_bpf__destroy(pair.skel);
		if (!err)
			return method;
	}
	return -ENOTSUP;
}

int pair__attach(struct tracer *tracer, struct pair *pair, enum trace_method method)
{
	int err;

	pair->skel = handler_bpf__open();
	if (!pair->skel)
		return -errno;
	pair->method = method;
	pair->skel->rodata->cells_per_cpu = tracer->cells_per_cpu;
	set_filters(tracer->config, pair->skel->rodata);
	err = share_maps(tracer, pair->skel);
	if (!err)
		err = load_pair(pair, &flavours[method]);
	if (err)
		goto fail;
	/* From the first attached program on, so that no start is missed by its exit. */
	pair->skel->bss->control.active_from_ns = VS_PRIMING;
	for (enum vs_dir dir = VS_READ; !err && dir < VS_DIRS; dir++)
		if (pair->probes[dir])
			err = flavours[method].attach(pair->probes[dir]);
	if (!err)
		return 0;
fail:
	pair__close(pair);
	return err;
}

void pair__detach(struct pair *pair)
{
	for (enum vs_dir dir = VS_READ; dir < VS_DIRS; dir++) {
		struct probe *probe = pair->probes[dir];

		if (!probe)
			continue;
		bpf_link__destroy(probe->exit);
		bpf_link__destroy(probe->enter);
		probe->exit = NULL;
		probe->enter = NULL;
	}
}

void pair__close(struct pair *pair)
{
	pair__detach(pair);
	handler_bpf__destroy(pair->skel);
	pair->skel = NULL;
}

static uint64_t program_misses(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &len)
		       ? 0
		       : info.recursion_misses;
}

void probe__read_misses(const struct probe *probe, uint64_t *enter, uint64_t *exit)
{
	*enter = program_misses(probe->enter_program);
	*exit = program_misses(probe->exit_program);
}
