// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vfio-pci variant driver for tests: region handlers of its own, with known behaviour.
 *
 * It binds to any PCI device by driver_override. The device's own regions are those of
 * vfio-pci-core, reached through this driver's handlers. Region 9 is RAM that the driver serves
 * itself, with known delays and failures per page (see the enum below). What widths are allowed,
 * how file offsets are laid out and what is slow or short is set by module parameters.
 */

#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

#define VFIOSCOPE_TEST_REGION_INDEX VFIO_PCI_NUM_REGIONS
#define VFIOSCOPE_TEST_REGION_SIZE SZ_64K
#define VFIOSCOPE_TEST_REGION_TYPE                                                                 \
	(VFIO_REGION_TYPE_PCI_VENDOR_TYPE | PCI_VENDOR_ID_REDHAT_QUMRANET)
#define VFIOSCOPE_TEST_REGION_SUBTYPE 0x7673 /* "vs" */

/* 4 KiB pages of region 9 that behave in a special way, whatever the machine's page size is. */
enum {
	VFIOSCOPE_TEST_PAGE_SHIFT = 12,
	VFIOSCOPE_TEST_PAGE_10US = 1,
	VFIOSCOPE_TEST_PAGE_100US = 2,
	VFIOSCOPE_TEST_PAGE_1000US = 3,
	VFIOSCOPE_TEST_PAGE_FAIL = 8,
};

#define VFIOSCOPE_TEST_ALL_WIDTHS (1 | 2 | 4 | 8)

static unsigned int offset_shift = VFIO_PCI_OFFSET_SHIFT;
module_param(offset_shift, uint, 0444);
MODULE_PARM_DESC(offset_shift, "Region index is file offset >> this: 40 (default) or 48");

static unsigned int read_widths = VFIOSCOPE_TEST_ALL_WIDTHS;
module_param(read_widths, uint, 0644);
MODULE_PARM_DESC(
	read_widths,
	"Sum of the read widths 1, 2, 4, 8 that BARs and region 9 allow (default 15: any)");

static unsigned int write_min;
module_param(write_min, uint, 0644);
MODULE_PARM_DESC(write_min, "Least bytes of a write to BARs and region 9 (default 0: any)");

static unsigned int write_max;
module_param(write_max, uint, 0644);
MODULE_PARM_DESC(write_max, "Most bytes of a write to BARs and region 9 (default 0: any)");

static unsigned int write_multiple;
module_param(write_multiple, uint, 0644);
MODULE_PARM_DESC(write_multiple,
		 "Writes to BARs and region 9 are multiples of this many bytes (default 0: any)");

static bool write_no_cross;
module_param(write_no_cross, bool, 0644);
MODULE_PARM_DESC(write_no_cross,
		 "Refuse writes to BARs and region 9 that cross a 4 KiB boundary (default N)");

static unsigned int short_reads;
module_param(short_reads, uint, 0644);
MODULE_PARM_DESC(short_reads, "Most bytes that one read of region 9 returns (default 0: any)");

static unsigned int fail_errno = EIO;
module_param(fail_errno, uint, 0644);
MODULE_PARM_DESC(fail_errno, "Error of accesses to page 8 of region 9 (default 5, EIO)");

static unsigned int delay_read4_ns;
module_param(delay_read4_ns, uint, 0644);
MODULE_PARM_DESC(delay_read4_ns, "Delay every 4-byte read of any region by ns (default 0)");

static bool wrong_end;
module_param(wrong_end, bool, 0644);
MODULE_PARM_DESC(
	wrong_end,
	"Reads of 1, 2 and 4 bytes of BARs and region 9 deliver the wrong end of a register (default N)");

static u64 region_index(loff_t offset)
{
	return (u64)offset >> offset_shift;
}

static u64 region_offset(loff_t offset)
{
	return (u64)offset & ((1ULL << offset_shift) - 1);
}

static bool has_rules(u64 index)
{
	return index <= VFIO_PCI_BAR5_REGION_INDEX || index == VFIOSCOPE_TEST_REGION_INDEX;
}

/* Busy, so that the time is the same whatever the scheduler does. */
static void delay(u64 ns)
{
	u64 end = ktime_get_ns() + ns;

	if (!ns)
		return;
	while (ktime_get_ns() < end)
		cpu_relax();
}

