#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What differs between the machines that guest.sh boots. Sourced by it, never run.
# shellcheck disable=SC2034,SC2154 # its variables: arch, kernel_dir, default_devices, smp, icount

# arch__of KERNEL: the architecture of a kernel of fetch-kernel.sh
arch__of() {
	case $1 in
	s390x) echo s390x ;;
	*) echo x86_64 ;;
	esac
}

# arch__setup: sets, for $arch,
#   arch_machine   QEMU arguments: the machine, where the kernel's console and the output go
#   arch_append    the kernel's command line
#   arch_disk      QEMU's device for the report's disk
#   arch_devices   QEMU arguments: the default devices
#   arch_output    the guest's name of the terminal for the output
#   arch_busybox   the guest's busybox
arch__setup() { "arch__$arch"; }

# The report's disk sits at 1e.0, out of the way of devices added by hand.
# shellcheck disable=SC2054 # the commas are QEMU's
arch__x86_64() {
	arch_machine=(
		-M q35 -serial chardev:console -serial chardev:output
		-device intel-iommu,intremap=on
	)
	# On a busy host QEMU's timer may come too late for the kernel's test of it at boot.
	arch_append='console=ttyS0 intel_iommu=on quiet panic=-1 oops=panic mitigations=off nokaslr no_timer_check'
	arch_disk=virtio-blk-pci,addr=1e.0
	arch_devices=(
		-device edu,addr=03.0
		-object memory-backend-ram,id=hm,size=1M,share=on
		-device ivshmem-plain,memdev=hm,addr=04.0
	)
	arch_output=ttyS1
	arch_busybox=$(command -v busybox) || die "no busybox: run scripts/setup.sh"
}

# There is one serial line for programs only, so the output has a virtio console. All but the devices
# for tests is on the channel bus: PCI is theirs.
# shellcheck disable=SC2054
arch__s390x() {
	arch_machine=(
		-M s390-ccw-virtio -serial chardev:console
		-device virtio-serial-ccw -device virtconsole,chardev=output
	)
	arch_append='console=ttysclp0 quiet panic=-1 oops=panic nokaslr'
	arch_disk=virtio-blk-ccw
	arch_devices=(
		-device zpci,uid=16,fid=32,target=rng
		-device virtio-rng-pci,id=rng,disable-legacy=on
	)
	arch_output=hvc0
	arch_busybox=$kernel_dir/busybox
}
