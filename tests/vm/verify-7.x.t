#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# barbench verify: whose doing it is that widths disagree, on 7.x
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 7.x
guest 7.x verify --dev virtio-rng-pci,addr=05.0
done_testing
