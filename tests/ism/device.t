#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The real ISM driver on the ISM device model: what the client made, what was counted at the handlers
# and at the device-access hooks, and what reached the device are the same
# shellcheck source=tests/ism/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel s390x
needs_programs
needs_device
ism_guest device
judge "ism device" "$ism_dir/three_ways.py" "$vm_sent/out" "$ism_log"
done_testing
