// SPDX-License-Identifier: GPL-2.0-only
/* Who has a VFIO device open, by a BPF iterator over all open files. */
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
	struct bpf_link *link;
};

/* All that the iterator writes. A read may end within a row. */
static int read_rows(int fd, struct open_rows *rows)
{
	size_t used = 0, room = 0;
	char *data = NULL;
	int err;

	for (;;) {
		ssize_t n;

		if (room - used < sizeof(struct vs_open_row)) {
			char *more = realloc(data, room + 64 * sizeof(struct vs_open_row));

			if (!more) {
				err = -ENOMEM;
				goto fail;
			}
			data = more;
			room += 64 * sizeof(struct vs_open_row);
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
	rows->rows = (struct vs_open_row *)data;
	rows->nr = used / sizeof(struct vs_open_row);
	return 0;
fail:
	free(data);
	return err;
}

static int load(struct open_scan *scan, const struct kallsyms *kallsyms)
{
	struct kallsym fops = { .function = "vfio_device_fops" };
	int err;

	kallsyms__resolve(kallsyms, &fops, 1);
	if (!fops.address)
		return -ENOENT;
	scan->skel = open_bpf__open();
	if (!scan->skel)
		return -errno;
	scan->skel->rodata->device_fops = fops.address;
	err = open_bpf__load(scan->skel);
	if (err)
		return err;
	scan->link = bpf_program__attach_iter(scan->skel->progs.open_devices, NULL);
	return scan->link ? 0 : -errno;
}

int open_scan__new(struct open_scan **scanp, const struct kallsyms *kallsyms, char *error)
{
	struct open_scan *scan = calloc(1, sizeof(*scan));
	int err = scan ? load(scan, kallsyms) : -ENOMEM;

	*scanp = scan;
	if (err)
		trace_explain(err, "look for open devices", error);
	return err;
}

int open_scan__look(const struct open_scan *scan, struct open_rows *rows, char *error)
{
	int fd = bpf_iter_create(bpf_link__fd(scan->link)), err;

	*rows = (struct open_rows){};
	err = fd < 0 ? -errno : read_rows(fd, rows);
	if (err)
		trace_explain(err, "look for open devices", error);
	if (fd >= 0)
		close(fd);
	return err;
}

void open_scan__free(struct open_scan *scan)
{
	if (!scan)
		return;
	bpf_link__destroy(scan->link);
	open_bpf__destroy(scan->skel);
	free(scan);
}
