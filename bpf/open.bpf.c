// SPDX-License-Identifier: GPL-2.0-only
/* Who has which VFIO device open: one struct vs_open_row for each open device file. */
#include "vmlinux.h"
#include "../newer.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "abi.h"
#include "file.h"

/* &vfio_device_fops. An extern __ksym would have libbpf read all of /proc/kallsyms once more. */
const volatile __u64 device_fops;

SEC("iter/task_file")
int open_devices(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct vs_open_row row = {};
	struct vfio_device *vdev;

	if (!task || !file || (__u64)file->f_op != device_fops)
		return 0;
	vdev = file_device(file);
	row.tgid = task->tgid;
	row.fd = ctx->fd;
	row.vdev = (__u64)vdev;
	row.read = (__u64)BPF_CORE_READ(vdev, ops, read);
	row.write = (__u64)BPF_CORE_READ(vdev, ops, write);
	bpf_probe_read_kernel_str(row.name, sizeof(row.name), BPF_CORE_READ(vdev, dev, kobj.name));
	bpf_probe_read_kernel_str(row.ops, sizeof(row.ops), BPF_CORE_READ(vdev, ops, name));
	bpf_probe_read_kernel(row.comm, sizeof(row.comm), task->group_leader->comm);
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
