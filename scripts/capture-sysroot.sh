#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Copies what `vfioscope list --sysroot` reads from a live machine, and nothing else. For any POSIX
# shell with readlink, so that it runs on a host where nothing can be installed.
set -eu

usage() {
	cat <<-'END'
	Usage: capture-sysroot.sh DIR

	Copies into the new directory DIR, from /sys: the VFIO devices with their PCI ids, drivers,
	IOMMU groups and modules, and the kernel's and these modules' BTF (5 to 10 MB; it packs well).
	Nothing of a device is read but what the kernel keeps in memory; one that sleeps sleeps on.
	Look at it with: vfioscope list --sysroot DIR
	END
}

die() {
	echo "capture-sysroot.sh: error: $*" >&2
	exit 2
}

# copy_link PATH: the symbolic link /PATH, as it is
copy_link() {
	[ -L "/$1" ] || return 0
	mkdir -p "$out/$(dirname "$1")"
	[ -L "$out/$1" ] || ln -s "$(readlink "/$1")" "$out/$1"
}

# copy_file PATH: the contents of /PATH, if it is there and can be read
copy_file() {
	[ -r "/$1" ] || return 0
	mkdir -p "$out/$(dirname "$1")"
	cat "/$1" >"$out/$1" 2>/dev/null || rm -f "$out/$1"
}

# real PATH: the directory that it is, without the leading slash
real() {
	path=$(readlink -f "$1") && echo "${path#/}"
}

# add_module NAME: its version, its BTF, and those it uses, which have it among their holders
add_module() {
	module=$1
	mkdir -p "$out/sys/module/$module/holders"
	copy_file "sys/module/$module/srcversion"
	copy_file "sys/kernel/btf/$module"
	for holder in "/sys/module/"*"/holders/$module"; do
		[ -L "$holder" ] || continue
		copy_link "${holder#/}"
		used=${holder#/sys/module/}
		copy_file "sys/kernel/btf/${used%%/*}"
	done
}

# add_driver DIR: a driver's directory
add_driver() {
	mkdir -p "$out/$1"
	copy_link "$1/module"
	[ ! -L "/$1/module" ] || add_module "$(basename "$(readlink "/$1/module")")"
}

# add_device NAME: one of /sys/class/vfio-dev
add_device() {
	copy_link "sys/class/vfio-dev/$1"
	vfio_dev=$(real "/sys/class/vfio-dev/$1") || return 0 # it went away
	copy_link "$vfio_dev/device"
	dev=$(real "/$vfio_dev/device") || return 0
	for name in subsystem driver iommu_group; do
		copy_link "$dev/$name"
	done
	for name in vendor device subsystem_vendor subsystem_device class; do
		copy_file "$dev/$name"
	done
	[ ! -L "/$dev/driver" ] || add_driver "$(real "/$dev/driver")"
}

main() {
	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	-*) die "unknown option '$1'; try --help" ;;
	esac
	[ $# -eq 1 ] || die "one directory is wanted; try --help"
	[ ! -e "$1" ] || die "$1 is there already"
	mkdir -p "$1/sys" || exit 2
	out=$1
	copy_file sys/kernel/btf/vmlinux
	[ ! -d /sys/class/vfio-dev ] || mkdir -p "$out/sys/class/vfio-dev"
	for entry in /sys/class/vfio-dev/*; do
		[ ! -L "$entry" ] || add_device "${entry##*/}"
	done
	set -- "$out"/sys/class/vfio-dev/*
	[ -L "$1" ] || set --
	echo "capture-sysroot.sh: $# devices in $out ($(du -sh "$out" | cut -f 1))" >&2
}

main "$@"
