#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds modules with this machine's compiler, for build-module.sh. Sourced, never run.
# shellcheck disable=SC2154 # its variables: here, name, module, kernel, release, version, source, out
#
# Debian's headers need two helps for an out-of-tree module to get BTF: a vmlinux to base it on (a
# private copy of the headers gets one that holds nothing but BTF) and a resolve_btfids, which has
# nothing to do for a module without BTF id sets and is a stub.

# make_btf_elf VMLINUZ OUT: an ELF file with the kernel's BTF and nothing else, a base for pahole
make_btf_elf() {
	local dir
	dir=$(dirname "$2")

	python3 "$here/kernel_btf.py" "$1" "$dir/vmlinux.btf" || die "no BTF in $1"
	: | ${CC:-gcc} -x c -c -o "$dir/empty.o" -
	objcopy --add-section .BTF="$dir/vmlinux.btf" "$dir/empty.o" "$2"
	rm -f "$dir/empty.o" "$dir/vmlinux.btf"
}

# make_headers: $tools, a private tree to build modules in, made of the unpacked packages
make_headers() {
	local tmp flavour kbuild trees

	trees=$("$here/fetch-kernel.sh" --companions "$name") || exit 2
	mapfile -t trees <<<"$trees"

	tmp=$(mktemp -d "$(dirname "$tools")/.tmp.XXXXXX")
	mkdir -p "$tmp/src" "$tmp/lib"
	cp -a "${trees[0]}/usr/src/." "${trees[1]}/usr/src/." "$tmp/src/"
	cp -a "${trees[2]}/usr/lib/." "$tmp/lib/"
	flavour=$tmp/src/linux-headers-$release
	kbuild=$(echo "$tmp"/lib/linux-kbuild-*)

	# the only absolute path in the packages
	sed -i "s|/usr/src/|$tools/src/|" "$flavour/Makefile"
	make_btf_elf "$kernel/vmlinuz" "$flavour/vmlinux"
	if [[ ! -e $kbuild/tools/bpf/resolve_btfids/resolve_btfids ]]; then
		mkdir -p "$kbuild/tools/bpf/resolve_btfids"
		printf '#!/bin/sh\nexit 0\n' >"$kbuild/tools/bpf/resolve_btfids/resolve_btfids"
		chmod +x "$kbuild/tools/bpf/resolve_btfids/resolve_btfids"
	fi
	mv -T "$tmp" "$tools"
}

# host__fetch: has the headers in the cache; sets tools, which is where
host__fetch() {
	tools=$(cache_dir)/headers/$release-$version
	mkdir -p "$(dirname "$tools")"
	(
		lock "$(dirname "$tools")/lock"
		[[ -d $tools ]] || make_headers
	) || exit
}

# host__build: makes $out/$module.ko.new from a copy of the source, so that kbuild writes nothing
# beside it
host__build() {
	local work=$out/build verbose=()
	[[ ${V:-} == 1 ]] && verbose=(V=1)

	rm -rf "$work"
	mkdir -p "$work"
	cp "$source"/{Kbuild,*.c} "$work/"
	make -s "${verbose[@]}" -C "$tools/src/linux-headers-$release" M="$work" W=1 modules >&2 || return 1
	strip --strip-debug -o "$out/$module.ko.new" "$work/$module.ko"
	rm -rf "$work"
}
