#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the test variant driver for the guest's kernel.
#
# Debian's headers need two helps for an out-of-tree module to get BTF: a vmlinux to base it on (a
# private copy of the headers gets one that holds nothing but BTF) and a resolve_btfids, which has
# nothing to do for a module without BTF id sets and is a stub.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

model=vfioscope_test
source_dir=$here/../tests/models/$model

usage() {
	cat <<-'END'
	Usage: scripts/build-model.sh [6.1]

	Builds tests/models/vfioscope_test for the kernel of scripts/fetch-kernel.sh and prints the
	module's path, O/models/RELEASE/vfioscope_test.ko. Does nothing more if it is up to date.

	  O   output directory (environment; default: out)
	  V   1 shows the commands of the build (environment)
	END
}

# make_btf_elf VMLINUZ OUT: an ELF file with the kernel's BTF and nothing else, a base for pahole
make_btf_elf() {
	local dir
	dir=$(dirname "$2")

	python3 "$here/kernel_btf.py" "$1" "$dir/vmlinux.btf" || die "no BTF in $1"
	: | ${CC:-gcc} -x c -c -o "$dir/empty.o" -
	objcopy --add-section .BTF="$dir/vmlinux.btf" "$dir/empty.o" "$2"
	rm -f "$dir/empty.o" "$dir/vmlinux.btf"
}

# make_headers OUT VERSION: a private tree to build modules in, made of the unpacked packages
make_headers() {
	local out=$1 version=$2 tmp common kbuild flavour trees

	common=linux-headers-${release%-cloud-amd64}-common
	trees=$("$here/fetch-deb.sh" bookworm "linux-headers-$release=$version" \
		"$common=$version" "linux-kbuild-${release%%.0-*}=$version") || exit 2
	mapfile -t trees <<<"$trees"

	tmp=$(mktemp -d "$(dirname "$out")/.tmp.XXXXXX")
	mkdir -p "$tmp/src" "$tmp/lib"
	flavour=$tmp/src/linux-headers-$release
	kbuild=$tmp/lib/linux-kbuild-${release%%.0-*}
	cp -a "${trees[0]}/usr/src/linux-headers-$release" "$flavour"
	cp -a "${trees[1]}/usr/src/$common" "$tmp/src/"
	cp -a "${trees[2]}/usr/lib/linux-kbuild-${release%%.0-*}" "$kbuild"

	# the only absolute path in the packages
	sed -i "s|/usr/src/|$out/src/|" "$flavour/Makefile"
	make_btf_elf "$kernel/vmlinuz" "$flavour/vmlinux"
	if [[ ! -e $kbuild/tools/bpf/resolve_btfids/resolve_btfids ]]; then
		mkdir -p "$kbuild/tools/bpf/resolve_btfids"
		printf '#!/bin/sh\nexit 0\n' >"$kbuild/tools/bpf/resolve_btfids/resolve_btfids"
		chmod +x "$kbuild/tools/bpf/resolve_btfids/resolve_btfids"
	fi
	mv -T "$tmp" "$out"
}

# build: makes $out/$model.ko from a copy of the source, so that kbuild writes nothing beside it
build() {
	local work=$out/build verbose=()
	[[ ${V:-} == 1 ]] && verbose=(V=1)

	rm -rf "$work"
	mkdir -p "$work"
	cp "$source_dir"/{Kbuild,*.c} "$work/"
	make -s "${verbose[@]}" -C "$headers/src/linux-headers-$release" M="$work" W=1 modules >&2 ||
		die "cannot build $model for $release"
	strip --strip-debug "$work/$model.ko"
	objdump -h "$work/$model.ko" | grep -q ' \.BTF ' || die "$model.ko has no BTF"
	mv "$work/$model.ko" "$out/$model.ko"
	rm -rf "$work"
}

# up_to_date: is the module newer than all it is made of?
up_to_date() {
	[[ -e $out/$model.ko ]] || return 1
	[[ -z $(find "$source_dir" "$headers/src/linux-headers-$release/Makefile" "$here/build-model.sh" \
		-newer "$out/$model.ko" -print -quit) ]]
}

main() {
	local name=${1:-6.1} kernel release version headers out

	case $name in
	-h | --help) usage; exit 0 ;;
	6.1) ;;
	*) die "no test driver for kernel '$name': only 6.1; try --help" ;;
	esac

	kernel=$("$here/fetch-kernel.sh" "$name") || exit 2
	release=$(<"$kernel/release")
	version=$(basename "$kernel")
	version=${version#"$release-"}
	headers=$(cache_dir)/headers/$release-$version
	mkdir -p "$(dirname "$headers")"
	mkdir -p "${O:-$here/../out}/models/$release"
	out=$(cd "${O:-$here/../out}/models/$release" && pwd -P)

	(
		lock "$(dirname "$headers")/lock"
		[[ -d $headers ]] || make_headers "$headers" "$version"
	)
	lock "$out/.lock"
	up_to_date || build
	printf '%s\n' "$out/$model.ko"
}

main "$@"
