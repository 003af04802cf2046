# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Exact offsets on one kernel. Sourced by offsets-*.t.
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# offsets KERNEL FLAVOUR...
offsets()
{
	local kernel=$1 run

	shift
	guest "$kernel" offsets --dev qemu-xhci,addr=05.0 --dev e1000,addr=06.0 -- "$@"
	for run in "$vm_sent"/out/*/; do
		run=${run%/}
		judge "${run##*/}" "$vm_dir/offsets.py" "$run"
		ok "${run##*/}: vfioscope reads it" "$vm_out/bin/vfioscope" report -o /dev/null "$run/run.json"
	done
}
