// SPDX-License-Identifier: GPL-2.0-only
/* One handler's programs: set up, load, attach, by one of the flavours. */
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
static void set_constants(const struct tracer *tracer, struct probe *probe)
{
	const struct trace_config *config = tracer->config;
	struct handler_bpf__rodata *rodata = probe->skel->rodata;

	rodata->handler_dir = probe->handler->dir;
	rodata->handler_index = probe->index;
	rodata->handler_address = probe->handler->address;
	rodata->cells_per_cpu = tracer->max_cells;
	rodata->given_shift = config->offset_shift;
	rodata->filter_tgid = config->tgid;
	rodata->filter_cgroup = config->cgroup_id;
	rodata->filter_cgroup_level = config->cgroup_level;
	rodata->filter_regions = config->region_mask;
	copy_name((char *)rodata->filter_comm, VS_COMM_LEN, config->comm);
	copy_name((char *)rodata->filter_device, VS_NAME_LEN, config->device);
	copy_name((char *)rodata->filter_driver, VS_NAME_LEN, config->driver);
}

static int share_maps(const struct tracer *tracer, struct probe *probe)
{
	struct handler_bpf *skel = probe->skel;
	int err;

	if (tracer->state_fd < 0)
		return bpf_map__set_max_entries(skel->maps.cells,
						tracer->nr_cpus * tracer->max_cells);
	err = bpf_map__reuse_fd(skel->maps.bss, tracer->state_fd);
	return err ? err : bpf_map__reuse_fd(skel->maps.cells, tracer->cells_fd);
}

static int load_fentry(struct probe *probe)
{
	struct handler_bpf *skel = probe->skel;
	int err;

	bpf_program__set_autoload(skel->progs.enter_kprobe, false);
	bpf_program__set_autoload(skel->progs.exit_kretprobe, false);
	err = bpf_program__set_attach_target(skel->progs.enter_fentry, 0,
					     probe->handler->function);
	if (!err)
		err = bpf_program__set_attach_target(skel->progs.exit_fexit, 0,
						     probe->handler->function);
	return err ? err : handler_bpf__load(skel);
}

static int attach_fentry(struct probe *probe)
{
	struct handler_bpf *skel = probe->skel;

	probe->enter = bpf_program__attach_trace(skel->progs.enter_fentry);
	if (!probe->enter)
		return -errno;
	probe->exit = bpf_program__attach_trace(skel->progs.exit_fexit);
	if (!probe->exit)
		return -errno;
	probe->enter_fd = bpf_program__fd(skel->progs.enter_fentry);
	probe->exit_fd = bpf_program__fd(skel->progs.exit_fexit);
	return 0;
}

static int load_kprobe(struct probe *probe)
{
	struct handler_bpf *skel = probe->skel;

	bpf_program__set_autoload(skel->progs.enter_fentry, false);
	bpf_program__set_autoload(skel->progs.exit_fexit, false);
	return handler_bpf__load(skel);
}

static int attach_kprobe(struct probe *probe)
{
	struct handler_bpf *skel = probe->skel;
	const char *function = probe->handler->function;

	probe->enter = bpf_program__attach_kprobe(skel->progs.enter_kprobe, false, function);
	if (!probe->enter)
		return -errno;
	probe->exit = bpf_program__attach_kprobe(skel->progs.exit_kretprobe, true, function);
	if (!probe->exit)
		return -errno;
	probe->enter_fd = bpf_program__fd(skel->progs.enter_kprobe);
	probe->exit_fd = bpf_program__fd(skel->progs.exit_kretprobe);
	return 0;
}

static const struct flavour {
	int (*load)(struct probe *probe);
	int (*attach)(struct probe *probe);
} flavours[] = {
	[TRACE_FENTRY] = { load_fentry, attach_fentry },
	[TRACE_KPROBE] = { load_kprobe, attach_kprobe },
};

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
		int err;

		if (method == TRACE_FENTRY && !kernel_compiles_bpf())
			continue;
		probe.skel = handler_bpf__open();
		if (!probe.skel)
			return -errno;
		err = flavours[method].load(&probe);
		handler_bpf__destroy(probe.skel);
		if (!err)
			return method;
	}
	return -ENOTSUP;
}

int probe__attach(struct tracer *tracer, struct probe *probe, enum trace_method method)
{
	int err;

	probe->skel = handler_bpf__open();
	if (!probe->skel)
		return -errno;
	set_constants(tracer, probe);
	err = share_maps(tracer, probe);
	if (!err)
		err = flavours[method].load(probe);
	if (err)
		goto fail;
	/* From the first attached program on, so that no start is missed by its exit. */
	probe->skel->bss->state.active_from_ns = VS_PRIMING;
	err = flavours[method].attach(probe);
	if (err)
		goto fail;
	probe->method = method;
	return 0;
fail:
	probe__close(probe);
	return err;
}

void probe__detach(struct probe *probe)
{
	bpf_link__destroy(probe->exit);
	bpf_link__destroy(probe->enter);
	probe->exit = NULL;
	probe->enter = NULL;
}

void probe__close(struct probe *probe)
{
	probe__detach(probe);
	handler_bpf__destroy(probe->skel);
	probe->skel = NULL;
}

static uint64_t program_misses(int fd)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.recursion_misses;
}

void probe__read_misses(const struct probe *probe, uint64_t *enter, uint64_t *exit)
{
	*enter = program_misses(probe->enter_fd);
	*exit = program_misses(probe->exit_fd);
}
