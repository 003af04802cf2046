// SPDX-License-Identifier: GPL-2.0-only
/*
 * What barbench is held against: the loops that a C programmer would write to see how fast this
 * machine loads, stores and copies, over the same kind of memory as barbench's `memory' device, and
 * with nothing around them. Built with the same flags. `make bench-limit' compares the two.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define EXIT_TROUBLE 2
#define PAGE 4096 /* barbench aligns its buffers so */

struct work {
	unsigned char *range, *buffer;
	size_t width, slots; /* bytes of an operation, operations in the range */
	uint64_t laps; /* how often to go over the range */
};

static void load8(const struct work *work)
{
	const volatile uint64_t *range = (const volatile uint64_t *)work->range;
	const size_t slots = work->slots;
	uint64_t lap;
	size_t i;

	for (lap = 0; lap < work->laps; lap++) {
		for (i = 0; i < slots; i++)
			(void)range[i];
	}
}

static void store8(const struct work *work)
{
	volatile uint64_t *range = (volatile uint64_t *)work->range;
	const size_t slots = work->slots;
	uint64_t lap;
	size_t i;

	for (lap = 0; lap < work->laps; lap++) {
		for (i = 0; i < slots; i++)
			range[i] = 0x0123456789abcdef;
	}
}

/* The width is no constant, so that it is libc's memcpy(), which knows this CPU. */
static void copy(const struct work *work)
{
	const size_t width = work->width;
	uint64_t lap;
	size_t i;

	for (lap = 0; lap < work->laps; lap++) {
		for (i = 0; i < work->slots; i++) {
			memcpy(work->buffer, work->range + i * width, width);
			__asm__ volatile("" : : "r"(work->buffer) : "memory");
		}
	}
}

static const struct loop {
	const char *name;
	void (*run)(const struct work *work);
} loops[] = { { "load", load8 }, { "store", store8 }, { "copy", copy } };

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* As barbench has it: a memfd, shared and populated. */
static unsigned char *map_range(size_t length)
{
	int fd = memfd_create("bare", MFD_CLOEXEC);
	void *range = MAP_FAILED;

	if (fd >= 0 && !ftruncate(fd, (off_t)length))
		range = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
			     0);
	if (fd >= 0)
		close(fd);
	return range == MAP_FAILED ? NULL : range;
}

/* One line a repetition, after one that is not shown: operations, nanoseconds. */
static void measure(const struct loop *loop, const struct work *work, unsigned long reps)
{
	unsigned long rep;
	uint64_t start;

	loop->run(work);
	for (rep = 0; rep < reps; rep++) {
		start = now_ns();
		loop->run(work);
		printf("%" PRIu64 " %" PRIu64 "\n", work->laps * work->slots, now_ns() - start);
	}
}

static const struct loop *find_loop(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		if (!strcmp(name, loops[i].name))
			return &loops[i];
	}
	return NULL;
}

/* The range and the buffer are left to the end of the process. */
static int set_up(struct work *work, char **argv)
{
	size_t length = strtoul(argv[3], NULL, 10);

	work->width = strtoul(argv[2], NULL, 10);
	if (!work->width || length < work->width)
		return -EINVAL;
	work->slots = length / work->width;
	work->laps = strtoull(argv[4], NULL, 10) / work->slots;
	work->range = map_range(length);
	work->buffer = aligned_alloc(PAGE, (work->width + PAGE - 1) / PAGE * PAGE);
	return work->range && work->buffer ? 0 : -ENOMEM;
}

int main(int argc, char **argv)
{
	const struct loop *loop = argc == 6 ? find_loop(argv[1]) : NULL;
	static struct work work;
	int err;

	if (!loop) {
		fprintf(stderr, "usage: bare load|store|copy WIDTH LENGTH OPERATIONS REPS\n");
		return EXIT_TROUBLE;
	}
	err = set_up(&work, argv);
	if (err) {
		fprintf(stderr, "bare: %s\n", strerror(-err));
		return EXIT_TROUBLE;
	}
	measure(loop, &work, strtoul(argv[5], NULL, 10));
	return 0;
}
