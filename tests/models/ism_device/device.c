// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "device.h"

#define MSIX_CAPABILITY 0x40

static const struct region {
	const char *name;
	uint64_t size;
} regions[VFIO_PCI_NUM_REGIONS] = {
	[VFIO_PCI_BAR0_REGION_INDEX] = { "BAR0", ISM_BAR0_SIZE },
	[VFIO_PCI_BAR1_REGION_INDEX] = { "BAR1", 0 },
	[VFIO_PCI_BAR2_REGION_INDEX] = { "BAR2", ISM_BAR2_SIZE },
	[VFIO_PCI_BAR3_REGION_INDEX] = { "BAR3", 0 },
	[VFIO_PCI_BAR4_REGION_INDEX] = { "BAR4", ISM_BAR4_SIZE },
	[VFIO_PCI_BAR5_REGION_INDEX] = { "BAR5", 0 },
	[VFIO_PCI_ROM_REGION_INDEX] = { "ROM", 0 },
	[VFIO_PCI_CONFIG_REGION_INDEX] = { "CONFIG", ISM_CONFIG_SIZE },
	[VFIO_PCI_VGA_REGION_INDEX] = { "VGA", 0 },
};

uint64_t device__region_size(uint32_t region)
{
	return region < VFIO_PCI_NUM_REGIONS ? regions[region].size : 0;
}

const char *device__region_name(uint32_t region)
{
	return region < VFIO_PCI_NUM_REGIONS ? regions[region].name : NULL;
}

uint32_t device__nr_irqs(uint32_t kind)
{
	return kind == VFIO_PCI_MSIX_IRQ_INDEX ? ISM_MSIX_VECTORS : 0;
}

/* @bytes: 2 or 4, little-endian as all of PCI */
static void put(uint8_t *config, int offset, int bytes, uint32_t value)
{
	for (int i = 0; i < bytes; i++)
		config[offset + i] = value >> 8 * i;
}

/* The class is 0, "non-VGA unclassified device", as the real one's. */
static void reset_config(uint8_t *config)
{
	memset(config, 0, ISM_CONFIG_SIZE);
	put(config, PCI_VENDOR_ID, 2, ISM_VENDOR_ID);
	put(config, PCI_DEVICE_ID, 2, ISM_DEVICE_ID);
	put(config, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	for (int bar = 0; bar < PCI_STD_NUM_BARS; bar += 2)
		put(config, PCI_BASE_ADDRESS_0 + 4 * bar, 4, PCI_BASE_ADDRESS_MEM_TYPE_64);
	put(config, PCI_SUBSYSTEM_VENDOR_ID, 2, ISM_VENDOR_ID);
	put(config, PCI_CAPABILITY_LIST, 2, MSIX_CAPABILITY);
	put(config, MSIX_CAPABILITY, 2, PCI_CAP_ID_MSIX);
	put(config, MSIX_CAPABILITY + PCI_MSIX_FLAGS, 2, ISM_MSIX_VECTORS - 1);
	put(config, MSIX_CAPABILITY + PCI_MSIX_TABLE, 4, ISM_MSIX_TABLE | 4);
	put(config, MSIX_CAPABILITY + PCI_MSIX_PBA, 4, ISM_MSIX_PENDING | 4);
}

void device__reset(struct device *device)
{
	reset_config(device->config);
	for (int i = 0; i < ISM_BAR2_SIZE; i++)
		device->bar2[i] = ism_byte(i);
	memset(device->bar4, 0, sizeof(device->bar4));
	device->gone = false;
}

/* The bits of a byte of configuration space that can be written. */
static uint8_t writable(uint32_t offset)
{
	uint32_t bar = (offset - PCI_BASE_ADDRESS_0) / 8 * 2, byte = offset % 8;

	switch (offset) {
	case PCI_COMMAND:
		return PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	case PCI_COMMAND + 1:
		return PCI_COMMAND_INTX_DISABLE >> 8;
	case PCI_BASE_ADDRESS_0 ... PCI_BASE_ADDRESS_5 + 3:
		return ~(regions[bar].size - 1) >> 8 * byte;
	case MSIX_CAPABILITY + PCI_MSIX_FLAGS + 1:
		return (PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL) >> 8;
	default:
		return 0;
	}
}

static void write_config(struct device *device, uint64_t offset, const uint8_t *data, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t *byte = &device->config[offset + i], mask = writable(offset + i);

		*byte = (*byte & ~mask) | (data[i] & mask);
	}
}

/* Memory of the region, NULL for BAR0, whose contents are computed. */
static uint8_t *memory_of(struct device *device, uint32_t region)
{
	switch (region) {
	case VFIO_PCI_BAR2_REGION_INDEX:
		return device->bar2;
	case VFIO_PCI_BAR4_REGION_INDEX:
		return device->bar4;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return device->config;
	default:
		return NULL;
	}
}

static int fault(struct device *device, uint64_t offset)
{
	if (offset < ISM_FAULTS)
		return 0;
	switch ((offset - ISM_FAULTS) / ISM_PAGE) {
	case ISM_REFUSE:
		return -EIO;
	case ISM_GONE:
		device->gone = true;
		return 0;
	case ISM_BACK:
		device->gone = false;
		return 0;
	case ISM_HANG_UP:
		return -ECONNRESET;
	case ISM_SLOW_1MS:
		usleep(1000);
		return 0;
	case ISM_SLOW_10MS:
		usleep(10000);
		return 0;
	case ISM_SLOW_100MS:
		usleep(100000);
		return 0;
	default:
		return 0;
	}
}

static int check(struct device *device, uint32_t region, uint64_t offset, size_t count)
{
	uint64_t size = device__region_size(region);
	int err = 0;

	if (offset >= size || count > size - offset)
		return -EINVAL;
	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		return 0;
	if (region == VFIO_PCI_BAR0_REGION_INDEX)
		err = fault(device, offset);
	return device->gone ? -ENODEV : err;
}

int device__read(struct device *device, uint32_t region, uint64_t offset, void *data, size_t count)
{
	const uint8_t *memory = memory_of(device, region);
	int err = check(device, region, offset, count);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		((uint8_t *)data)[i] = memory ? memory[offset + i] : ism_byte(offset + i);
	return 0;
}

int device__write(struct device *device, uint32_t region, uint64_t offset, const void *data,
		  size_t count)
{
	uint8_t *memory = memory_of(device, region);
	int err = check(device, region, offset, count);

	if (err)
		return err;
	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		write_config(device, offset, data, count);
	else if (memory)
		memcpy(memory + offset, data, count);
	return 0;
}
