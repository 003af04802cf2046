#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Installs the Debian packages that building and testing vfioscope needs, if they are missing.
# Silent and quick when there is nothing to do.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

packages=(
	# build
	clang llvm gcc make pkg-config bpftool libc6-dev
	libbpf-dev libelf-dev zlib1g-dev libjansson-dev libsmartcols-dev libpci-dev
	# build for s390x (make ARCH=s390x), and run what was built
	gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user
	# lint
	clang-format clang-tidy cppcheck shellcheck
	# tests: unit, command line, virtual machines, measurements
	libcmocka-dev liburing-dev perl python3 python3-jsonschema hyperfine time file
	bpftrace qemu-system-x86 qemu-system-misc busybox-static cpio xz-utils zstd dwarves
	# kernel modules, built out of tree against Debian's headers of its own kernel; kbuild runs
	# objtool and modpost from linux-kbuild, which need libelf1 (above: libelf-dev)
	gcc-12 binutils kmod
)

usage() {
	cat <<-END
	Usage: scripts/setup.sh
	Installs the Debian packages that building and testing vfioscope needs (Debian 12, as root).
	END
}

# Prints the packages of the list that are not installed
missing_packages() {
	local -A installed=()
	local name status p

	# dpkg-query fails if it does not know a name: that is an answer, too
	# shellcheck disable=SC2016 # dpkg-query's own variables
	while read -r status name; do
		[[ $status == installed ]] && installed[$name]=1
	done < <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || :)

	for p in "${packages[@]}"; do
		[[ -n ${installed[$p]:-} ]] || printf '%s\n' "$p"
	done
}

install_packages() {
	export DEBIAN_FRONTEND=noninteractive
	apt-get -q update >&2 &&
		apt-get -q -y install --no-install-recommends "$@" >&2
}

main() {
	local missing

	case ${1:-} in
	'') ;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown argument '$1'; try --help" ;;
	esac
	command -v dpkg-query >/dev/null || die "this is not Debian: install by hand: ${packages[*]}"

	mapfile -t missing < <(missing_packages)
	((${#missing[@]} > 0)) || exit 0
	((EUID == 0)) || die "not root, cannot install missing packages: ${missing[*]}"

	progress "installing ${#missing[@]} packages: ${missing[*]}"
	retry 3 install_packages "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
	mapfile -t missing < <(missing_packages)
	((${#missing[@]} == 0)) || die "still missing after the installation: ${missing[*]}"
	progress "done"
}

main "$@"
