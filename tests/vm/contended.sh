# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The contended matrix of one kernel configuration. Sourced by contended-*.t.
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# judge DIR: passes on what judge.py says of a run
judge()
{
	local planned ran prefix=''

	vm_pass_on < <(python3 "$vm_dir/judge.py" "$1" 2>&1)
	ok "${1##*/}: the run was judged" [ "${planned:-0}" -gt 0 -a "${planned:-0}" -eq "$ran" ]
}

# contended KERNEL FLAVOURS [GUEST.SH OPTION]...
contended()
{
	local kernel=$1 flavours=$2 run

	shift 2
	# shellcheck disable=SC2086 # words
	guest "$kernel" contended --smp 2 --timeout 600 "$@" -- $flavours
	for run in "$vm_sent"/out/*/; do
		judge "${run%/}"
	done
}
