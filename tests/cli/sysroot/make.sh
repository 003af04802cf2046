#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes the trees that `vfioscope list --sysroot` is tested on: make.sh DIR. They have the shape
# of what scripts/capture-sysroot.sh brings from a machine, but BTF that stands alone, compiled from
# btf/*.c: that of a real kernel has megabytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
objcopy=$(command -v llvm-objcopy || compgen -G '/usr/lib/llvm-*/bin/llvm-objcopy' | tail -n 1)

# btf TARGET MODULE...: BTF in byte order bpf (little-endian) or bpfeb (big-endian)
btf()
{
	local target=$1 module made

	shift
	mkdir -p "$tree/sys/kernel/btf"
	for module in "$@"; do
		made=$objects/$target.$module
		if [ ! -e "$made" ]; then
			clang -target "$target" -g -O0 -c -o "$made.o" "$here/btf/$module.c"
			"$objcopy" --dump-section ".BTF=$made" "$made.o" /dev/null
		fi
		cp "$made" "$tree/sys/kernel/btf/$module"
	done
}

# module NAME [USES...]: NAME uses functions of the other modules
module()
{
	local name=$1 used

	shift
	mkdir -p "$tree/sys/module/$name/holders"
	for used in "$@"; do
		mkdir -p "$tree/sys/module/$used/holders"
		ln -s "../../$name" "$tree/sys/module/$used/holders/$name"
	done
}

# driver BUS NAME [MODULE]: without a module it is built in
driver()
{
	local dir="$tree/sys/bus/$1/drivers/$2"

	mkdir -p "$dir"
	[ -z "${3:-}" ] || ln -s "../../../../module/$3" "$dir/module"
}

