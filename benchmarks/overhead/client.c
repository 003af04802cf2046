// SPDX-License-Identifier: GPL-2.0-only
/*
 * client BDF COUNT FILE
 *
 * The smallest client: COUNT reads of 4 bytes at the start of the device's BAR2, after a warm-up. To
 * FILE go, as JSON, what they took, how many reads there were in all, and of the tracer that started
 * this program: how long it took to do so (from START_NS of the environment, which `stamp` sets),
 * and its memory while it traces.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/vfio.h>

enum { WARM_UP = 1000 };

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "client: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(2);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static int open_group(const char *bdf)
{
	char path[PATH_MAX], link[PATH_MAX] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", bdf);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		die("%s: %m", path);
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(link, '/') + 1);
	fd = open(path, O_RDWR);
	if (fd < 0)
		die("%s: %m", path);
	return fd;
}

static int open_device(const char *bdf)
{
	int container = open("/dev/vfio/vfio", O_RDWR), group = open_group(bdf), device;

	if (container < 0)
		die("/dev/vfio/vfio: %m");
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) ||
	    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU))
		die("%s: cannot set the container up: %m", bdf);
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	if (device < 0)
		die("%s: %m", bdf);
	return device;
}

static uint64_t bar2_offset(int device)
{
	struct vfio_region_info info = { .argsz = sizeof(info),
					 .index = VFIO_PCI_BAR2_REGION_INDEX };

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info) || !info.size)
		die("no BAR2");
	return info.offset;
}

static void read_times(int device, uint64_t offset, unsigned long times)
{
	uint32_t word;

	for (unsigned long i = 0; i < times; i++)
		if (pread(device, &word, sizeof(word), offset) != sizeof(word))
			die("cannot read BAR2: %m");
}

/* Of the program that started this one, by its name in /proc/PID/status. */
static unsigned long parent_kib(const char *field)
{
	char path[32], line[256];
	unsigned long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", getppid());
	file = fopen(path, "r");
	if (!file)
		die("%s: %m", path);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, field, strlen(field)))
			kib = strtoul(line + strlen(field), NULL, 10);
	fclose(file);
	return kib;
}

int main(int argc, char **argv)
{
	uint64_t started = now_ns(), offset, ns;
	unsigned long count = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	const char *start = getenv("START_NS");
	int device;
	FILE *file;

	if (!count || !start)
		die("usage: stamp [TRACER...] client BDF COUNT FILE");
	device = open_device(argv[1]);
	offset = bar2_offset(device);
	read_times(device, offset, WARM_UP);
	ns = now_ns();
	read_times(device, offset, count);
	ns = now_ns() - ns;

	file = fopen(argv[3], "w");
	if (!file)
		die("%s: %m", argv[3]);
	fprintf(file,
		"{\"ns\": %lu, \"count\": %lu, \"issued\": %lu, \"start_ns\": %lu, "
		"\"rss_kib\": %lu, \"peak_kib\": %lu}\n",
		ns, count, WARM_UP + count, started - strtoul(start, NULL, 10),
		parent_kib("VmRSS:"), parent_kib("VmHWM:"));
	if (fclose(file))
		die("%s: %m", argv[3]);
	return 0;
}
