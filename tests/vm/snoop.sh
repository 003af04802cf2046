# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Single calls on one kernel. Sourced by snoop-*.t.
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# snoop KERNEL ARG...: as guest/snoop.sh has them
snoop()
{
	local kernel=$1 run

	shift
	guest "$kernel" snoop -- "$@"
	for run in "$vm_sent"/out/*/; do
		run=${run%/}
		judge "${run##*/}" "$vm_dir/snoop.py" "$run"
	done
}
