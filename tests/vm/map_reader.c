// SPDX-License-Identifier: GPL-2.0-only
/*
 * A neighbour that reads a BPF hash map by bpf() system calls, as fast as it can, until it is killed.
 * The kernel mutes programs on kprobes on a CPU while bpf() accesses a map there (bpf_prog_active).
 *
 *   map_reader CPU
 */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		perror("map_reader: sched_setaffinity");
		exit(2);
	}
}

static int create_map(uint64_t *key, uint64_t *value)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_HASH,
				.key_size = sizeof(*key),
				.value_size = sizeof(*value),
				.max_entries = 1 };
	int fd = bpf(BPF_MAP_CREATE, &attr);

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	if (fd < 0 || bpf(BPF_MAP_UPDATE_ELEM, &attr)) {
		perror("map_reader: bpf");
		exit(2);
	}
	return fd;
}

int main(int argc, char **argv)
{
	uint64_t key = 1, value = 2;
	union bpf_attr attr = { .key = (uintptr_t)&key, .value = (uintptr_t)&value };

	if (argc != 2) {
		fprintf(stderr, "Usage: map_reader CPU\n");
		return 2;
	}
	pin(atoi(argv[1]));
	attr.map_fd = create_map(&key, &value);
	while (!bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		;
	perror("map_reader: BPF_MAP_LOOKUP_ELEM");
	return 2;
}