static int check_read(size_t count)
{
	unsigned int widths = READ_ONCE(read_widths);

	/* Without a restriction any length goes, with one only what it names. */
	if ((widths & VFIOSCOPE_TEST_ALL_WIDTHS) == VFIOSCOPE_TEST_ALL_WIDTHS)
		return 0;
	if (count > 8 || !is_power_of_2(count) || !(widths & count))
		return -EINVAL;
	return 0;
}

static int check_write(u64 pos, size_t count)
{
	unsigned int max = READ_ONCE(write_max);
	unsigned int multiple = READ_ONCE(write_multiple);

	if (count < READ_ONCE(write_min))
		return -EINVAL;
	if (max && count > max)
		return -EINVAL;
	if (multiple && count % multiple)
		return -EINVAL;
	if (READ_ONCE(write_no_cross) && (pos & (SZ_4K - 1)) + count > SZ_4K)
		return -EINVAL;
	return 0;
}

/* What the page is known for: a delay, or a failure. */
static int visit_page(u64 pos)
{
	unsigned int err = READ_ONCE(fail_errno);

	switch (pos >> VFIOSCOPE_TEST_PAGE_SHIFT) {
	case VFIOSCOPE_TEST_PAGE_10US:
		delay(10 * NSEC_PER_USEC);
		return 0;
	case VFIOSCOPE_TEST_PAGE_100US:
		delay(100 * NSEC_PER_USEC);
		return 0;
	case VFIOSCOPE_TEST_PAGE_1000US:
		delay(1000 * NSEC_PER_USEC);
		return 0;
	case VFIOSCOPE_TEST_PAGE_FAIL:
		return err && err <= MAX_ERRNO ? -(int)err : -EIO;
	default:
		return 0;
	}
}

/* Reads and writes region 9. Its RAM hangs on the region as registered with vfio-pci-core. */
static ssize_t own_region_rw(struct vfio_pci_core_device *vdev, char __user *buf, size_t count,
			     loff_t *ppos, bool iswrite)
{
	unsigned int most = READ_ONCE(short_reads);
	char *ram = vdev->region[0].data;
	u64 pos = region_offset(*ppos);
	int ret;

	if (pos >= VFIOSCOPE_TEST_REGION_SIZE)
		return -EINVAL;
	count = min_t(size_t, count, VFIOSCOPE_TEST_REGION_SIZE - pos);
	if (most && !iswrite)
		count = min_t(size_t, count, most);

	ret = visit_page(pos);
	if (ret)
		return ret;

	if (iswrite) {
		if (copy_from_user(ram + pos, buf, count))
			return -EFAULT;
	} else if (copy_to_user(buf, ram + pos, count)) {
		return -EFAULT;
	}

	*ppos += count;
	return count;
}

/*
 * The mistake that a big-endian driver makes which loads into an 8-byte variable, whatever the width,
 * and then copies as many bytes from where that begins: what was loaded is at its end.
 */
static int deliver_wrong_end(char __user *buf, size_t count)
{
	char reg[sizeof(u64)] = {};

	if (copy_from_user(reg + sizeof(reg) - count, buf, count))
		return -EFAULT;
	return copy_to_user(buf, reg, count) ? -EFAULT : 0;
}

static bool is_wrong_end(u64 index, size_t count)
{
	return READ_ONCE(wrong_end) && has_rules(index) &&
	       (count == 1 || count == 2 || count == 4);
}

/* The offset that vfio-pci-core wants, or -EINVAL for what it cannot express. */
static loff_t core_offset(loff_t offset)
{
	if (region_offset(offset) > VFIO_PCI_OFFSET_MASK)
		return -EINVAL;
	return VFIO_PCI_INDEX_TO_OFFSET(region_index(offset)) | region_offset(offset);
}

/* A read that passed the rules, by region 9 or by the core. */
static ssize_t read_region(struct vfio_pci_core_device *vdev, char __user *buf, size_t count,
			   loff_t *ppos)
{
	loff_t pos;
	ssize_t ret;

	if (region_index(*ppos) == VFIOSCOPE_TEST_REGION_INDEX)
		return own_region_rw(vdev, buf, count, ppos, false);

	pos = core_offset(*ppos);
	if (pos < 0)
		return pos;
	ret = vfio_pci_core_read(&vdev->vdev, buf, count, &pos);
	if (ret > 0)
		*ppos += ret;
	return ret;
}

