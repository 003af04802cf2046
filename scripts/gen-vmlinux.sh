#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Regenerates vmlinux/ARCH/vmlinux.h from the BTF of Debian's kernels: of Debian 12's 6.1, the
# oldest that is tested, except for s390x, where that has no BTF and sid's kernel serves, as in tests.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# bpftool is in /usr/sbin, which not everybody's PATH has
PATH=$PATH:/usr/sbin

usage() {
	cat <<-'END'
	Usage: scripts/gen-vmlinux.sh [x86_64|s390x|arm64]...

	Writes vmlinux/ARCH/vmlinux.h for the architectures given (default: all) with the types named
	in vmlinux/types.list, from the newest kernel packages of Debian 12 (s390x: sid). VFIO's types
	come from its modules.
	END
}

# dump OUT FILE [BASE]: the BTF of FILE as JSON
dump() {
	bpftool --json ${3:+-B "$3"} btf dump file "$2" >"$1" || die "cannot read the BTF of $2"
}

# module_file TREE NAME: prints the path of a module, of an unpacked copy if it is compressed
module_file() {
	local ko

	ko=$(find "$1" -name "$2.ko" -o -name "$2.ko.xz")
	[[ -n $ko ]] || die "no module $2 in $1"
	if [[ $ko == *.xz ]]; then
		xz -dc "$ko" >"$tmp/$2.ko"
		ko=$tmp/$2.ko
	fi
	printf '%s\n' "$ko"
}

# generate ARCH DEBARCH SUITE REGEX: from the newest package that matches REGEX
generate() {
	local arch=$1 debarch=$2 suite=$3 package tree modules module ko
	local btf=$tmp/$arch.btf jsons=("$tmp/$arch.json")

	package=$("$here/fetch-deb.sh" --arch "$debarch" --match "$4" "$suite" | tail -n 1)
	[[ -n $package ]] || die "no kernel package for $arch"
	tree=$("$here/fetch-deb.sh" --arch "$debarch" "$suite" "$package") || exit 2
	# since 7.x the modules are in a package of their own
	modules=$("$here/fetch-deb.sh" --arch "$debarch" "$suite" \
		"${package/linux-binary/linux-modules}") || exit 2

	progress "$arch: $package ${tree##*_}"
	python3 "$here/kernel_btf.py" "$(find "$tree" -name 'vmlinuz*' -type f)" "$btf" || exit 2
	dump "${jsons[0]}" "$btf"
	for module in vfio vfio-pci-core; do
		ko=$(module_file "$modules" "$module") || exit 2
		jsons+=("$tmp/$arch-$module.json")
		dump "${jsons[-1]}" "$ko" "$btf"
	done

	# a failed run leaves the old header alone
	python3 "$here/gen_vmlinux.py" "$arch" "$here/../vmlinux/types.list" \
		"from Debian's $package ${tree##*_}" "${jsons[@]}" >"$tmp/$arch.h" || exit 2
	mkdir -p "$here/../vmlinux/$arch"
	cp "$tmp/$arch.h" "$here/../vmlinux/$arch/vmlinux.h"
}

main() {
	local arch tmp

	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	'') set -- x86_64 s390x arm64 ;;
	esac
	tmp=$(mktemp -d)
	# shellcheck disable=SC2064 # tmp is local
	trap "rm -rf '$tmp'" EXIT

	for arch; do
		case $arch in
		x86_64) generate x86_64 amd64 bookworm '^linux-image-6\.1\.[^a-z]*-cloud-amd64$' ;;
		s390x) generate s390x s390x sid '^linux-binary-7\..*-s390x$' ;;
		arm64) generate arm64 arm64 bookworm '^linux-image-6\.1\.[^a-z]*-cloud-arm64$' ;;
		*) die "no such architecture '$arch'; try --help" ;;
		esac
	done
}

main "$@"
