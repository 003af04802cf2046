/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the modelled ISM function looks like from a guest. For tests, too: they work out what they
 * must read from here, and choose a fault by the offset that they access.
 *
 * BAR0, 256 TiB: reads give ism_byte() of each offset. Stores are logged and not kept.
 * BAR2, 16 KiB: control registers. They begin as ism_byte() of their offset and keep what is written,
 *               until the machine is reset or another one connects. A reset within a guest is QEMU's
 *               own affair and does not get here.
 * BAR4, 4 KiB: the MSI-X table and pending bits, as QEMU has to have them. A real function has none.
 *
 * Any width and any alignment is served. Under QEMU each 8 bytes of a PCISTB arrive as a write of 8,
 * in an order of bytes that is QEMU's own; of a load, byte i is that of offset + i.
 */
#ifndef ISM_DEVICE_REGISTERS_H
#define ISM_DEVICE_REGISTERS_H

#include <stdint.h>

#define ISM_VENDOR_ID 0x1014
#define ISM_DEVICE_ID 0x04ed

#define ISM_BAR0_SIZE (1ULL << 48)
#define ISM_BAR2_SIZE 0x4000
#define ISM_BAR4_SIZE 0x1000
#define ISM_CONFIG_SIZE 0x100

#define ISM_MSIX_VECTORS 1
#define ISM_MSIX_TABLE 0x000
#define ISM_MSIX_PENDING 0x800

/*
 * 4 KiB pages of BAR0, from ISM_FAULTS on, that behave in a special way. The page of an access's first
 * byte counts. Whatever page is not named here behaves as the rest of BAR0.
 *
 * QEMU hides errors from its guest: a load that fails gives all ones, which ism_byte() never does, and
 * a store that fails is lost. It tells them on its stderr, and the log here has the errno. When the
 * connection is closed, QEMU waits 5 s for the answer first, and then goes on without the device.
 */
#define ISM_FAULTS (1ULL << 47)
#define ISM_PAGE 0x1000

enum ism_fault {
	ISM_REFUSE = 1, /* the access fails with EIO */
	ISM_GONE = 2, /* this access and all later ones to BARs fail with ENODEV, until */
	ISM_BACK = 3, /* an access here, which succeeds, or a reset of the machine */
	ISM_HANG_UP = 4, /* the access is not answered: the connection is closed */
	ISM_SLOW_1MS = 5, /* the access takes so much longer */
	ISM_SLOW_10MS = 6,
	ISM_SLOW_100MS = 7,
};

/* The contents at an offset; never 0xff. */
static inline uint8_t ism_byte(uint64_t offset)
{
	return (offset * 0x9e3779b97f4a7c15ULL >> 56) % 255;
}

#endif
