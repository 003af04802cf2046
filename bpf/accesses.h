/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device accesses: the loads and stores that a handler's call issued, by their own width. Where all of
 * them go through a function they are observed, and kept with the call in flight until it ends; else
 * they follow from offset and width, where vfio-pci-core's rule is known to hold.
 */
#ifndef VFIOSCOPE_BPF_ACCESSES_H
#define VFIOSCOPE_BPF_ACCESSES_H

#include "device.h"
#include "pci.h"

#if VS_OBSERVES_ACCESSES

static __always_inline void flight_begin(struct vs_start *slot)
{
	slot->flight = (struct vs_flight){};
}

static __always_inline void count_observed(struct vs_cell *cell, const struct vs_start *slot)
{
	for (int i = 0; slot && i < VS_ACCESSES; i++)
		cell->accesses[i] += slot->flight.accesses[i];
}

#else

static __always_inline void flight_begin(struct vs_start *slot)
{
}

static __always_inline void count_observed(struct vs_cell *cell, const struct vs_start *slot)
{
}

#endif

/*
 * The largest naturally aligned piece that fits, again and again: vfio_pci_core_do_io_rw() in
 * drivers/vfio/pci/vfio_pci_rdwr.c. First up to the widest alignment, then the bulk, then what is left.
 */
static __always_inline void count_derived(struct vs_cell *cell, __u64 pos, __u64 length)
{
	for (int i = VS_ACCESS_1; i < VS_ACCESS_8; i++) {
		__u64 piece = 1 << i;

		if (piece < config.widest_access && (pos & piece) && length >= piece) {
			cell->accesses[i]++;
			pos += piece;
			length -= piece;
		}
	}
	for (int i = VS_ACCESS_8; i >= VS_ACCESS_1; i--) {
		if (1 << i > config.widest_access)
			continue;
		cell->accesses[i] += length >> i;
		length &= (1 << i) - 1;
	}
}

/* Not of one that failed: it may have issued some. */
static __always_inline void count_accesses(struct vs_cell *cell, const struct vs_start *slot,
					   __u64 pos, __s64 ret)
{
	cell->irregular++;
	if (config.widest_access && ret > 0)
		count_derived(cell, pos, ret);
	count_observed(cell, slot);
}

#define IORESOURCE_MEM 0x200 /* linux/ioport.h */

/* Without the one that holds the MSI-X table, which the core does not touch. */
static __always_inline __u32 memory_bars_of(__u64 vdev)
{
	struct vfio_pci_core_device *core = core_device(vdev);
	const struct pci_dev *pdev = BPF_CORE_READ(core, pdev);
	__u32 bars = 0;

	for (int i = 0; i < VS_STANDARD_BARS; i++)
		if (BPF_CORE_READ(resource_of(pdev, i), flags) & IORESOURCE_MEM)
			bars |= 1 << i;
	return bars & ~(1U << (BPF_CORE_READ(core, msix_bar) & 31));
}

/* Once a device, by a copy of the programs that has its handler. */
static __always_inline void device_meet(struct vs_device *dev)
{
	if (dev->met)
		return;
	if (config.widest_access)
		dev->memory_bars = memory_bars_of(dev->vdev);
	dev->met = 1;
}

#endif