static noinline ssize_t vfioscope_test_read(struct vfio_device *core_vdev, char __user *buf,
					    size_t count, loff_t *ppos)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);
	u64 index = region_index(*ppos);
	ssize_t ret;

	if (!count)
		return 0;
	if (has_rules(index)) {
		ret = check_read(count);
		if (ret)
			return ret;
	}
	if (count == 4)
		delay(READ_ONCE(delay_read4_ns));

	ret = read_region(vdev, buf, count, ppos);
	if (ret == count && is_wrong_end(index, count) && deliver_wrong_end(buf, count))
		return -EFAULT;
	return ret;
}

static noinline ssize_t vfioscope_test_write(struct vfio_device *core_vdev, const char __user *buf,
					     size_t count, loff_t *ppos)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);
	u64 index = region_index(*ppos);
	loff_t pos;
	ssize_t ret;

	if (!count)
		return 0;
	if (has_rules(index)) {
		ret = check_write(region_offset(*ppos), count);
		if (ret)
			return ret;
	}

	if (index == VFIOSCOPE_TEST_REGION_INDEX)
		return own_region_rw(vdev, (char __user *)buf, count, ppos, true);

	pos = core_offset(*ppos);
	if (pos < 0)
		return pos;
	ret = vfio_pci_core_write(core_vdev, buf, count, &pos);
	if (ret > 0)
		*ppos += ret;
	return ret;
}

/*
 * vm_pgoff stays in vfio-pci-core's layout: newer kernels find the mappings of a BAR by it when
 * they revoke them.
 */
