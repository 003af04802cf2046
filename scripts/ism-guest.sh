#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the s390x guest of guest.sh with the ISM device model as a PCI function.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

model=${O:-$here/../out}/tests/ism_device

usage() {
	cat <<-'END'
	Usage: scripts/ism-guest.sh LOG [GUEST.SH OPTION]... -- COMMAND [ARG]...

	As scripts/guest.sh --kernel s390x, with one more function: 0011:00:00.0, an ISM device (1014:04ed;
	BAR0 of 256 TiB, BAR2 of 16 KiB: tests/models/ism_device/registers.h), under a QEMU that
	scripts/fetch-qemu.sh gets. LOG becomes the device's own log of the accesses that reached it.

	  O   where the model was built, by make tests (environment; default: out)

	Exit status: as guest.sh.

	Example:
	  scripts/ism-guest.sh ism.log --mod "$(scripts/build-module.sh s390x)" -- sh -c '
	          . /opt/lib/guest.sh; bind ism_vfio_pci 0011:00:00.0 && dmesg'
	END
}

work='' model_pid='' guest_pid=''

# shellcheck disable=SC2317 # called by the trap
clean_up() {
	# the guest first: its QEMU would wait for a device that is gone
	[[ -z $guest_pid ]] || kill -TERM "$guest_pid" 2>/dev/null || :
	[[ -z $guest_pid ]] || wait "$guest_pid" || :
	[[ -z $model_pid ]] || kill -TERM "$model_pid" 2>/dev/null || :
	[[ -z $model_pid ]] || wait "$model_pid" || :
	[[ -z $work ]] || rm -rf "$work"
}

# The model dies with this script even if it is killed (pdeathsig)
start_model() {
	local tries

	[[ -x $model ]] || die "no $model: make tests"
	setpriv --pdeathsig KILL "$model" --socket "$work/socket" --log "$1" \
		</dev/null >/dev/null 2>"$work/errors" &
	model_pid=$!
	for ((tries = 0; tries < 300; tries++)); do
		[[ ! -S $work/socket ]] || return 0
		kill -0 "$model_pid" 2>/dev/null || break
		sleep 0.1
	done
	die "the device model does not start: $(tail -n 1 "$work/errors")"
}

main() {
	local log=${1:-} qemu device status=0

	case $log in
	-h | --help) usage; exit 0 ;;
	'' | -*) die "LOG must come first; try --help" ;;
	esac
	shift
	qemu=$("$here/fetch-qemu.sh") || exit 2
	trap clean_up EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	work=$(mktemp -d "${TMPDIR:-/tmp}/vfioscope-ism.XXXXXX")
	start_model "$log"
	device='{"driver":"vfio-user-pci","id":"ism0","socket":{"type":"unix","path":"'$work/socket'"}}'
	setpriv --pdeathsig TERM "$here/guest.sh" --kernel s390x --qemu-program "$qemu" \
		--dev zpci,uid=17,fid=33,target=ism0 --dev "$device" "$@" </dev/null &
	guest_pid=$!
	wait "$guest_pid" || status=$?
	guest_pid=''
	exit "$status"
}

main "$@"
