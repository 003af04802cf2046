# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Tests with Linux' own ISM driver in an s390x guest, in TAP: tests/vm/lib.sh with another kernel.
# Sourced by *.t.
#
#   . "$(dirname "$0")/lib.sh"
#   needs_kernel s390x
#   ism_guest harness [GUEST.SH OPTION]... [-- ARG...]
#   done_testing
#
# It has besides what tests/vm/lib.sh says
#   /opt/vm/                  also tests/ism/guest/*, whose ism.sh has the helpers
#   /opt/ko/ism-vfio-pci.ko   not inserted
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

ism_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1

# ism_guest SCRIPT [GUEST.SH OPTION]... [-- ARG...]
ism_guest()
{
	local script=$1

	shift
	guest s390x "$script" --add "$ism_dir/guest:/opt/vm" "$@"
}
