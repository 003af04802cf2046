# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The contended matrix of one kernel configuration. Sourced by contended-*.t.
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# contended KERNEL FLAVOURS [GUEST.SH OPTION]...
contended()
{
	local kernel=$1 flavours=$2 run

	shift 2
	# shellcheck disable=SC2086 # words
	guest "$kernel" contended --smp 2 "$@" -- $flavours
	for run in "$vm_sent"/out/*/; do
		run=${run%/}
		judge "${run##*/}" "$vm_dir/judge.py" "$run"
	done
}
