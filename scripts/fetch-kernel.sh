#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Fetches a stock Debian cloud kernel for the x86_64 guest.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# A newer kernel is not looked for within this time
resolve_max_age=$((6 * 3600))

usage() {
	cat <<-'END'
	Usage: scripts/fetch-kernel.sh 6.1|7.x

	Prints a directory with a kernel for the guest, fetched if it is not in the cache:
	  vmlinuz   release (its name)   config   modules/ (all .ko files, uncompressed, flat)

	  6.1   Debian 12's own, the newest with security updates
	  7.x   the newest 7.x of trixie-backports
	END
}

# meta_image SUITE: prints PACKAGE=VERSION of the newest cloud kernel of the suite
meta_image() {
	"$here/fetch-deb.sh" --resolve linux-image-cloud-amd64 "$1" | grep '^linux-image-'
}

# Prints the packages that hold the kernel NAME of VERSION: one until 6.x, then three
packages_of() {
	local name=$1 version=$2

	case $name in
	6.1) printf '%s\n' "linux-image-$release=$version" ;;
	*) printf '%s\n' linux-{binary,modules,base}-"$release=$version" ;;
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

# build NAME: makes $kernels/RELEASE and points $kernels/NAME at it
build() {
	local name=$1 suite=bookworm image release version tmp packages trees

	[[ $name == 6.1 ]] || suite=trixie-backports
	image=$(meta_image "$suite") || return 1
	version=${image#*=}
	release=${image%%=*}
	release=${release#linux-image-}
	[[ $release == "${name%x}"* ]] || die "the newest cloud kernel of $suite is $release, not $name"

	if [[ ! -d $kernels/$release-$version ]]; then
		mapfile -t packages < <(packages_of "$name" "$version")
		trees=$("$here/fetch-deb.sh" "$suite" "${packages[@]}") || return 1
		mapfile -t trees <<<"$trees"
		tmp=$(mktemp -d "$kernels/.tmp.XXXXXX")
		gather "${trees[@]}"
		chmod 755 "$tmp"
		mv -T "$tmp" "$kernels/$release-$version"
	fi
	ln -sfn "$release-$version" "$kernels/$name"
	touch "$kernels/$name.stamp"
}

main() {
	local name=${1:-} cache kernels

	case $name in
	6.1 | 7.x) ;;
	-h | --help) usage; exit 0 ;;
	*) die "'$name' is no kernel: 6.1 or 7.x; try --help" ;;
	esac

	cache=$(cache_dir)
	kernels=$cache/kernels
	mkdir -p "$kernels"
	lock "$kernels/lock"
	if ! fresh "$kernels/$name.stamp" "$resolve_max_age"; then
		rm -rf "$kernels"/.tmp.*
		build "$name" || [[ -d $kernels/$name ]] ||
			die "cannot fetch the kernel $name, and the cache has none"
	fi
	(cd "$kernels/$name" && pwd -P)
}

main "$@"
