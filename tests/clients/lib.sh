# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Tests with real clients of vfio-pci in a guest, in TAP: tests/vm/lib.sh with Debian's QEMU in its
# image. Sourced by *.t.
#
#   . "$(dirname "$0")/lib.sh"
#   needs_kernel 6.1
#   needs_qemu                          or the whole test is skipped, with the reason
#   clients_guest 6.1 qemu [GUEST.SH OPTION]... [-- ARG...]
#   done_testing
#
# It has besides what tests/vm/lib.sh says
#   /usr/bin/qemu-system-x86_64
#   /opt/vm/                    also tests/clients/guest/*, whose clients.sh has the helpers
#   /opt/clients/multiboot      multiboot.S
# and edu's own account of what reached it becomes $clients_log.
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

clients_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
clients_log=$vm_tmp/edu.log

needs_qemu()
{
	[ "$(uname -m)" = x86_64 ] || skip_all "the client is this machine's QEMU, for a guest that is x86_64"
	clients_image=$("$vm_root/scripts/qemu-image.sh" 2>"$vm_tmp/image") ||
		skip_all "QEMU cannot be packed for a guest: $(tail -n 1 "$vm_tmp/image")"
}

# clients_guest KERNEL SCRIPT [GUEST.SH OPTION]... [-- ARG...]
clients_guest()
{
	local kernel=$1 script=$2

	shift 2
	vm_device_log "$clients_log"
	guest "$kernel" "$script" --image "$clients_image" "${vm_logging[@]}" \
		--add "$clients_dir/guest:/opt/vm" \
		--add "$vm_out/tests/clients/multiboot:/opt/clients/multiboot" "$@"
}
