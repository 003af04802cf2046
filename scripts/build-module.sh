#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds a kernel module for a guest's kernel.
#
# The kernel 6.1 is of the distribution that this runs on, whose compiler fits. The others have
# compilers and tools of their own, which run in a chroot: see build-chroot.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/build-host.sh
. "$here/build-host.sh"
# shellcheck source=scripts/build-chroot.sh
. "$here/build-chroot.sh"

usage() {
	cat <<-'END'
	Usage: scripts/build-module.sh [--fetch] [KERNEL [MODULE]]

	Builds MODULE for the KERNEL of scripts/fetch-kernel.sh (6.1, 7.x or s390x; default 6.1), with
	BTF, and prints its path, O/modules/RELEASE/MODULE.ko. Does nothing more if it is up to date.

	  vfioscope_test  the test variant driver, tests/models/vfioscope_test (default)
	  ism-vfio-pci    Linux' own variant driver for ISM devices, from Debian's kernel source
	                  (s390x only, and the default there)

	  --fetch  only fetches what that needs, and prints nothing
	  O        output directory (environment; default: out)
	  V        1 shows the commands of the build (environment)

	Exit status: 0, 2 with one line that names what cannot be had, or 1 if it cannot be built.
	END
}

# not_built WHY
not_built() {
	printf '%s: error: cannot build %s for %s: %s\n' "${0##*/}" "$module" "$release" "$1" >&2
	exit 1
}

# has_btf FILE
has_btf() { [[ $(readelf -SW "$1") == *' .BTF '* ]]; }

# Is the module newer than all it is made of?
up_to_date() {
	[[ -e $out/$module.ko ]] || return 1
	[[ -z $(find "$source" "$here"/build-*.sh -newer "$out/$module.ko" -print -quit) ]] &&
		[[ $out/$module.ko -nt $tools ]]
}

build() {
	rm -f "$out/$module.ko"
	"${how}__build" || not_built "see above"
	has_btf "$out/$module.ko.new" || not_built "it has no BTF"
	mv "$out/$module.ko.new" "$out/$module.ko"
}

# check_names: KERNEL and MODULE; sets how
check_names() {
	case $name in
	6.1) how=host ;;
	7.x | s390x) how=chroot ;;
	*) die "'$name' is no kernel: 6.1, 7.x or s390x; try --help" ;;
	esac
	case $module:$name in
	vfioscope_test:* | ism-vfio-pci:s390x) ;;
	*) die "there is no module '$module' for the kernel $name; try --help" ;;
	esac
}

main() {
	local fetch_only='' name module how kernel release version tools source out

	case ${1:-} in
	-h | --help) usage; exit 0 ;;
	--fetch) fetch_only=1; shift ;;
	esac
	name=${1:-6.1}
	module=${2:-vfioscope_test}
	[[ $name != s390x || -n ${2:-} ]] || module=ism-vfio-pci
	check_names

	kernel=$("$here/fetch-kernel.sh" "$name") || exit 2
	release=$(<"$kernel/release")
	version=$(basename "$kernel")
	version=${version#"$release-"}
	"${how}__fetch"
	[[ -z $fetch_only ]] || exit 0

	source=$here/../tests/models/$module
	[[ $module != ism-vfio-pci ]] || source=$tools/usr/src/ism
	mkdir -p "${O:-$here/../out}/modules/$release"
	out=$(cd "${O:-$here/../out}/modules/$release" && pwd -P)
	lock "$out/.lock"
	up_to_date || build
	printf '%s\n' "$out/$module.ko"
}

main "$@"
