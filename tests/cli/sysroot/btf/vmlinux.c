// SPDX-License-Identifier: GPL-2.0-only
/* A kernel with VFIO built in. */
#include "ops.h"

READ_HANDLER(vfio_pci_core_read)
WRITE_HANDLER(vfio_pci_core_write)
