// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs beside the handlers: region layout as clients ask for it, regions that are mapped,
 * ioeventfds, devices that go away.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "user/trace/tracer.h"

#include "bpf/watch.skel.h"

static void choose_programs(struct watch_bpf *skel, bool fentry)
{
	bool ioeventfds = trace_features()->core_ioeventfds;

	bpf_program__set_autoload(skel->progs.ioctl_fexit, fentry);
	bpf_program__set_autoload(skel->progs.mmap_fentry, fentry);
	bpf_program__set_autoload(skel->progs.mmap_fexit, fentry);
	bpf_program__set_autoload(skel->progs.ioeventfd_fentry, fentry && ioeventfds);
	bpf_program__set_autoload(skel->progs.release_fentry, fentry);
	bpf_program__set_autoload(skel->progs.unregister_fexit, fentry);
	bpf_program__set_autoload(skel->progs.ioctl_kprobe, !fentry);
	bpf_program__set_autoload(skel->progs.ioctl_kretprobe, !fentry);
	bpf_program__set_autoload(skel->progs.mmap_kprobe, !fentry);
	bpf_program__set_autoload(skel->progs.mmap_kretprobe, !fentry);
	bpf_program__set_autoload(skel->progs.ioeventfd_kprobe, !fentry && ioeventfds);
	bpf_program__set_autoload(skel->progs.release_kprobe, !fentry);
	bpf_program__set_autoload(skel->progs.unregister_kprobe, !fentry);
	bpf_program__set_autoload(skel->progs.unregister_kretprobe, !fentry);
}

static int load(struct tracer *tracer, bool fentry)
{
	struct watch_bpf *skel = watch_bpf__open();
	int err;

	if (!skel)
		return -errno;
	tracer->watch = skel;
	choose_programs(skel, fentry);
	trace_config__apply(tracer->config, &skel->rodata->config);
	skel->rodata->config.page_shift = __builtin_ctzl(sysconf(_SC_PAGESIZE));
	bpf_map__set_autocreate(skel->maps.cells, false);
	err = bpf_map__reuse_fd(skel->maps.bss, tracer->bss_fd);
	if (!err)
		err = watch_bpf__load(skel);
	return err ? err : watch_bpf__attach(skel);
}

/*
 * By fentry where there is one, whatever the handlers are traced by: these calls are rare, and what is
 * skipped is counted by all kernels, which is not so of kprobes.
 */
int tracer__watch(struct tracer *tracer)
{
	bool fentry = trace_features()->compiles_bpf;
	int err = load(tracer, fentry);

	if (!err || !fentry)
		return err;
	tracer__unwatch(tracer);
	return load(tracer, false);
}

void tracer__unwatch(struct tracer *tracer)
{
	watch_bpf__destroy(tracer->watch);
	tracer->watch = NULL;
}

void tracer__watch_from(struct tracer *tracer, uint64_t from_ns)
{
	if (tracer->watch)
		__atomic_store_n(&tracer->watch->bss->shared.watch.from_ns, from_ns,
				 __ATOMIC_RELAXED);
}

const struct vs_watch *tracer__watched(const struct tracer *tracer)
{
	return &tracer->shared->watch;
}

/* Of those whose runs must not be skipped. */
static uint64_t skipped_runs(const struct watch_bpf *skel)
{
	return program_misses(skel->progs.ioctl_fexit) + program_misses(skel->progs.mmap_fentry) +
	       program_misses(skel->progs.mmap_fexit) + program_misses(skel->progs.ioctl_kprobe) +
	       program_misses(skel->progs.ioctl_kretprobe) +
	       program_misses(skel->progs.mmap_kprobe) +
	       program_misses(skel->progs.mmap_kretprobe) +
	       program_misses(skel->progs.release_fentry) +
	       program_misses(skel->progs.release_kprobe);
}

const char *tracer__watch_doubt(const struct tracer *tracer)
{
	const struct vs_watch *watch = tracer__watched(tracer);

	if (!tracer->watch)
		return "mmap(), ioctl() and close() of devices could not be traced";
	if (!bpf_program__autoload(tracer->watch->progs.mmap_fexit) &&
	    !trace_features()->counts_muted)
		return "mmap(), ioctl() and close() of devices were traced by kprobes, and this "
		       "kernel does "
		       "not count those that it skips";
	if (skipped_runs(tracer->watch) || watch->kept != watch->taken || watch->lost)
		return "the kernel skipped programs that trace mmap(), ioctl() and close() of "
		       "devices";
	return NULL;
}

bool tracer__watches_ioeventfds(const struct tracer *tracer)
{
	return tracer->watch && trace_features()->core_ioeventfds;
}

void tracer__ioeventfds(const struct tracer *tracer, const char *device,
			struct trace_ioeventfds regions[VS_REGIONS])
{
	memset(regions, 0, VS_REGIONS * sizeof(*regions));
	for (int i = 0; i < VS_MAX_DEVICES; i++) {
		const struct vs_device *dev = &tracer->shared->devices[i];

		if (!dev->filled || strncmp(dev->is.name, device, VS_NAME_LEN) != 0)
			continue;
		for (int r = 0; r < VS_REGIONS; r++) {
			regions[r].armed += dev->regions[r].ioeventfds_armed;
			regions[r].disarmed += dev->regions[r].ioeventfds_disarmed;
			regions[r].fired += dev->regions[r].ioeventfds_fired;
		}
	}
}

uint64_t tracer__sessions_ended(const struct tracer *tracer, const char *device)
{
	uint64_t ended = 0;

	for (int i = 0; i < VS_MAX_DEVICES; i++) {
		const struct vs_device *dev = &tracer->shared->devices[i];

		if (dev->filled && !strncmp(dev->is.name, device, VS_NAME_LEN))
			ended += dev->sessions_ended;
	}
	return ended;
}

/* The same device may have had several drivers. */
bool tracer__cannot_map(const struct tracer *tracer, const char *device)
{
	bool met = false;

	for (int i = 0; i < VS_MAX_DEVICES; i++) {
		const struct vs_device *dev = &tracer->shared->devices[i];

		if (!dev->filled || strncmp(dev->is.name, device, VS_NAME_LEN) != 0)
			continue;
		if (dev->has_mmap)
			return false;
		met = true;
	}
	return met;
}
