# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Tests with Linux' own ISM driver in an s390x guest, in TAP: tests/vm/lib.sh with another kernel.
# Sourced by *.t.
#
#   . "$(dirname "$0")/lib.sh"
#   needs_kernel s390x
#   needs_programs                      or the whole test is skipped, with the reason
#   needs_device                        the same
#   ism_guest harness [GUEST.SH OPTION]... [-- ARG...]
#   done_testing
#
# It has besides what tests/vm/lib.sh says
#   /opt/vm/                  also tests/ism/guest/*, whose ism.sh has the helpers
#   /opt/ko/ism-vfio-pci.ko   not inserted
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

ism_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1

# needs_programs: builds for s390x what a guest runs
needs_programs()
{
	local log=$vm_tmp/build out=${O:-out} # as make was given it: its dependency files have that name

	{ command -v qemu-s390x && command -v s390x-linux-gnu-gcc; } >/dev/null ||
		skip_all 'no qemu-s390x or no s390x-linux-gnu-gcc: run scripts/setup.sh'
	"$vm_root/scripts/sysroot.sh" s390x >"$log" 2>&1 ||
		skip_all "the libraries for s390x cannot be had: $(tail -n 1 "$log")"
	mkdir -p "$vm_out"
	# Two tests may run at once
	flock "$vm_out/.s390x.lock" env -u MAKEFLAGS make -C "$vm_root" -j2 ARCH=s390x "O=$out" all \
		"$out"/tests-s390x/vm/{client,map_reader} >"$log" 2>&1 && return
	result "not ok" "it builds for s390x"
	diag <"$log"
	done_testing
}

# needs_device: the guest has the ISM device model, 0011:00:00.0, whose log will be $ism_log
needs_device()
{
	"$vm_root/scripts/fetch-qemu.sh" >/dev/null 2>"$vm_tmp/fetch" ||
		skip_all "a QEMU with vfio-user-pci cannot be had: $(tail -n 1 "$vm_tmp/fetch")"
	ism_log=$vm_tmp/device-log
	vm_boot=(env "O=$vm_out" "$vm_root/scripts/ism-guest.sh" "$ism_log" --kernel)
}

# ism_guest SCRIPT [GUEST.SH OPTION]... [-- ARG...]
ism_guest()
{
	local script=$1

	shift
	guest s390x "$script" --add "$ism_dir/guest:/opt/vm" "$@"
}
