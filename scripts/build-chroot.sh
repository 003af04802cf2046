#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds modules with the tools of another Debian release, for build-module.sh. Sourced, never run.
# shellcheck disable=SC2154 # its variables: here, name, module, kernel, release, version, source, out
#
# The packages are unpacked, not installed, into one folder, and make runs in a chroot there. It is
# made once for a kernel: what it needs is of the kernel's version or of the compiler's series.

# Besides the compiler: what kbuild runs, and the libraries of its own programs
chroot_packages=(binutils make dash coreutils sed grep findutils mawk pahole libelf1t64 libssl3t64 zlib1g)

# kbuild_variable NAME FILE: prints a variable of a headers package's .kernelvariables
kbuild_variable() { sed -n "s/^\(override \)\?$1 = //p" "$2"; }

# chroot is in /usr/sbin, which not everybody's PATH has
PATH=$PATH:/usr/sbin

# Prints the directories of all packages that the chroot is made of
chroot_trees() {
	local suite=trixie companions variables series triplet

	[[ $name != s390x ]] || suite=sid
	companions=$("$here/fetch-kernel.sh" --companions "$name") || exit 2
	variables=$(head -n 1 <<<"$companions")/usr/src/linux-headers-$release/.kernelvariables
	series=$(kbuild_variable CC "$variables")
	triplet=$(kbuild_variable CROSS_COMPILE "$variables")
	"$here/fetch-deb.sh" --closure "$suite" "gcc-${series##*gcc-}-$(tr _ - <<<"${triplet%-}")" \
		"${chroot_packages[@]}" || exit 2
	printf '%s\n' "$companions"
}

# make_chroot: $tools, of hard links to the unpacked packages
make_chroot() {
	local tmp tree trees dir source

	trees=$(chroot_trees) || exit 2
	progress "making $tools"
	tmp=$(mktemp -d "$(dirname "$tools")/.tmp.XXXXXX")
	chmod 755 "$tmp"
	mkdir -p "$tmp"/{build,dev,proc,tmp}
	for dir in bin sbin lib lib64; do
		mkdir -p "$tmp/usr/$dir"
		ln -s "usr/$dir" "$tmp/$dir"
	done
	for tree in $trees; do
		cp -al "$tree/." "$tmp/"
	done
	ln -s mawk "$tmp/bin/awk"
	for source in "$tmp"/usr/src/linux-source-*.tar.xz; do
		[[ ! -e $source ]] || unpack_ism "$source" "$tmp/usr/src/ism"
	done
	touch "$tmp" # its time is that of the last package
	mv -T "$tmp" "$tools"
}

# unpack_ism TAR DIR: the ISM driver, laid out as in the kernel's tree
unpack_ism() {
	local top
	top=$(basename "$1" .tar.xz)

	mkdir "$2"
	tar -xJf "$1" -C "$2" --strip-components=4 --occurrence=1 \
		"$top"/drivers/vfio/pci/{ism/main.c,ism/Makefile,vfio_pci_priv.h} ||
		die "$top has no ISM driver"
}

# in_chroot COMMAND ARG...: with nothing of this environment but /dev and /proc (objtool looks for its
# own stack there). An ordinary user gets a user namespace to do it in.
in_chroot() {
	local become_root=()

	((EUID == 0)) || become_root=(--user --map-root-user)
	# shellcheck disable=SC2016 # for the inner shell
	unshare "${become_root[@]}" --mount sh -c '
		mount --rbind /dev "$1/dev" && mount --rbind /proc "$1/proc" || exit
		exec chroot "$@"' sh "$tools" /usr/bin/env -i PATH=/usr/bin "$@"
}

# chroot__fetch: has the chroot in the cache; sets tools, which is where
chroot__fetch() {
	tools=$(cache_dir)/chroots/$release-$version
	mkdir -p "$(dirname "$tools")"
	(
		lock "$(dirname "$tools")/lock"
		[[ -d $tools ]] || make_chroot
	) || exit
	in_chroot true || die "cannot use a chroot here, which building modules for $name takes: are you root?"
}

# chroot__build: makes $out/$module.ko.new from a copy of the source
chroot__build() {
	local headers=/usr/src/linux-headers-$release work dir triplet args=(W=1) status=0
	work=$(mktemp -d "$tools/build/XXXXXX")
	dir=$work

	if [[ $module == ism-vfio-pci ]]; then
		args=(CONFIG_ISM_VFIO_PCI=m)
		dir+=/ism
	fi
	[[ ${V:-} != 1 ]] || args+=(V=1)
	triplet=$(kbuild_variable CROSS_COMPILE "$tools$headers/.kernelvariables")
	cp -r "$source/." "$work/"
	# without -j: the modules are of one file each
	in_chroot make -s -C "$headers" M="${dir#"$tools"}" "${args[@]}" modules >&2 &&
		in_chroot "${triplet}strip" --strip-debug "${dir#"$tools"}/$module.ko" &&
		mv "$dir/$module.ko" "$out/$module.ko.new" || status=1
	rm -rf "$work"
	return $status
}
