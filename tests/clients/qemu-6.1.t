#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian's QEMU on vfio-pci, driven by qtest and by a program in its machine, on 6.1: what is counted is what the
# device saw; of a mapped BAR nothing is, and the device saw it all the same
# shellcheck source=tests/clients/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
needs_qemu
clients_guest 6.1 qemu -- qtest multiboot
judge "qemu on 6.1" "$clients_dir/qemu.py" "$clients_log" 4 "$vm_sent/out"
judge "review" "$clients_dir/review.py" "$vm_out/bin/vfioscope" "$vm_root/user/policies/ism-v4.json" \
	"$clients_log" 4 "$vm_sent/out"
done_testing