static int vfioscope_test_mmap(struct vfio_device *core_vdev, struct vm_area_struct *vma)
{
	loff_t pos = core_offset((loff_t)vma->vm_pgoff << PAGE_SHIFT);

	if (pos < 0)
		return pos;
	vma->vm_pgoff = pos >> PAGE_SHIFT;
	return vfio_pci_core_mmap(core_vdev, vma);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
/* Asked instead of the ioctl op since "vfio: Add get_region_info_caps op" */
static int vfioscope_test_get_region_info(struct vfio_device *core_vdev,
					  struct vfio_region_info *info, struct vfio_info_cap *caps)
{
	int ret = vfio_pci_ioctl_get_region_info(core_vdev, info, caps);

	if (!ret)
		info->offset = (u64)info->index << offset_shift;
	return ret;
}
#endif

/* The core has answered; put the offset into our layout. Not reached where VFIO uses the op. */
static long fix_region_info(unsigned long arg)
{
	struct vfio_region_info __user *info = (void __user *)arg;
	u32 index;

	if (get_user(index, &info->index) || put_user((u64)index << offset_shift, &info->offset))
		return -EFAULT;
	return 0;
}

static long vfioscope_test_ioctl(struct vfio_device *core_vdev, unsigned int cmd, unsigned long arg)
{
	long ret;

	/* It takes an offset that only the core's own layout makes sense of. */
	if (cmd == VFIO_DEVICE_IOEVENTFD && offset_shift != VFIO_PCI_OFFSET_SHIFT)
		return -ENOTTY;

	ret = vfio_pci_core_ioctl(core_vdev, cmd, arg);
	if (!ret && cmd == VFIO_DEVICE_GET_REGION_INFO)
		ret = fix_region_info(arg);
	return ret;
}

/* Only what does not come through our handlers would come here, and nothing does. */
static ssize_t own_region_core_rw(struct vfio_pci_core_device *vdev, char __user *buf, size_t count,
				  loff_t *ppos, bool iswrite)
{
	return -EIO;
}

static void own_region_release(struct vfio_pci_core_device *vdev, struct vfio_pci_region *region)
{
	kvfree(region->data);
}

/*
 * Registered for GET_INFO, GET_REGION_INFO and the type capability. The accesses do not reach the
 * core.
 */
static const struct vfio_pci_regops own_region_ops = {
	.rw = own_region_core_rw,
	.release = own_region_release,
};

static int own_region_add(struct vfio_pci_core_device *vdev)
{
	void *ram;
	int ret;

	/* The core added regions by itself: ours would not have the index that tests rely on. */
	if (vdev->num_regions)
		return -EBUSY;

	ram = kvzalloc(VFIOSCOPE_TEST_REGION_SIZE, GFP_KERNEL_ACCOUNT);
	if (!ram)
		return -ENOMEM;
	ret = vfio_pci_core_register_dev_region(
		vdev, VFIOSCOPE_TEST_REGION_TYPE, VFIOSCOPE_TEST_REGION_SUBTYPE, &own_region_ops,
		VFIOSCOPE_TEST_REGION_SIZE,
		VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE, ram);
	if (ret)
		kvfree(ram);
	return ret;
}

static int vfioscope_test_open_device(struct vfio_device *core_vdev)
{
	struct vfio_pci_core_device *vdev =
		container_of(core_vdev, struct vfio_pci_core_device, vdev);
	int ret;

	ret = vfio_pci_core_enable(vdev);
	if (ret)
		return ret;
	ret = own_region_add(vdev);
	if (ret) {
		vfio_pci_core_disable(vdev);
		return ret;
	}
	vfio_pci_core_finish_enable(vdev);
	return 0;
}

static const struct vfio_device_ops vfioscope_test_ops = {
	.name = "vfioscope-test",
	.init = vfio_pci_core_init_dev,
	.release = vfio_pci_core_release_dev,
	.open_device = vfioscope_test_open_device,
	.close_device = vfio_pci_core_close_device,
	.ioctl = vfioscope_test_ioctl,
	.device_feature = vfio_pci_core_ioctl_feature,
	.read = vfioscope_test_read,
	.write = vfioscope_test_write,
	.mmap = vfioscope_test_mmap,
	.request = vfio_pci_core_request,
	.match = vfio_pci_core_match,
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	.bind_iommufd = vfio_iommufd_physical_bind,
	.unbind_iommufd = vfio_iommufd_physical_unbind,
	.attach_ioas = vfio_iommufd_physical_attach_ioas,
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	.detach_ioas = vfio_iommufd_physical_detach_ioas,
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	/* Called unasked since "vfio/pci: Do vf_token checks for VFIO_DEVICE_BIND_IOMMUFD" */
	.match_token_uuid = vfio_pci_core_match_token_uuid,
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	.get_region_info_caps = vfioscope_test_get_region_info,
#endif
};

static int vfioscope_test_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vfio_pci_core_device *vdev;
	int ret;

	vdev = vfio_alloc_device(vfio_pci_core_device, vdev, &pdev->dev, &vfioscope_test_ops);
	if (IS_ERR(vdev))
		return PTR_ERR(vdev);

	dev_set_drvdata(&pdev->dev, vdev);
	ret = vfio_pci_core_register_device(vdev);
	if (ret)
		vfio_put_device(&vdev->vdev);
	return ret;
}

static void vfioscope_test_remove(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *vdev = dev_get_drvdata(&pdev->dev);

	vfio_pci_core_unregister_device(vdev);
	vfio_put_device(&vdev->vdev);
}

/* Any device, but only by driver_override */
static const struct pci_device_id vfioscope_test_table[] = {
	{ PCI_DRIVER_OVERRIDE_DEVICE_VFIO(PCI_ANY_ID, PCI_ANY_ID) },
	{},
};

MODULE_DEVICE_TABLE(pci, vfioscope_test_table);

static struct pci_driver vfioscope_test_driver = {
	.name = "vfioscope_test",
	.id_table = vfioscope_test_table,
	.probe = vfioscope_test_probe,
	.remove = vfioscope_test_remove,
	.err_handler = &vfio_pci_core_err_handlers,
	.driver_managed_dma = true,
};

static int __init vfioscope_test_init(void)
{
	if (offset_shift != VFIO_PCI_OFFSET_SHIFT && offset_shift != 48) {
		pr_err("vfioscope_test: offset_shift is %u, not 40 or 48\n", offset_shift);
		return -EINVAL;
	}
	return pci_register_driver(&vfioscope_test_driver);
}
module_init(vfioscope_test_init);

static void __exit vfioscope_test_exit(void)
{
	pci_unregister_driver(&vfioscope_test_driver);
}
module_exit(vfioscope_test_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("vfioscope");
MODULE_DESCRIPTION("VFIO PCI variant driver with known behaviour, for vfioscope's tests");
