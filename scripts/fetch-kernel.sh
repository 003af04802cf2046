#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Fetches a stock Debian kernel for a guest.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# A newer kernel is not looked for within this time
resolve_max_age=$((6 * 3600))

usage() {
	cat <<-'END'
	Usage: scripts/fetch-kernel.sh [--companions] 6.1|7.x|s390x

	Prints a directory with a kernel for the guest, fetched if it is not in the cache:
	  vmlinuz   release (its name)   config   modules/ (all .ko files, uncompressed, flat)
	  and for s390x a busybox, static

	  6.1     Debian 12's own cloud kernel, the newest with security updates
	  7.x     the newest 7.x cloud kernel of trixie-backports
	  s390x   the newest 7.x of sid for s390x

	  --companions  prints instead where the packages are unpacked that its modules are built with:
	                the flavour's headers, the common ones, kbuild, and for s390x the kernel's source

	These are fetched with the kernel, so that all fits: the newest that is complete.
	END
}

fetch_deb() { "$here/fetch-deb.sh" "$@"; }

# meta_image SUITE: prints PACKAGE=VERSION of the newest cloud kernel of the suite
meta_image() {
	fetch_deb --resolve linux-image-cloud-amd64 "$1" | grep '^linux-image-'
}

# cloud_kernel SUITE: prints "RELEASE VERSION" of the newest one, which must be a $name
cloud_kernel() {
	local image release

	image=$(meta_image "$1") || return 1
	release=${image%%=*}
	release=${release#linux-image-}
	[[ $release == "${name%x}"* ]] || die "the newest cloud kernel of $1 is $release, not $name"
	printf '%s %s\n' "$release" "${image#*=}"
}

# Prints "RELEASE VERSION" of the s390x kernels of sid and of the cache, newest first. More than one
# while Debian moves to the next.
s390x_kernels() {
	local packages package tree

	packages=$(fetch_deb --arch s390x --match '^linux-binary-7.*-s390x$' sid | tac) || return 1
	for package in $packages; do
		tree=$(fetch_deb --arch s390x sid "$package") || continue
		printf '%s %s\n' "${package#linux-binary-}" "${tree##*_}"
	done
}

# Prints the directories of the unpacked packages that hold the kernel $release of $version: one until
# 6.x, then three
fetch_kernel() {
	local parts=(linux-{binary,modules,base}-"$release=$version")

	case $name in
	6.1) fetch_deb bookworm "linux-image-$release=$version" ;;
	7.x) fetch_deb trixie-backports "${parts[@]}" ;;
	s390x) fetch_deb --arch s390x sid "${parts[@]}" ;;
	esac
}

# Prints those of what its modules are built with. kbuild has programs, which run here. That of 6.1 serves
# all of 6.1, and may be ahead of the signed image: its headers want theirs or a newer one.
fetch_companions() {
	local base=${release%-s390x} # what the packages for all flavours are called after
	base=${base%-cloud-amd64}
	local headers=("linux-headers-$release=$version" "linux-headers-$base-common=$version")

	case $name in
	6.1) fetch_deb bookworm "${headers[@]}" "linux-kbuild-${base%%.0-*}" ;;
	7.x) fetch_deb trixie-backports "${headers[@]}" "linux-kbuild-$base=$version" ;;
	s390x)
		fetch_deb --arch s390x sid "${headers[@]}" &&
			fetch_deb sid "linux-kbuild-$base=$version" &&
			fetch_deb --arch s390x sid "linux-source-${base%.*}=$version"
		;;
	esac
}

# gather DIR...: puts what the unpacked packages hold together in $tmp
gather() {
	local ko

	mkdir "$tmp/modules"
	printf '%s\n' "$release" >"$tmp/release"
	find "$@" -type f \( -name vmlinuz -o -name 'vmlinuz-*' \) -exec cp {} "$tmp/vmlinuz" \;
	find "$@" -type f \( -name config -o -name 'config-*' \) -exec cp {} "$tmp/config" \;
	find "$@" -type f \( -name '*.ko' -o -name '*.ko.xz' \) -exec cp -t "$tmp/modules" {} +
	find "$tmp/modules" -name '*.ko.xz' -print0 | xargs -0r -n 64 -P 2 xz -d

	[[ -s $tmp/vmlinuz ]] || die "no kernel image in $*"
	[[ -s $tmp/config ]] || die "no kernel configuration in $*"
	for ko in irqbypass vfio vfio_iommu_type1 vfio-pci-core vfio-pci; do
		[[ -s $tmp/modules/$ko.ko ]] || die "no module $ko.ko in $*"
	done
}

# add_busybox: for a guest of another architecture
add_busybox() {
	local tree

	tree=$(fetch_deb --arch s390x bookworm busybox-static) || return 1
	cp "$tree/bin/busybox" "$tmp/busybox"
}

# build: makes $kernels/RELEASE-VERSION of $release and $version, unless it is there
build() {
	local trees tmp

	fetch_companions >/dev/null || return 1
	[[ ! -d $kernels/$release-$version ]] || return 0
	trees=$(fetch_kernel) || return 1
	mapfile -t trees <<<"$trees"
	tmp=$(mktemp -d "$kernels/.tmp.XXXXXX")
	gather "${trees[@]}"
	[[ $name != s390x ]] || add_busybox || return 1
	chmod 755 "$tmp"
	mv -T "$tmp" "$kernels/$release-$version"
}

# build_newest: points $kernels/$name at the newest kernel that can be built
build_newest() {
	local release version candidates failed=''

	case $name in
	6.1) candidates=$(cloud_kernel bookworm) || return 1 ;;
	7.x) candidates=$(cloud_kernel trixie-backports) || return 1 ;;
	s390x) candidates=$(s390x_kernels) || return 1 ;;
	esac
	while read -r release version; do
		[[ -z $failed ]] || progress "of $failed not all is there, trying $release"
		if build </dev/null; then
			ln -sfn "$release-$version" "$kernels/$name"
			touch "$kernels/$name.stamp"
			return 0
		fi
		failed=$release
	done <<<"$candidates"
	return 1
}

main() {
	local companions='' name cache kernels release version

	if [[ ${1:-} == --companions ]]; then
		companions=1
		shift
	fi
	name=${1:-}

	case $name in
	6.1 | 7.x | s390x) ;;
	-h | --help) usage; exit 0 ;;
	*) die "'$name' is no kernel: 6.1, 7.x or s390x; try --help" ;;
	esac

	cache=$(cache_dir)
	kernels=$cache/kernels
	mkdir -p "$kernels"
	lock "$kernels/lock"
	if ! fresh "$kernels/$name.stamp" "$resolve_max_age"; then
		rm -rf "$kernels"/.tmp.*
		build_newest || [[ -d $kernels/$name ]] || exit 2 # what is missing has been named
	fi
	if [[ -n $companions ]]; then
		release=$(<"$kernels/$name/release")
		version=$(readlink "$kernels/$name")
		version=${version#"$release-"}
		fetch_companions || exit 2
	else
		(cd "$kernels/$name" && pwd -P)
	fi
}

main "$@"
