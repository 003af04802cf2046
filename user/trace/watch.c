// SPDX-License-Identifier: GPL-2.0-only
/* The programs beside the handlers: region layout as clients ask for it, devices that go away. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include "user/trace/tracer.h"

#include "bpf/watch.skel.h"

static void choose_programs(struct watch_bpf *skel, bool fentry)
{
	bpf_program__set_autoload(skel->progs.ioctl_fexit, fentry);
	bpf_program__set_autoload(skel->progs.unregister_fentry, fentry);
	bpf_program__set_autoload(skel->progs.ioctl_kprobe, !fentry);
	bpf_program__set_autoload(skel->progs.ioctl_kretprobe, !fentry);
	bpf_program__set_autoload(skel->progs.unregister_kprobe, !fentry);
	bpf_map__set_autocreate(skel->maps.ioctls, !fentry);
}

/* All copies have the same form. */
static int first_copy(const struct tracer *tracer)
{
	return bpf_map__fd(tracer->segments[0].pairs[0].copy_map);
}

int tracer__watch(struct tracer *tracer, enum trace_method method)
{
	struct watch_bpf *skel = watch_bpf__open();
	int err;

	if (!skel)
		return -errno;
	tracer->watch = skel;
	choose_programs(skel, method == TRACE_FENTRY);
	trace_config__apply(tracer->config, &skel->rodata->config);
	bpf_map__set_autocreate(skel->maps.cells, false);
	err = bpf_map__set_inner_map_fd(skel->maps.copies, first_copy(tracer));
	if (!err)
		err = bpf_map__reuse_fd(skel->maps.bss, tracer->bss_fd);
	if (!err)
		err = watch_bpf__load(skel);
	if (!err)
		err = tracer__watch_copies(tracer, &tracer->segments[0]);
	if (!err)
		err = watch_bpf__attach(skel);
	return err;
}

int tracer__watch_copies(struct tracer *tracer, const struct segment *segment)
{
	int map = bpf_map__fd(tracer->watch->maps.copies);
	int err = 0;

	for (size_t i = 0; !err && i < segment->nr_pairs; i++) {
		__u32 place = tracer->nr_copies++;
		int copy = bpf_map__fd(segment->pairs[i].copy_map);

		err = bpf_map_update_elem(map, &place, &copy, BPF_ANY);
	}
	return err;
}

void tracer__unwatch(struct tracer *tracer)
{
	watch_bpf__destroy(tracer->watch);
	tracer->watch = NULL;
}
