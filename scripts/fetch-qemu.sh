#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Fetches a qemu-system-s390x that has vfio-user-pci, which Debian 12's own has not. It is not installed
# and runs on any older machine, for it brings all its libraries, libc and dynamic loader included.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

package=qemu-system-s390x
# Not trixie-backports, whose packages and their libraries are in two suites
suite=sid
# A newer version is not looked for within this time
resolve_max_age=$((6 * 3600))

usage() {
	cat <<-END
	Usage: scripts/fetch-qemu.sh

	Prints the path of a program that runs the newest $package of $suite, fetched if it is not in
	the cache. It takes QEMU's arguments and finds QEMU's firmware by itself.

	Exit status: 0, or 2 with one line that names the package that cannot be had.

	Example:
	  "\$(scripts/fetch-qemu.sh)" -device help | grep vfio-user-pci
	END
}

# gather DIR...: puts what the unpacked packages hold together in $tmp, libraries in one directory.
# QEMU is built to look for modules in /usr/lib, where those of an installed, older one make it abort:
# it is told to look nowhere.
gather() {
	mkdir "$tmp/lib"
	find "$@" -path '*/lib/*-linux-gnu/*.so*' ! -path '*-linux-gnu/*/*' -exec cp -dt "$tmp/lib" {} +
	find "$@" -path "*/bin/$package" -exec cp -t "$tmp" {} +
	LC_ALL=C sed -i 's|/usr/lib/\([^/]*-linux-gnu/qemu\)|/nowhere/\1|g' "$tmp/$package"
	find "$@" -path '*/share/qemu' -exec cp -rt "$tmp" {} +
}

write_wrapper() {
	local loader

	loader=$(cd "$tmp/lib" && printf '%s\n' ld-linux*.so.?)
	mkdir "$tmp/bin"
	cat >"$tmp/bin/$package" <<-END
	#!/bin/sh
	here=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
	exec "\$here/lib/$loader" --library-path "\$here/lib" "\$here/$package" -L "\$here/qemu" "\$@"
	END
	chmod 755 "$tmp/bin/$package"
}

# runs: does the program start, and has it the device? If not, why_not says why
runs() {
	local devices

	if ! devices=$("$tmp/bin/$package" -device help 2>&1); then
		why_not=${devices%%$'\n'*}
	elif [[ $devices != *'"vfio-user-pci"'* ]]; then
		why_not='it has no vfio-user-pci'
	fi
	[[ -z ${why_not:-} ]]
}

# build: makes $store/VERSION and points $store/current at it
build() {
	local tree trees version tmp why_not

	tree=$("$here/fetch-deb.sh" "$suite" "$package") || return 1
	version=${tree##*_}
	if [[ ! -d $store/$version ]]; then
		trees=$("$here/fetch-deb.sh" --closure "$suite" "$package") || return 1
		mapfile -t trees <<<"$trees"
		tmp=$(mktemp -d "$store/.tmp.XXXXXX")
		gather "${trees[@]}"
		write_wrapper
		if ! runs; then
			progress "$package $version of $suite does not run here: $why_not"
			return 1
		fi
		chmod 755 "$tmp"
		mv -T "$tmp" "$store/$version"
	fi
	ln -sfn "$version" "$store/current"
	touch "$store/stamp"
}

main() {
	local store

	case ${1:-} in
	'') ;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown argument '$1'; try --help" ;;
	esac

	store=$(cache_dir)/$package
	mkdir -p "$store"
	lock "$store/lock"
	if ! fresh "$store/stamp" "$resolve_max_age"; then
		rm -rf "$store"/.tmp.*
		build || [[ -d $store/current ]] ||
			die "cannot fetch package $package of $suite with its libraries, and the cache has none"
	fi
	printf '%s\n' "$(cd "$store/current" && pwd -P)/bin/$package"
}

main "$@"
