#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Filters by device, driver, region and direction count exactly their part, on 6.1
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
guest 6.1 filters --dev pci-testdev,membar=64K,addr=05.0 -- place
done_testing
