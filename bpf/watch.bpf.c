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

/* What slots keep of devices is out of date from here on. */
static __always_inline void devices_changed(void)
{
	__sync_fetch_and_add(&shared.changes, 1);
}

static __always_inline void learn_shift(struct vs_device *dev, __u32 shift)
{
	if (dev->shift_source == VS_SHIFT_GIVEN) {
		if (dev->shift != shift)
			dev->shift_conflict = shift;
		return;
	}
	if (dev->shift_source == VS_SHIFT_OBSERVED)
		return;
	if (dev->met && dev->shift != shift)
		dev->shift_conflict = dev->shift;
	dev->shift = shift;
	dev->shift_source = VS_SHIFT_OBSERVED;
	devices_changed();
}

/* Region index and offset tell the shift, but for index 0, whose offset is 0 with any shift. */
static __always_inline void observe_shift(struct vs_device *dev, __u64 index, __u64 offset)
{
	for (int shift = 1; index && shift < 60; shift++) {
		if (index << shift == offset) {
			learn_shift(dev, shift);
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

/* When all have let go of it: until then calls go on. */
static __always_inline void forget_device(__u64 vdev)
{
	int device = device_look_up(vdev);

	if (device >= 0)
		device_at(device)->vdev = VS_VDEV_GONE;
	devices_changed();
}

SEC("fexit/vfio_device_fops_unl_ioctl")
int BPF_PROG(ioctl_fexit, struct file *file, unsigned int cmd, unsigned long arg, long ret)
{
	if (cmd == VFIO_DEVICE_GET_REGION_INFO && !ret)
		observe_region((__u64)file_device(file), arg);
	return 0;
}

SEC("fexit/vfio_unregister_group_dev")
int BPF_PROG(unregister_fexit)
{
	__u64 vdev = 0;

	bpf_get_func_arg(ctx, 0, &vdev);
	forget_device(vdev);
	return 0;
}

/* The same by kprobes, whose exit has no arguments. */
struct kept_args {
	__u64 vdev;
	__u64 arg;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u32); /* thread */
	__type(value, struct kept_args);
} kept SEC(".maps");

static __always_inline void keep(__u64 vdev, __u64 arg)
{
	struct kept_args args = { .vdev = vdev, .arg = arg };
	__u32 tid = bpf_get_current_pid_tgid();

	bpf_map_update_elem(&kept, &tid, &args, BPF_ANY);
}

static __always_inline bool take_kept(struct kept_args *args)
{
	__u32 tid = bpf_get_current_pid_tgid();
	const struct kept_args *there = bpf_map_lookup_elem(&kept, &tid);

	if (!there)
		return false;
	*args = *there;
	bpf_map_delete_elem(&kept, &tid);
	return true;
}

SEC("kprobe/vfio_device_fops_unl_ioctl")
int BPF_KPROBE(ioctl_kprobe, struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd == VFIO_DEVICE_GET_REGION_INFO)
		keep((__u64)file_device(file), arg);
	return 0;
}

SEC("kretprobe/vfio_device_fops_unl_ioctl")
int BPF_KRETPROBE(ioctl_kretprobe, long ret)
{
	struct kept_args args;

	if (take_kept(&args) && !ret)
		observe_region(args.vdev, args.arg);
	return 0;
}

SEC("kprobe/vfio_unregister_group_dev")
int BPF_KPROBE(unregister_kprobe, struct vfio_device *vdev)
{
	keep((__u64)vdev, 0);
	return 0;
}

SEC("kretprobe/vfio_unregister_group_dev")
int BPF_KRETPROBE(unregister_kretprobe)
{
	struct kept_args args;

	if (take_kept(&args))
		forget_device(args.vdev);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
