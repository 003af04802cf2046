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

/* All that the iterator writes. A read may end within a row. */
static int read_rows(int fd, struct vs_open_row **rows, size_t *nr)
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
	*rows = (struct vs_open_row *)data;
	*nr = used / sizeof(struct vs_open_row);
	return 0;
fail:
	free(data);
	return err;
}

static struct open_bpf *load(int *err)
{
	struct kallsym fops = { .function = "vfio_device_fops" };
	struct open_bpf *skel = open_bpf__open();

	if (!skel) {
		*err = -errno;
		return NULL;
	}
	*err = kallsyms__resolve(&fops, 1);
	if (!*err && !fops.address)
		*err = -ENOENT;
	skel->rodata->device_fops = fops.address;
	if (!*err)
		*err = open_bpf__load(skel);
	return skel;
}

int trace_open_devices(struct vs_open_row **rows, size_t *nr, char *error)
{
	struct bpf_link *link = NULL;
	struct open_bpf *skel;
	int err, fd = -1;

	*rows = NULL;
	*nr = 0;
	skel = load(&err);
	if (err)
		goto cleanup;
	link = bpf_program__attach_iter(skel->progs.open_devices, NULL);
	if (!link) {
		err = -errno;
		goto cleanup;
	}
	fd = bpf_iter_create(bpf_link__fd(link));
	err = fd < 0 ? -errno : read_rows(fd, rows, nr);
cleanup:
	if (err)
		trace_explain(err, "look for open devices", error);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	open_bpf__destroy(skel);
	return err;
}
