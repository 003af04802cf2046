# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Tests in a guest, in TAP. Sourced by *.t, which run on the host and need no privileges.
#
#   . "$(dirname "$0")/lib.sh"
#   needs_kernel 6.1                    or the whole test is skipped, with the reason
#   guest 6.1 smoke [GUEST.SH OPTION]... [-- ARG...]
#   done_testing
#
# `guest` boots one guest, which runs guest/smoke.sh KERNEL ARG..., and passes its TAP on. It finds
#   /opt/bin/{vfioscope,barbench,CLIENTS} (CLIENTS: what tests/vm/*.c are built to)
#   /opt/vm/                              guest/*, whose lib.sh has the helpers
#   /opt/ko/vfioscope_test.ko             the test driver; not inserted
# A guest that dies, hangs or ends before it has run its plan is a "not ok" with its console.
#
# O   what was built (environment; default: out)

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
vm_root=$(cd "$vm_dir/../.." && pwd) || exit 1
vm_out=$(realpath -m "${O:-$vm_root/out}")
# How a guest is booted: takes guest.sh's options
vm_boot=("$vm_root/scripts/guest.sh" --kernel)

vm_tests=0
vm_failures=0
vm_tmp=$(mktemp -d "${TMPDIR:-/tmp}/vfioscope-vm.XXXXXX") || exit 1
trap 'rm -rf "$vm_tmp"' EXIT

diag() { sed 's/^/# /'; }

# result ok|"not ok" NAME
result()
{
	vm_tests=$((vm_tests + 1))
	[ "$1" = ok ] || vm_failures=$((vm_failures + 1))
	echo "$1 $vm_tests - $2"
}

# For what only the host can tell: ok NAME COMMAND...
ok()
{
	local name=$1

	shift
	if "$@"; then
		result ok "$name"
	else
		result "not ok" "$name"
		printf '%q ' "$@" | sed 's/^/# failed: /'
		echo
	fi
}

done_testing()
{
	echo "1..$vm_tests"
	[ "$vm_failures" -eq 0 ]
	exit
}

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# needs_kernel NAME: fetches it and what modules for it are built with, unless they are cached
needs_kernel()
{
	"$vm_root/scripts/build-module.sh" --fetch "$1" 2>"$vm_tmp/fetch" ||
		skip_all "the kernel $1 and its tools cannot be had: $(tail -n 1 "$vm_tmp/fetch")"
}

# Fills the array vm_adds with what every guest has.
vm_make_adds()
{
	local program driver libraries programs=() suffix=''

	[ "$1" != s390x ] || suffix=-s390x # where cross-built programs go
	vm_adds=(--add "$vm_dir/guest:/opt/vm")
	for program in "$vm_out/bin$suffix"/{vfioscope,barbench} "$vm_out/tests$suffix/vm"/*; do
		[[ -f $program && -x $program ]] || continue
		programs+=("$program")
		vm_adds+=(--add "$program:/opt/bin/${program##*/}")
	done
	if [ "$1" = s390x ] && [ ${#programs[@]} -gt 0 ]; then
		libraries=$("$vm_root/scripts/sysroot.sh" --libraries s390x "${programs[@]}") || return 1
		for program in $libraries; do
			vm_adds+=(--add "$program")
		done
	fi
	[ "$1" = s390x ] || [ -x "$vm_out/bin/vfioscope" ] ||
		{ echo "not built: make tests" >&2; return 1; }
	driver=$(O=$vm_out "$vm_root/scripts/build-module.sh" "$1" | tail -n 1)
	[ -f "$driver" ] || { echo "the driver could not be built" >&2; return 1; }
	vm_adds+=(--add "$driver:/opt/ko/${driver##*/}")
}

# Passes TAP lines on, with numbers of our own; the rest becomes diagnostics. Sets planned and ran.
vm_pass_on()
{
	local line

	planned='' ran=0
	while IFS= read -r line; do
		if [[ $line =~ ^(ok|not\ ok)\ [0-9]+\ -\ (.*)$ ]]; then
			result "${BASH_REMATCH[1]}" "$prefix${BASH_REMATCH[2]}"
			ran=$((ran + 1))
		elif [[ $line =~ ^1\.\.([0-9]+)$ ]]; then
			planned=${BASH_REMATCH[1]}
		elif [[ $line == '#'* ]]; then
			printf '%s\n' "$line"
		else
			printf '# %s\n' "$line"
		fi
	done
}

# judge NAME PROGRAM ARG...: passes on what a program says that judges what a guest left
judge()
{
	local planned ran prefix='' name=$1

	shift
	vm_pass_on < <(python3 "$@" 2>&1)
	ok "$name: the run was judged" [ "${planned:-0}" -gt 0 -a "${planned:-0}" -eq "$ran" ]
}

# vm_device_log FILE: fills the array vm_logging with options of guest.sh, with which QEMU writes each
# access that reaches a device model to FILE. device_log.py reads it.
vm_device_log()
{
	vm_logging=(
		--qemu -trace --qemu 'memory_region_ops_*' --qemu -d --qemu guest_errors
		--qemu -D --qemu "$1"
	)
}

# guest KERNEL SCRIPT [GUEST.SH OPTION]... [-- ARG...]. What the guest left in /out is in $vm_sent.
guest()
{
	local kernel=$1 script=$2 options=() planned ran status=0 vm_adds prefix=${vm_prefix:-}

	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	vm_sent=$(mktemp -d "$vm_tmp/$script-$kernel.XXXXXX")
	if ! vm_make_adds "$kernel" 2>"$vm_sent/errors"; then
		result "not ok" "${prefix}the guest can be made"
		diag <"$vm_sent/errors"
		return 1
	fi
	"${vm_boot[@]}" "$kernel" --timeout 900 --out "$vm_sent/out" \
		--console "$vm_sent/console" "${vm_adds[@]}" "${options[@]}" -- \
		sh "/opt/vm/$script.sh" "$kernel" "$@" >"$vm_sent/tap" 2>"$vm_sent/errors" \
		</dev/null || status=$?
	vm_pass_on <"$vm_sent/tap"
	if [ "$status" -ne 0 ] && [ "$status" -ne 1 ] || [ -z "$planned" ] || [ "$planned" -ne "$ran" ]; then
		result "not ok" "${prefix}$script ran to its end on $kernel"
		echo "# status $status, $ran tests run, ${planned:-none} planned"
		diag <"$vm_sent/errors"
		return 1
	fi
	return 0
}
