// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kprobes as events of tracefs. Beside what a perf kprobe can do, they let us choose how many calls a
 * kretprobe can follow at once, and the kernel counts every hit of them (kprobe_profile), also those
 * whose program it skipped (Documentation/trace/kprobetrace.rst). The price: after kill -9 a
 * disabled event is left, which the next start removes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "user/trace/kprobe_event.h"

#define GROUP "vfioscope"

/* Twice the room of the start table (VS_START_SLOTS): what does not fit there is lost anyway. */
#define MAX_ACTIVE 1024

/* A read of kprobe_profile returns whole lines, up to a page of the kernel: this is the largest there is. */
#define PROFILE_READ (64 << 10)

/* Closing an event ends its use a little later. */
#define REMOVE_TRIES 100

static const char *tracefs(void)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

	return access("/sys/kernel/tracing/kprobe_events", F_OK) ? places[1] : places[0];
}

/* 0 or a negative errno. The kernel takes one command a write. */
static int command(const char *text)
{
	char path[64];
	ssize_t written;
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/kprobe_events", tracefs());
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	if (written < 0)
		err = -errno;
	close(fd);
	return err;
}

int kprobe_event__create(struct kprobe_event *event, unsigned int number, const char *function,
			 const char *module, bool exit)
{
	bool built_in = !strcmp(module, "vmlinux");
	char text[512], path[64], kind[16] = "p";
	int err;

	if (exit)
		snprintf(kind, sizeof(kind), "r%d", MAX_ACTIVE);
	snprintf(event->name, sizeof(event->name), "vfioscope_%d_%u_%s", getpid(), number,
		 exit ? "exit" : "entry");
	snprintf(text, sizeof(text), "%s:%s/%s %s%s%s", kind, GROUP, event->name,
		 built_in ? "" : module, built_in ? "" : ":", function);
	err = command(text);
	if (err) {
		event->name[0] = '\0';
		return err;
	}
	snprintf(path, sizeof(path), "%s/kprobe_profile", tracefs());
	event->profile_fd = exit ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	return 0;
}

void kprobe_event__remove(struct kprobe_event *event)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	char text[128];

	if (!event->name[0])
		return;
	snprintf(text, sizeof(text), "-:%s/%s", GROUP, event->name);
	for (int i = 0; i < REMOVE_TRIES && command(text) == -EBUSY; i++)
		nanosleep(&pause, NULL);
	if (event->profile_fd >= 0)
		close(event->profile_fd);
	event->name[0] = '\0';
}

int kprobe_event__open(const struct kprobe_event *event)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	char path[256];
	FILE *file;
	int id, fd;

	snprintf(path, sizeof(path), "%s/events/%s/%s/id", tracefs(), GROUP, event->name);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	if (fscanf(file, "%d", &id) != 1)
		id = -1;
	fclose(file);
	if (id < 0)
		return -EINVAL;
	attr.config = id;
	/* Its program runs on every CPU, whichever one the event is opened for. */
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* kprobe_profile has a line for each event: its name, its hits, those that were missed. */
static bool find_hits(const char *profile, const char *name, uint64_t *hits)
{
	const char *line = strstr(profile, name);
	unsigned long hit, missed;

	if (!line || sscanf(line + strlen(name), "%lu %lu", &hit, &missed) != 2)
		return false;
	*hits = hit + missed;
	return true;
}

int kprobe_event__hits(const struct kprobe_event *event, uint64_t *hits)
{
	char lines[PROFILE_READ + 1];
	ssize_t size;

	for (off_t at = 0; (size = pread(event->profile_fd, lines, sizeof(lines) - 1, at)) > 0;
	     at += size) {
		lines[size] = '\0';
		if (find_hits(lines, event->name, hits))
			return 0;
	}
	return size < 0 ? -errno : -ENOENT;
}

/* "p:vfioscope/vfioscope_123_0_entry ...", or r1024:...: the event's name and owner. */
static bool parse_own(const char *line, struct kprobe_event *event, int *pid)
{
	const char *colon = strchr(line, ':');

	return colon && sscanf(colon, ":" GROUP "/%63s", event->name) == 1 &&
	       sscanf(event->name, "vfioscope_%d_", pid) == 1;
}

void kprobe_event__sweep(void)
{
	struct kprobe_event event = { .profile_fd = -1 };
	char path[64], *line = NULL;
	size_t size = 0;
	FILE *file;
	int pid;

	snprintf(path, sizeof(path), "%s/kprobe_events", tracefs());
	file = fopen(path, "re");
	if (!file)
		return;
	while (getline(&line, &size, file) > 0) {
		if (!parse_own(line, &event, &pid))
			continue;
		snprintf(path, sizeof(path), "/proc/%d", pid);
		if (access(path, F_OK))
			kprobe_event__remove(&event);
	}
	free(line);
	fclose(file);
}
