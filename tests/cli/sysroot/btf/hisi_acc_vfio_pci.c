// SPDX-License-Identifier: GPL-2.0-only
/* A variant driver: handlers of its own, which call those of vfio_pci_core. */
#include "ops.h"

READ_HANDLER(hisi_acc_vfio_pci_read)
WRITE_HANDLER(hisi_acc_vfio_pci_write)
