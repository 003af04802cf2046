#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Helpers for commands that run in the guest, there as /opt/lib/guest.sh. Sourced, never run.

# unbind BDF: leaves the device without a driver; nothing to do if it has none
unbind() {
	local dev="/sys/bus/pci/devices/$1"

	if [ ! -e "$dev" ]; then
		echo "unbind: no PCI device $1" >&2
		return 1
	fi
	[ ! -e "$dev/driver" ] || echo "$1" >"$dev/driver/unbind" || return 1
	echo >"$dev/driver_override" || return 1
	if [ -e "$dev/driver" ]; then
		echo "unbind: $1 is still bound to $(basename "$(readlink "$dev/driver")")" >&2
		return 1
	fi
}

# bind DRIVER BDF: binds the device to this driver and no other, and checks that it is bound.
# The kernel reports nothing if the name is wrong.
bind() {
	local dev="/sys/bus/pci/devices/$2" bound=none

	unbind "$2" || return 1
	echo "$1" >"$dev/driver_override" || return 1
	echo "$2" >/sys/bus/pci/drivers_probe || return 1
	[ ! -e "$dev/driver" ] || bound=$(basename "$(readlink "$dev/driver")")
	if [ "$bound" != "$1" ]; then
		echo "bind: $2 is bound to $bound, not to $1" >&2
		return 1
	fi
}

# settle: waits until 4 s after boot, when the kernel's own late work is over. For measurements.
settle() {
	local up rest

	while read -r up rest </proc/uptime && [ "${up%.*}" -lt 4 ]; do
		sleep 0.1
	done
	: "$rest"
}
