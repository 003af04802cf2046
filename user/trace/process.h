/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /proc tells of a process, for people: none of it decides anything. All text is of the process's
 * own choice.
 */
#ifndef VFIOSCOPE_TRACE_PROCESS_H
#define VFIOSCOPE_TRACE_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Strings are malloc'ed; NULL: not known, or there is none. */
struct process_info {
	char *cgroup; /* path below where cgroups are mounted */
	char *vm; /* name of the virtual machine that it runs */
};

/*
 * Of the process @pid that began at @since_ns (CLOCK_BOOTTIME). 0 or a negative errno; -ESRCH: it is gone,
 * and the pid possibly another's.
 */
int process_info__look(struct process_info *info, pid_t pid, uint64_t since_ns);
void process_info__clear(struct process_info *info);

/*
 * The cgroup in @text, as /proc/PID/cgroup has it: that of version 2, or of systemd where that has none
 * but the root. A new string; NULL: no memory, or there is none.
 */
char *process_cgroup(const char *text);

/*
 * The name of a virtual machine from a QEMU's command line (@cmdline of @size bytes, as /proc/PID/cmdline
 * has it), else from the scope that libvirt put it in. A new string; NULL: no memory, or it has none.
 */
char *process_vm_name(const char *cmdline, size_t size, const char *cgroup);

#endif
