#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Unpacks the libraries of another architecture, to build against and to run on.
#
# They are Debian 12's, as those of a native build are. The C library's headers are the cross
# compiler's own; what runs is this tree's, with its security updates. Debian has no static archive
# of libsmartcols, libpci and libcmocka, so programs are linked dynamically, as native ones are.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

suite=bookworm
# Newer packages are not looked for within this time
resolve_max_age=$((6 * 3600))

packages=(
	libbpf-dev libelf-dev zlib1g-dev libjansson-dev libsmartcols-dev libpci-dev
	libcmocka-dev liburing-dev
	# what those need when a program runs
	libc6 libbpf1 libelf1 zlib1g libjansson4 libsmartcols1 libpci3 libudev1 libcmocka0 liburing2
	# C.UTF-8; locales are in a machine's byte order
	libc-bin
	# makes skeletons; the host's refuses objects of the other byte order
	bpftool libcap2
)

usage() {
	cat <<-'END'
	Usage: scripts/sysroot.sh ARCH
	       scripts/sysroot.sh --libraries ARCH PROGRAM...

	Prints a directory with Debian 12's libraries for ARCH (s390x), fetched if they are not in the
	cache. `make ARCH=s390x` builds against it.

	  --libraries  print the shared libraries and the loader that the PROGRAMs need instead, one
	               HOST:GUEST a line, as guest.sh --add takes them

	Exit status: 0, or 2 with one line that names the package that cannot be had.
	END
}

# assemble DIR TREE...: puts the unpacked packages together, with /usr merged as Debian has it
assemble() {
	local root=$1 tree link
	shift

	mkdir -p "$root/usr/lib"
	ln -s usr/lib "$root/lib"
	for tree; do
		[[ ! -d $tree/lib ]] || cp -a "$tree/lib/." "$root/usr/lib/" || return 1
		[[ ! -d $tree/usr ]] || cp -a "$tree/usr/." "$root/usr/" || return 1
	done
	# or they would lead out of the tree
	while IFS= read -r -d '' link; do
		ln -snfr "$root$(readlink "$link")" "$link"
	done < <(find "$root" -type l -lname '/*' -print0)
}

# build: makes $roots/ARCH-HASH, named by its packages' versions, and points $roots/ARCH at it
build() {
	local trees name tmp

	trees=$("$here/fetch-deb.sh" --arch "$arch" "$suite" "${packages[@]}") || return 1
	name=$arch-$(md5sum <<<"$trees" | cut -c 1-12)
	if [[ ! -d $roots/$name ]]; then
		mapfile -t trees <<<"$trees"
		progress "putting ${#trees[@]} packages together for $arch"
		tmp=$(mktemp -d "$roots/.tmp.XXXXXX")
		assemble "$tmp" "${trees[@]}" || die "cannot put a sysroot together in $tmp"
		chmod 755 "$tmp"
		mv -T "$tmp" "$roots/$name"
	fi
	ln -sfn "$name" "$roots/$arch"
	touch "$roots/$arch.stamp"
}

# libraries ROOT PROGRAM...: asks the loader, as ldd does
libraries() {
	local root=$1 program out lib
	shift

	for program; do
		out=$("qemu-$arch" -L "$root" -E LD_TRACE_LOADED_OBJECTS=1 "$program") ||
			die "cannot ask what libraries $program needs"
		[[ $out != *'not found'* ]] || die "$program: missing: $(grep 'not found' <<<"$out")"
		sed -En 's|^[[:space:]]*([^ ]+ => )?(/[^ ]+) \(0x.*|\2|p' <<<"$out"
	done | sort -u | while read -r lib; do
		printf '%s:%s\n' "$root$lib" "$lib"
	done
}

main() {
	local arch mode=print cache roots root

	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	--libraries) mode=libraries; shift ;;
	esac
	arch=${1:-}
	[[ $arch == s390x ]] || die "no sysroot for '$arch': only s390x; try --help"
	shift
	[[ $mode != print || $# -eq 0 ]] || die "unknown argument '$1'; try --help"

	cache=$(cache_dir)
	roots=$cache/sysroots
	mkdir -p "$roots"
	lock "$roots/lock"
	if ! fresh "$roots/$arch.stamp" "$resolve_max_age"; then
		rm -rf "$roots"/.tmp.*
		build || [[ -d $roots/$arch ]] || exit 2
	fi
	root=$(cd "$roots/$arch" && pwd -P)
	case $mode in
	print) printf '%s\n' "$root" ;;
	libraries) libraries "$root" "$@" ;;
	esac
}

main "$@"
