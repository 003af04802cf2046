# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Derived device accesses on one kernel against edu's log. Sourced by derived-*.t.
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# derived KERNEL WIDEST: of so many bytes is the widest piece that vfio-pci-core makes there
derived()
{
	local kernel=$1 widest=$2 run
	local log=$vm_tmp/edu-$kernel.log

	vm_device_log "$log"
	guest "$kernel" derived --mem 256 --dev virtio-net-pci,addr=05.0 "${vm_logging[@]}"
	for run in "$vm_sent"/out/*/; do
		run=${run%/}
		judge "${run##*/}" "$vm_dir/derived.py" "$log" "$widest" "$run"
	done
}
