// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client that holds what a trace of handlers does not see. It opens a VFIO device and does what it is
 * told on its standard input, a line each, and says "ok" when that is done:
 *
 *   map REGION OFFSET LENGTH   a page of it is read; REGION is an index
 *   unmap                      what was mapped last, of what is there
 *   cut                        the same, but its first page only
 *   move                       what was mapped last, to another address
 *   fork                       a child that has all of it too
 *   reap                       the child ends
 *   read REGION OFFSET N       N preads of 4 bytes
 *   arm REGION OFFSET          an ioeventfd: the kernel writes 4 bytes there
 *   disarm                     it
 *   fire N                     the kernel writes N times
 *   close                      the device's file; mappings stay
 *
 * It ends with its input. What fails ends it with status 2.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "client/client.h"

enum { MAX_MAPPINGS = 512, DATA = 0x5a };

struct mapper {
	struct client client;
	struct {
		char *at;
		size_t length;
	} mappings[MAX_MAPPINGS];
	int nr_mappings;
	pid_t child;
	struct vfio_device_ioeventfd armed;
};

void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "mapper: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(2);
}

static uint64_t place(const struct mapper *mapper, long region, long offset)
{
	return ((uint64_t)region << mapper->client.shift) + offset;
}

static void map(struct mapper *mapper, long region, long offset, long length)
{
	char *at = mmap(NULL, length, PROT_READ, MAP_SHARED, mapper->client.fd,
			(off_t)place(mapper, region, offset));

	if (at == MAP_FAILED || mapper->nr_mappings == MAX_MAPPINGS)
		die("cannot map 0x%lx+0x%lx of region %ld: %m", offset, length, region);
	(void)*(volatile char *)at;
	mapper->mappings[mapper->nr_mappings].at = at;
	mapper->mappings[mapper->nr_mappings++].length = length;
}

static void unmap(struct mapper *mapper)
{
	int last = --mapper->nr_mappings;

	if (last < 0 || munmap(mapper->mappings[last].at, mapper->mappings[last].length))
		die("cannot unmap: %m");
}

static void cut(struct mapper *mapper)
{
	int last = mapper->nr_mappings - 1;

	if (last < 0 || munmap(mapper->mappings[last].at, PAGE))
		die("cannot cut: %m");
	mapper->mappings[last].at += PAGE;
	mapper->mappings[last].length -= PAGE;
}

static void move(struct mapper *mapper)
{
	int last = mapper->nr_mappings - 1;
	size_t length = last < 0 ? PAGE : mapper->mappings[last].length;
	char *to = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (last < 0 || to == MAP_FAILED ||
	    mremap(mapper->mappings[last].at, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
		    MAP_FAILED)
		die("cannot move: %m");
	mapper->mappings[last].at = to;
}

static void make_child(struct mapper *mapper)
{
	mapper->child = fork();
	if (mapper->child < 0)
		die("cannot fork: %m");
	if (mapper->child)
		return;
	for (;;)
		pause();
}

static void reap(struct mapper *mapper)
{
	if (mapper->child <= 0 || kill(mapper->child, SIGKILL) ||
	    waitpid(mapper->child, NULL, 0) != mapper->child)
		die("there is no child: %m");
	mapper->child = 0;
}

static void read_some(const struct mapper *mapper, long region, long offset, long times)
{
	uint32_t value;

	while (times-- > 0)
		if (pread(mapper->client.fd, &value, sizeof(value),
			  (off_t)place(mapper, region, offset)) != sizeof(value))
			die("cannot read 0x%lx of region %ld: %m", offset, region);
}

static void set_ioeventfd(struct mapper *mapper, int fd)
{
	struct vfio_device_ioeventfd request = mapper->armed;

	request.fd = fd;
	if (ioctl(mapper->client.fd, VFIO_DEVICE_IOEVENTFD, &request))
		die("cannot set an ioeventfd: %m");
}

static void arm(struct mapper *mapper, long region, long offset)
{
	int fd = eventfd(0, 0);

	mapper->armed = (struct vfio_device_ioeventfd){
		.argsz = sizeof(mapper->armed),
		.flags = VFIO_DEVICE_IOEVENTFD_32,
		.offset = place(mapper, region, offset),
		.data = DATA,
		.fd = fd,
	};
	set_ioeventfd(mapper, fd);
}

static void fire(const struct mapper *mapper, long times)
{
	const uint64_t one = 1;

	while (times-- > 0)
		if (write(mapper->armed.fd, &one, sizeof(one)) != sizeof(one))
			die("cannot fire: %m");
}

static void obey(struct mapper *mapper, const char *verb, const long numbers[3])
{
	if (!strcmp(verb, "map"))
		map(mapper, numbers[0], numbers[1], numbers[2]);
	else if (!strcmp(verb, "unmap"))
		unmap(mapper);
	else if (!strcmp(verb, "cut"))
		cut(mapper);
	else if (!strcmp(verb, "move"))
		move(mapper);
	else if (!strcmp(verb, "fork"))
		make_child(mapper);
	else if (!strcmp(verb, "reap"))
		reap(mapper);
	else if (!strcmp(verb, "read"))
		read_some(mapper, numbers[0], numbers[1], numbers[2]);
	else if (!strcmp(verb, "arm"))
		arm(mapper, numbers[0], numbers[1]);
	else if (!strcmp(verb, "disarm"))
		set_ioeventfd(mapper, -1);
	else if (!strcmp(verb, "fire"))
		fire(mapper, numbers[0]);
	else if (!strcmp(verb, "close"))
		close(mapper->client.fd);
	else
		die("what is '%s'?", verb);
}

int main(int argc, char **argv)
{
	static struct mapper mapper;
	char line[128], verb[16];

	if (argc != 2)
		die("one argument: the device");
	mapper.client.device = argv[1];
	open_device(&mapper.client);
	while (fgets(line, sizeof(line), stdin)) {
		long numbers[3] = { 0 };

		if (sscanf(line, "%15s %li %li %li", verb, &numbers[0], &numbers[1], &numbers[2]) <
		    1)
			continue;
		obey(&mapper, verb, numbers);
		puts("ok");
		fflush(stdout);
	}
	if (mapper.child > 0)
		reap(&mapper);
	return 0;
}
