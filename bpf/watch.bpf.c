// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to devices while they are traced, off the hot path: a client asks where the regions
 * are (so that the offset shift is known before the first access), maps one, has writes made by the
 * kernel; a device goes away.
 */
#include "device.h"
#include "file.h"

/* linux/vfio.h */
#define VFIO_DEVICE_GET_REGION_INFO 0x3b6c /* _IO(';', 108) */
#define VFIO_DEVICE_IOEVENTFD 0x3b74 /* _IO(';', 116) */

struct vfio_region_info { /* as user space lays it out */
	__u32 argsz;
	__u32 flags;
	__u32 index;
	__u32 cap_offset;
	__u64 size;
	__u64 offset;
};

struct vfio_device_ioeventfd { /* likewise */
	__u32 argsz;
	__u32 flags;
	__u64 offset;
	__u64 data;
	__s32 fd; /* -1: disarm */
	__u32 reserved;
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

/* --- ioeventfds -------------------------------------------------------------------------------- */

static __always_inline struct vs_region *region_at(struct vs_device *dev, __u64 index)
{
	return &dev->regions[(index < VS_REGION_BAD ? index : VS_REGION_BAD) & (VS_REGIONS - 1)];
}

static __noinline int count_ioeventfd(__u64 vdev, __u64 arg)
{
	struct vfio_device_ioeventfd ioeventfd;
	struct vs_region *region;
	int device;

	if (!shared.watch.from_ns ||
	    bpf_probe_read_user(&ioeventfd, sizeof(ioeventfd), (void *)arg))
		return 0;
	device = device_find(vdev);
	if (device < 0)
		return 0;
	region = region_at(device_at(device), ioeventfd.offset >> (device_at(device)->shift & 63));
	if (ioeventfd.fd < 0)
		__sync_fetch_and_add(&region->ioeventfds_disarmed, 1);
	else
		__sync_fetch_and_add(&region->ioeventfds_armed, 1);
	return 0;
}

static __noinline int count_firing(const struct vfio_pci_ioeventfd *ioeventfd)
{
	struct vfio_pci_core_device *core = BPF_CORE_READ(ioeventfd, vdev);
	int device;

	if (!shared.watch.from_ns || !core)
		return 0;
	device =
		device_find((__u64)core + bpf_core_field_offset(struct vfio_pci_core_device, vdev));
	if (device < 0)
		return 0;
	__sync_fetch_and_add(
		&region_at(device_at(device), BPF_CORE_READ(ioeventfd, bar))->ioeventfds_fired, 1);
	return 0;
}

/* --- mappings ---------------------------------------------------------------------------------- */

/* What is kept of a call until it ends: by kprobes, and where the call changes its arguments. */
struct kept_args {
	__u64 vdev;
	__u64 arg; /* of ioctl(); of mmap() the page of the file */
	__u64 more; /* of ioctl() the command; of mmap() the struct vm_area_struct */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u32); /* thread */
	__type(value, struct kept_args);
} kept SEC(".maps");

