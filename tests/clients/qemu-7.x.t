#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian's QEMU on vfio-pci, driven by qtest, on 7.x: what is counted is what the
# device saw; of a mapped BAR nothing is, and the device saw it all the same
# shellcheck source=tests/clients/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 7.x
needs_qemu
clients_guest 7.x qemu -- qtest
judge "qemu on 7.x" "$clients_dir/qemu.py" "$clients_log" 8 "$vm_sent/out"
judge "review" "$clients_dir/review.py" "$vm_out/bin/vfioscope" "$vm_root/user/policies/ism-v4.json" \
	"$clients_log" 8 "$vm_sent/out"
done_testing
