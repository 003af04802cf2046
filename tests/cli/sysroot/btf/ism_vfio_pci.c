// SPDX-License-Identifier: GPL-2.0-only
#include "ops.h"

READ_HANDLER(ism_vfio_pci_read)
WRITE_HANDLER(ism_vfio_pci_write)
