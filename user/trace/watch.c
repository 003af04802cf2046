// SPDX-License-Identifier: GPL-2.0-only
/* The programs beside the handlers: region layout as clients ask for it, devices that go away. */
#include <bpf/libbpf.h>
#include <errno.h>

#include "user/trace/tracer.h"

#include "bpf/watch.skel.h"

static void choose_programs(struct watch_bpf *skel, bool fentry)
{
	bpf_program__set_autoload(skel->progs.ioctl_fexit, fentry);
	bpf_program__set_autoload(skel->progs.unregister_fexit, fentry);
	bpf_program__set_autoload(skel->progs.ioctl_kprobe, !fentry);
	bpf_program__set_autoload(skel->progs.ioctl_kretprobe, !fentry);
	bpf_program__set_autoload(skel->progs.unregister_kprobe, !fentry);
	bpf_program__set_autoload(skel->progs.unregister_kretprobe, !fentry);
	bpf_map__set_autocreate(skel->maps.kept, !fentry);
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
	err = bpf_map__reuse_fd(skel->maps.bss, tracer->bss_fd);
	if (!err)
		err = watch_bpf__load(skel);
	return err ? err : watch_bpf__attach(skel);
}

void tracer__unwatch(struct tracer *tracer)
{
	watch_bpf__destroy(tracer->watch);
	tracer->watch = NULL;
}
