#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a machine may lack, and devices that cannot be had, on 6.1
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
objcopy --remove-section .BTF "$(O=$vm_out "$vm_root/scripts/build-module.sh" 6.1 | tail -n 1)" "$vm_tmp/no_btf.ko"
guest 6.1 refused --qemu -smp --qemu 1,maxcpus=4 --add /usr/bin/nice:/opt/bin/nice --add "$vm_tmp/no_btf.ko:/opt/ko/no_btf.ko"
done_testing
