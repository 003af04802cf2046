// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's symbols; who has a VFIO device open, or a region of it mapped: by BPF iterators. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/open.skel.h"
#include "user/trace/trace.h"

struct open_scan {
	struct open_bpf *skel;
	struct kallsyms *symbols;
	struct bpf_link *open_devices, *mapped_regions;
	bool maps_dma_bufs;
};

/* The kernel writes no more at a time. */
#define READ_SIZE 32768

/* All that an iterator writes, in rows of @size bytes. A read may end within a row. */
static int read_rows(int fd, size_t size, void *rowsp, size_t *nr)
{
	size_t used = 0, room = 0;
	char *data = NULL;
	int err;

	for (;;) {
		ssize_t n;

		if (room - used < READ_SIZE) {
			char *more = realloc(data, room = 2 * room + READ_SIZE);

			if (!more) {
				err = -ENOMEM;
				goto fail;
			}
			data = more;
		}
		n = read(fd, data + used, room - used);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0) {
			err = -errno;
			goto fail;
		}
		if (!n)
			break;
		used += n;
	}
	memcpy(rowsp, &data, sizeof(data));
	*nr = used / size;
	return 0;
fail:
	free(data);
	return err;
}

static int look(const struct bpf_link *link, size_t size, void *rowsp, size_t *nr)
{
	int fd = bpf_iter_create(bpf_link__fd(link));
	int err = fd < 0 ? -errno : read_rows(fd, size, rowsp, nr);

	if (fd >= 0)
		close(fd);
	return err;
}

static int read_symbols(struct open_scan *scan)
{
	struct bpf_link *link = bpf_program__attach_iter(scan->skel->progs.kernel_symbols, NULL);
	char *text = NULL;
	size_t len = 0;
	int err = link ? look(link, sizeof(*text), &text, &len) : -errno;

	bpf_link__destroy(link);
	return err ? err : kallsyms__new(&scan->symbols, text, len);
}

/* What the programs compare with. The first one must be there. */
static int set_addresses(struct open_scan *scan)
{
	struct kallsym symbols[] = {
		{ .function = "vfio_device_fops" },
		{ .function = "vfio_pci_core_request" },
		{ .function = "vfio_pci_mmap_ops" },
		{ .function = "vfio_pci_core_mmap_prep_dmabuf" },
	};

	kallsyms__resolve(scan->symbols, symbols, sizeof(symbols) / sizeof(*symbols));
	scan->skel->bss->device_fops = symbols[0].address;
	scan->skel->bss->core_request = symbols[1].address;
	scan->skel->bss->core_mmap_ops = symbols[2].address;
	scan->maps_dma_bufs = symbols[3].address;
	return symbols[0].address ? 0 : -ENOENT;
}

static int load(struct open_scan *scan, bool all_symbols)
{
	int err;

	if (access("/sys/class/vfio-dev", F_OK))
		return -ENOENT;
	scan->skel = open_bpf__open();
	if (!scan->skel)
		return -errno;
	scan->skel->rodata->page_shift = __builtin_ctzl(sysconf(_SC_PAGESIZE));
	/* Only of what is not built in sysfs has the state. */
	scan->skel->rodata->modules_only = !all_symbols &&
					   !access("/sys/module/vfio/initstate", F_OK);
	err = open_bpf__load(scan->skel);
	err = err ?: read_symbols(scan);
	err = err ?: set_addresses(scan);
	if (err)
		return err;
	scan->open_devices = bpf_program__attach_iter(scan->skel->progs.open_devices, NULL);
	if (!scan->open_devices)
		return -errno;
	scan->mapped_regions = bpf_program__attach_iter(scan->skel->progs.mapped_regions, NULL);
	return scan->mapped_regions ? 0 : -errno;
}

int open_scan__new(struct open_scan **scanp, bool all_symbols, char *error)
{
	struct open_scan *scan = calloc(1, sizeof(*scan));
	int err = scan ? load(scan, all_symbols) : -ENOMEM;

	*scanp = scan;
	if (err)
		trace_explain(err, "look for open devices", error);
	return err;
}

const struct kallsyms *open_scan__symbols(const struct open_scan *scan)
{
	return scan->symbols;
}

int open_scan__look(const struct open_scan *scan, struct open_rows *rows, char *error)
{
	int err;

	*rows = (struct open_rows){};
	err = look(scan->open_devices, sizeof(*rows->rows), &rows->rows, &rows->nr);
	if (err)
		trace_explain(err, "look for open devices", error);
	return err;
}

int open_scan__mappings(const struct open_scan *scan, struct mapping_rows *rows)
{
	*rows = (struct mapping_rows){};
	return look(scan->mapped_regions, sizeof(*rows->rows), &rows->rows, &rows->nr);
}

/* The number is PROC_PID_INIT_INO of linux/proc_ns.h. */
bool open_scan__sees_all_processes(void)
{
	char target[64] = "";

	return readlink("/proc/self/ns/pid", target, sizeof(target) - 1) > 0 &&
	       !strcmp(target, "pid:[4026531836]");
}

bool open_scan__knows_mappings(const struct open_scan *scan)
{
	return !scan->maps_dma_bufs;
}

uint64_t open_scan__core_request(const struct open_scan *scan)
{
	return scan->skel->bss->core_request;
}

void open_scan__free(struct open_scan *scan)
{
	if (!scan)
		return;
	bpf_link__destroy(scan->open_devices);
	bpf_link__destroy(scan->mapped_regions);
	kallsyms__free(scan->symbols);
	open_bpf__destroy(scan->skel);
	free(scan);
}
