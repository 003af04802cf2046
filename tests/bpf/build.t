#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The BPF programs compile for every architecture, with its byte order.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=${O:-out} n=0

check() { # DESCRIPTION COMMAND...
	local name=$1 log
	shift
	n=$((n + 1))
	if log=$("$@" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		printf '%s\n' "$log" | sed 's/^/# /'
	fi
}

elf_data() { # FILE BYTE-ORDER
	readelf -h "$1" | grep -q "Data:.*$2 endian"
}

for arch in x86_64 s390x arm64; do
	order=little
	[ $arch = s390x ] && order=big
	for source in bpf/*.bpf.c; do
		object=$out/obj/$arch/${source%.c}.o
		check "$source for $arch builds" make --no-print-directory "O=$out" "$object"
		check "$object is $order endian" elf_data "$object" $order
	done
done
echo "1..$n"
