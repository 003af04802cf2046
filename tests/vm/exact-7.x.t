#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Counts are exact: the test driver and a plain vfio-pci device, on 7.x
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 7.x
guest 7.x exact --smp 2
done_testing
