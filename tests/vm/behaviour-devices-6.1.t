#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Devices and drivers that come and go while traced; open ones; list; a captured tree
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
guest 6.1 behaviour-devices --add "$vm_root/scripts/capture-sysroot.sh:/opt/vm/capture-sysroot.sh"
done_testing
