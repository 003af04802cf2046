// SPDX-License-Identifier: GPL-2.0-only
#include "ops.h"

READ_HANDLER(vfio_ccw_mdev_read)
WRITE_HANDLER(vfio_ccw_mdev_write)
