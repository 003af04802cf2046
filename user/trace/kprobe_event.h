/* SPDX-License-Identifier: GPL-2.0-only */
/* Kprobe events in tracefs. Functions return 0 or a negative errno unless said otherwise. */
#ifndef VFIOSCOPE_KPROBE_EVENT_H
#define VFIOSCOPE_KPROBE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

struct kprobe_event {
	char name[64]; /* in group "vfioscope"; unique on the machine; empty: there is none */
	int profile_fd; /* tells the hits of an entry; less than 0: nothing does */
};

/* At the entry or the exit of @function in @module ("vmlinux": the kernel itself); disabled. */
int kprobe_event__create(struct kprobe_event *event, unsigned int number, const char *function,
			 const char *module, bool exit);
/* Nothing to do if there is none. Its user must be closed before. */
void kprobe_event__remove(struct kprobe_event *event);
/* A perf event to attach a program to, which enables it; the caller closes it. Or a negative errno. */
int kprobe_event__open(const struct kprobe_event *event);
/* How often it was passed since it was created, whether or not its program ran. */
int kprobe_event__hits(const struct kprobe_event *event, uint64_t *hits);
/* Remove the events of processes that are gone. */
void kprobe_event__sweep(void);

#endif
