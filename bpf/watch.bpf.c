// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to devices while they are traced, off the hot path: a client asks where the regions
 * are (so that the offset shift is known before the first access), a device goes away.
 */
#include "device.h"
#include "file.h"

#define VFIO_DEVICE_GET_REGION_INFO 0x3b6c /* _IO(';', 108), linux/vfio.h */

struct vfio_region_info { /* as user space lays it out */
	__u32 argsz;
	__u32 flags;
	__u32 index;
	__u32 cap_offset;
	__u64 size;
	__u64 offset;
};

/* All copies of the programs: what their slots keep of a device goes out of date. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, VS_HANDLER_SLOTS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32)); /* maps with a struct vs_copy */
} copies SEC(".maps");

static long forget_in_copy(__u32 i, const __u64 *vdev)
{
	__u32 key = i, zero = 0;
	void *map = bpf_map_lookup_elem(&copies, &key);
	struct vs_copy *copy = map ? bpf_map_lookup_elem(map, &zero) : NULL;

	if (!copy)
		return 1; /* they are in the first places */
	for (int slot = 0; slot < VS_START_SLOTS; slot++) {
		if (copy->starts[VS_READ][slot].ready == *vdev)
			copy->starts[VS_READ][slot].ready = 0;
		if (copy->starts[VS_WRITE][slot].ready == *vdev)
			copy->starts[VS_WRITE][slot].ready = 0;
	}
	return 0;
}

/* By bpf_loop(), for the verifier does not follow a loop that calls helpers so often. */
static __always_inline void device_changed(__u64 vdev)
{
	bpf_loop(VS_HANDLER_SLOTS, forget_in_copy, &vdev, 0);
}

/* Region index and offset tell the shift, but for index 0, whose offset is 0 with any shift. */
static __always_inline void observe_shift(struct vs_device *dev, __u64 index, __u64 offset)
{
	if (!index || dev->shift_source != VS_SHIFT_ASSUMED)
		return;
	for (int shift = 1; shift < 60; shift++) {
		if (index << shift == offset) {
			dev->shift = shift;
			dev->shift_source = VS_SHIFT_OBSERVED;
			device_changed(dev->vdev);
			return;
		}
	}
}

static __noinline int observe_region(__u64 vdev, __u64 arg)
{
	struct vfio_region_info info;
	struct vs_region *region;
	struct vs_device *dev;
	int device;

	if (!vdev || bpf_probe_read_user(&info, sizeof(info), (void *)arg))
		return 0;
	device = device_find(vdev);
	if (device < 0 || info.index >= VS_REGION_BAD)
		return 0;
	dev = device_at(device);
	region = &dev->regions[info.index & (VS_REGIONS - 1)];
	region->size = info.size;
	region->offset = info.offset;
	region->flags = info.flags;
	region->seen = 1;
	observe_shift(dev, info.index, info.offset);
	return 0;
}

static __always_inline void forget_device(__u64 vdev)
{
	int device = device_find_slow(vdev, false);

	if (device < 0)
		return;
	device_at(device)->vdev = VS_VDEV_GONE;
	device_changed(vdev);
}

SEC("fexit/vfio_device_fops_unl_ioctl")
int BPF_PROG(ioctl_fexit, struct file *file, unsigned int cmd, unsigned long arg, long ret)
{
	if (cmd == VFIO_DEVICE_GET_REGION_INFO && !ret)
		observe_region((__u64)file_device(file), arg);
	return 0;
}

SEC("fentry/vfio_unregister_group_dev")
int BPF_PROG(unregister_fentry)
{
	__u64 vdev = 0;

	bpf_get_func_arg(ctx, 0, &vdev);
	forget_device(vdev);
	return 0;
}

/* The same by kprobes, whose exit has no arguments. */
struct ioctl_args {
	__u64 vdev;
	__u64 arg;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u32); /* thread */
	__type(value, struct ioctl_args);
} ioctls SEC(".maps");

SEC("kprobe/vfio_device_fops_unl_ioctl")
int BPF_KPROBE(ioctl_kprobe, struct file *file, unsigned int cmd, unsigned long arg)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct ioctl_args args = { .arg = arg };

	if (cmd != VFIO_DEVICE_GET_REGION_INFO)
		return 0;
	args.vdev = (__u64)file_device(file);
	bpf_map_update_elem(&ioctls, &tid, &args, BPF_ANY);
	return 0;
}

SEC("kretprobe/vfio_device_fops_unl_ioctl")
int BPF_KRETPROBE(ioctl_kretprobe, long ret)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct ioctl_args *args = bpf_map_lookup_elem(&ioctls, &tid);

	if (!args)
		return 0;
	if (!ret)
		observe_region(args->vdev, args->arg);
	bpf_map_delete_elem(&ioctls, &tid);
	return 0;
}

SEC("kprobe/vfio_unregister_group_dev")
int BPF_KPROBE(unregister_kprobe, struct vfio_device *vdev)
{
	forget_device((__u64)vdev);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
