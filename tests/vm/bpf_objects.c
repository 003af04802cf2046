// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists what BPF objects the kernel has, a line each: kind, id and, of programs and maps, the name.
 * bpftool does more, and for each list loads a program of its own, which takes an emulated guest seconds.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct kind {
	const char *name;
	int next_id, get_fd;
} kinds[] = {
	{ "prog", BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID },
	{ "map", BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID },
	{ "link", BPF_LINK_GET_NEXT_ID, 0 },
	{ "btf", BPF_BTF_GET_NEXT_ID, 0 },
};

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* The name of a program or map is at one place of each one's info. */
static void print_name(const struct kind *kind, uint32_t id)
{
	struct bpf_prog_info prog = {};
	struct bpf_map_info map = {};
	int is_map = kind->next_id == BPF_MAP_GET_NEXT_ID;
	union bpf_attr attr = { .prog_id = id };
	int fd = bpf(kind->get_fd, &attr);

	if (fd < 0)
		return;
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = is_map ? sizeof(map) : sizeof(prog);
	attr.info.info = is_map ? (uintptr_t)&map : (uintptr_t)&prog;
	if (!bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		printf(" %s", is_map ? map.name : prog.name);
	close(fd);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		union bpf_attr attr = {};

		while (!bpf(kinds[i].next_id, &attr)) {
			uint32_t id = attr.next_id;

			printf("%s %u", kinds[i].name, id);
			if (kinds[i].get_fd)
				print_name(&kinds[i], id);
			putchar('\n');
			memset(&attr, 0, sizeof(attr));
			attr.start_id = id;
		}
		if (errno != ENOENT) {
			perror(kinds[i].name);
			return 1;
		}
	}
	return 0;
}
