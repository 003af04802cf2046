#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Packs this machine's own qemu-system-x86_64 for a guest, as a client of VFIO there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/guest-image.sh
. "$here/guest-image.sh"

package=qemu-system-x86
program=/usr/bin/qemu-system-x86_64
accelerator=/usr/lib/x86_64-linux-gnu/qemu/accel-tcg-x86_64.so
# What its q35 machine needs to run a multiboot kernel
firmware=(bios-256k.bin kvmvapic.bin linuxboot_dma.bin multiboot_dma.bin)
firmware_dirs=(/usr/share/qemu /usr/share/seabios)

usage() {
	cat <<-END
	Usage: scripts/qemu-image.sh

	Prints the path of a cpio archive, for guest.sh --image, with $program as Debian's
	$package installed it: its libraries, the TCG accelerator and the firmware of a q35 machine.
	It is made anew when the package or a library that it takes has changed, and cached.

	Exit status: 0, or 2 with one line that says what is missing.

	Example:
	  scripts/guest.sh --kernel 6.1 --image "\$(scripts/qemu-image.sh)" -- \\
	          qemu-system-x86_64 -accel tcg -machine q35 -version
	END
}

# Prints where QEMU finds a file of its firmware
firmware_file() {
	local dir

	for dir in "${firmware_dirs[@]}"; do
		[[ ! -f $dir/$1 ]] || { printf '%s\n' "$dir/$1"; return; }
	done
	die "no $1 in ${firmware_dirs[*]}: run scripts/setup.sh"
}

# Prints what tells one image from another: the files that go in, with size and time
contents() {
	local file libraries

	mapfile -t libraries < <(ldd "$program" "$accelerator" | sed -En 's|.*[[:space:]](/[^ ]+) \(0x.*|\1|p' | sort -u)
	stat -L -c '%n %s %Y' "$program" "$accelerator" "${libraries[@]}"
	for file in "${firmware[@]}"; do
		stat -L -c '%n %s %Y' "$(firmware_file "$file")"
	done
}

# The merged /usr of image__skeleton, but without its symbolic links in the archive: those that the
# guest's own image brings must find no other there.
gather() {
	local root=$1 file dir

	for dir in bin sbin lib lib64; do
		mkdir -p "$root/usr/$dir"
		ln -s "usr/$dir" "$root/$dir"
	done
	image__add "$root" "$program" "$program"
	image__add "$root" "$accelerator" "$accelerator"
	for file in "${firmware[@]}"; do
		image__add "$root" "$(firmware_file "$file")" "/usr/share/qemu/$file"
	done
	rm "$root"/{bin,sbin,lib,lib64}
}

main() {
	local store version sum image tmp

	case ${1:-} in
	'') ;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown argument '$1'; try --help" ;;
	esac
	[[ -x $program && -f $accelerator ]] || die "no $program with TCG: run scripts/setup.sh"
	# shellcheck disable=SC2016 # dpkg-query's own variable
	version=$(dpkg-query -W -f '${Version}' "$package") || die "$package is not Debian's: run scripts/setup.sh"

	store=$(cache_dir)/qemu-image
	mkdir -p "$store"
	lock "$store/lock"
	sum=$(contents | sha256sum | head -c 12)
	image=$store/${version#*:}-$sum.cpio
	if [[ ! -f $image ]]; then
		progress "packing $package $version"
		rm -rf "$store"/.tmp.* "$store"/*.cpio
		tmp=$(mktemp -d "$store/.tmp.XXXXXX")
		gather "$tmp/root"
		image__pack "$tmp/root" "$tmp/image"
		mv "$tmp/image" "$image"
		rm -rf "$tmp"
	fi
	printf '%s\n' "$image"
}

main "$@"
