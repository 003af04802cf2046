#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Counts are exact: the test driver and a plain vfio-pci device, on 6.1
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
guest 6.1 exact
done_testing