# device BUS DRIVER GROUP PATH: PATH is below /sys/devices; its last part is the device's name
device()
{
	local dir="$tree/sys/devices/$4" name=${4##*/} up

	up=$(dirname "$4" | sed 's|[^/]*|..|g')
	mkdir -p "$dir/vfio-dev/vfio$nr" "$tree/sys/class/vfio-dev"
	ln -s "$up/../../bus/$1" "$dir/subsystem"
	[ -z "$2" ] || ln -s "$up/../../bus/$1/drivers/$2" "$dir/driver"
	[ -z "$3" ] || ln -s "$up/../../kernel/iommu_groups/$3" "$dir/iommu_group"
	ln -s "../../../$name" "$dir/vfio-dev/vfio$nr/device"
	ln -s "../../devices/$4/vfio-dev/vfio$nr" "$tree/sys/class/vfio-dev/vfio$nr"
	nr=$((nr + 1))
}

# pci PATH VENDOR DEVICE SUBVENDOR SUBDEVICE CLASS
pci()
{
	local dir="$tree/sys/devices/$1"

	echo "0x$2" >"$dir/vendor"
	echo "0x$3" >"$dir/device"
	echo "0x$4" >"$dir/subsystem_vendor"
	echo "0x$5" >"$dir/subsystem_device"
	echo "0x$6" >"$dir/class"
}

tree() { tree=$1 nr=0; mkdir -p "$tree/sys"; }

tree vfio-pci # two devices, listed by name whatever their numbers
btf bpf vfio_pci_core vfio_pci
module vfio_pci vfio_pci_core
driver pci vfio-pci vfio_pci
device pci vfio-pci 14 pci0000:00/0000:00:02.0/0000:81:00.1
pci pci0000:00/0000:00:02.0/0000:81:00.1 8086 1572 8086 0007 020000
device pci vfio-pci 13 pci0000:00/0000:00:01.0/0000:03:00.0
pci pci0000:00/0000:00:01.0/0000:03:00.0 fffe 0001 fffe 0001 ff0000
echo 1A2B3C4D5E6F708192A3B4C >"$tree/sys/module/vfio_pci/srcversion"

tree variant # a driver with handlers of its own beside one without
btf bpf vfio_pci_core vfio_pci hisi_acc_vfio_pci
module vfio_pci vfio_pci_core
module hisi_acc_vfio_pci vfio_pci_core
driver pci vfio-pci vfio_pci
driver pci hisi_acc_vfio_pci hisi_acc_vfio_pci
device pci hisi_acc_vfio_pci 20 pci0000:74/0000:75:00.1
pci pci0000:74/0000:75:00.1 fffe 0002 fffe 0002 ff0000
device pci vfio-pci 21 pci0000:74/0000:75:00.2
pci pci0000:74/0000:75:00.2 fffe 0003 fffe 0003 ff0000

tree ism # s390x: the other byte order, PCI functions without a bridge
btf bpfeb vfio_pci_core ism_vfio_pci
module ism_vfio_pci vfio_pci_core
driver pci ism_vfio_pci ism_vfio_pci
device pci ism_vfio_pci 0 pci0010:00/0010:00:00.0
pci pci0010:00/0010:00:00.0 fffe 04ed fffe 04ed 000000

tree mdev # s390x: a mediated channel device, known by its UUID
btf bpfeb vfio_ccw
module vfio_ccw mdev
driver mdev vfio_ccw_mdev vfio_ccw
device mdev vfio_ccw_mdev 7 css0/0.0.0313/2c0e2f6a-8b1d-4d8e-9a77-0123456789ab

tree no-btf # a variant driver built without BTF: whatever handlers it has are not known
btf bpf vfio_pci_core vfio_pci
module vfio_pci vfio_pci_core
module nvgrace_gpu_vfio_pci vfio_pci_core
driver pci nvgrace-gpu-vfio-pci nvgrace_gpu_vfio_pci
driver pci vfio-pci vfio_pci
device pci nvgrace-gpu-vfio-pci 9 pci0000:00/0000:01:00.0
pci pci0000:00/0000:01:00.0 fffe 0004 fffe 0004 030200
device pci vfio-pci 10 pci0000:00/0000:02:00.0
pci pci0000:00/0000:02:00.0 fffe 0005 fffe 0005 ff0000

tree no-btf-at-all
module vfio_pci vfio_pci_core
driver pci vfio-pci vfio_pci
device pci vfio-pci 10 pci0000:00/0000:02:00.0
pci pci0000:00/0000:02:00.0 fffe 0005 fffe 0005 ff0000

tree bad-btf # a file that is no BTF, and one cut short
btf bpf vfio_pci_core vfio_pci
truncate -s 100 "$tree/sys/kernel/btf/vfio_pci_core"
echo 'no BTF' >"$tree/sys/kernel/btf/vfio_pci"
module vfio_pci vfio_pci_core
driver pci vfio-pci vfio_pci
device pci vfio-pci 10 pci0000:00/0000:02:00.0

tree built-in # the driver has no module, its handlers are the kernel's
btf bpf vmlinux
driver pci vfio-pci
device pci vfio-pci 5 pci0000:00/0000:00:03.0
pci pci0000:00/0000:00:03.0 fffe 0006 fffe 0006 ff0000

tree hostile # names that drive a terminal, break lines or JSON, or are no UTF-8
evil=$'\e[31m"red\\\n\xff\xc2\x9b'$'\u202eevil'
module "$evil"
driver pci "$evil" "$evil"
device pci "$evil" 1 "pci0000:00/0000:00:03.0"
printf '\e]0;title\a\n' >"$tree/sys/module/$evil/srcversion"
device pci '' x "pci0000:00/$evil"
printf '0x10de"\n' >"$tree/sys/devices/pci0000:00/$evil/vendor"
printf '\xff\n' >"$tree/sys/devices/pci0000:00/$evil/device"

tree sparse # devices that lack all that can be lacking, or went away while they were captured
device platform '' '' platform/bare
ln -s ../../devices/gone "$tree/sys/class/vfio-dev/vfio7"

tree no-devices # VFIO is loaded and nothing is bound
mkdir -p "$tree/sys/class/vfio-dev" "$tree/sys/module/vfio"

tree nothing