static __always_inline void keep(__u64 vdev, __u64 arg, __u64 more)
{
	struct kept_args args = { .vdev = vdev, .arg = arg, .more = more };
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

/* Calls whose end must not be missed. */
static __always_inline void begin_call(__u64 vdev, __u64 arg, __u64 more)
{
	keep(vdev, arg, more);
	__sync_fetch_and_add(&shared.watch.kept, 1);
}

static __always_inline bool end_call(struct kept_args *args)
{
	bool found = take_kept(args);

	if (found)
		__sync_fetch_and_add(&shared.watch.taken, 1);
	return found;
}

static __always_inline void fill_mapping(struct vs_mapping *mapping, const struct vs_device *dev,
					 const struct kept_args *args)
{
	struct vm_area_struct *vma = (void *)args->more;
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 offset = args->arg << (config.page_shift & 63), region = offset >> (dev->shift & 63);

	mapping->mm = (__u64)BPF_CORE_READ(vma, vm_mm);
	mapping->start = BPF_CORE_READ(vma, vm_start);
	mapping->length = BPF_CORE_READ(vma, vm_end) - mapping->start;
	mapping->prot = BPF_CORE_READ(vma, vm_flags) & (VS_PROT_READ | VS_PROT_WRITE);
	mapping->region = region < VS_REGION_BAD ? region : VS_REGION_UNKNOWN;
	mapping->offset = offset - (region << (dev->shift & 63));
	mapping->tgid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_kernel(mapping->comm, sizeof(mapping->comm),
			      BPF_CORE_READ(task, group_leader)->comm);
	bpf_probe_read_kernel_str(mapping->name, sizeof(mapping->name), dev->is.name);
}

static __noinline int record_mapping(const struct kept_args *args)
{
	int device = args ? device_find(args->vdev) : DEVICE_UNWANTED;
	struct vs_mapping *mapping;
	__u64 nr;

	if (device == DEVICE_UNWANTED)
		return 0;
	if (device < 0) {
		__sync_fetch_and_add(&shared.watch.lost, 1);
		return 0;
	}
	nr = __sync_fetch_and_add(&shared.watch.nr_mappings, 1);
	if (nr >= VS_MAPPINGS)
		return 0;
	mapping = &shared.watch.mappings[nr & (VS_MAPPINGS - 1)];
	fill_mapping(mapping, device_at(device), args);
	__sync_lock_test_and_set(&mapping->time_ns, bpf_ktime_get_ns());
	return 0;
}

static __always_inline void end_mmap(long ret)
{
	struct kept_args args;
	bool found = end_call(&args);

	if (ret)
		return;
	if (found)
		record_mapping(&args);
	else
		__sync_fetch_and_add(&shared.watch.lost, 1);
}

/* Of a device that was met: one whose regions were asked for, or called. */
static __noinline int end_session(struct file *file)
{
	int device = device_look_up((__u64)file_device(file));

	if (device >= 0 && shared.watch.from_ns)
		__sync_fetch_and_add(&device_at(device)->sessions_ended, 1);
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

static __always_inline bool is_of_interest(unsigned int cmd)
{
	return cmd == VFIO_DEVICE_GET_REGION_INFO || cmd == VFIO_DEVICE_IOEVENTFD;
}

static __always_inline void end_ioctl(unsigned int cmd, __u64 vdev, __u64 arg)
{
	if (cmd == VFIO_DEVICE_GET_REGION_INFO)
		observe_region(vdev, arg);
	else
		count_ioeventfd(vdev, arg);
}

/* --- by fentry --------------------------------------------------------------------------------- */

SEC("fexit/vfio_device_fops_unl_ioctl")
int BPF_PROG(ioctl_fexit, struct file *file, unsigned int cmd, unsigned long arg, long ret)
{
	if (!ret && is_of_interest(cmd))
		end_ioctl(cmd, (__u64)file_device(file), arg);
	return 0;
}

SEC("fentry/vfio_device_fops_mmap")
int BPF_PROG(mmap_fentry, struct file *file, struct vm_area_struct *vma)
{
	begin_call((__u64)file_device(file), BPF_CORE_READ(vma, vm_pgoff), (__u64)vma);
	return 0;
}

SEC("fexit/vfio_device_fops_mmap")
int BPF_PROG(mmap_fexit, struct file *file, struct vm_area_struct *vma, int ret)
{
	end_mmap(ret);
	return 0;
}

SEC("fentry/vfio_pci_ioeventfd_handler")
int BPF_PROG(ioeventfd_fentry, void *opaque)
{
	count_firing(opaque);
	return 0;
}

SEC("fentry/vfio_device_fops_release")
int BPF_PROG(release_fentry, struct inode *inode, struct file *file)
{
	end_session(file);
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

/* --- by kprobes, whose exit has no arguments --------------------------------------------------- */

SEC("kprobe/vfio_device_fops_unl_ioctl")
int BPF_KPROBE(ioctl_kprobe, struct file *file, unsigned int cmd, unsigned long arg)
{
	if (is_of_interest(cmd))
		begin_call((__u64)file_device(file), arg, cmd);
	return 0;
}

SEC("kretprobe/vfio_device_fops_unl_ioctl")
int BPF_KRETPROBE(ioctl_kretprobe, long ret)
{
	struct kept_args args;

	if (end_call(&args) && !ret)
		end_ioctl(args.more, args.vdev, args.arg);
	return 0;
}

SEC("kprobe/vfio_device_fops_mmap")
int BPF_KPROBE(mmap_kprobe, struct file *file, struct vm_area_struct *vma)
{
	begin_call((__u64)file_device(file), BPF_CORE_READ(vma, vm_pgoff), (__u64)vma);
	return 0;
}

SEC("kretprobe/vfio_device_fops_mmap")
int BPF_KRETPROBE(mmap_kretprobe, int ret)
{
	end_mmap(ret);
	return 0;
}

SEC("kprobe/vfio_pci_ioeventfd_handler")
int BPF_KPROBE(ioeventfd_kprobe, void *opaque)
{
	count_firing(opaque);
	return 0;
}

SEC("kprobe/vfio_device_fops_release")
int BPF_KPROBE(release_kprobe, struct inode *inode, struct file *file)
{
	end_session(file);
	return 0;
}

SEC("kprobe/vfio_unregister_group_dev")
int BPF_KPROBE(unregister_kprobe, struct vfio_device *vdev)
{
	keep((__u64)vdev, 0, 0);
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
