#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the guest's initramfs, for guest.sh. Sourced, never run.
#
# The same files give the same image, byte for byte: an exact clock (--icount) counts the
# instructions that unpack it, too.

# image__elf FILE: is it an ELF file?
image__elf() {
	local magic=''

	LC_ALL=C read -r -N 4 magic <"$1" 2>/dev/null || :
	[[ $magic == $'\x7fELF' ]]
}

# image__libraries ROOT FILE: copies the shared libraries and the loader that FILE needs
image__libraries() {
	local root=$1 file=$2 out lib

	# fails for static programs, and for ELF files that are no programs
	out=$(ldd "$file" 2>/dev/null) || return 0
	[[ $out != *'not found'* ]] || die "missing library: $(grep 'not found' <<<"$out")"
	while read -r lib; do
		[[ ! -e $root$lib ]] || continue
		mkdir -p "$root${lib%/*}"
		cp -L -- "$lib" "$root$lib"
	done < <(sed -En 's|^[[:space:]]*([^ ]+ => )?(/[^ ]+) \(0x.*|\2|p' <<<"$out")
}

# image__add ROOT HOST GUEST: a file or directory, with the libraries of the programs in it
image__add() {
	local root=$1 host=$2 guest=$3 file

	[[ $guest == /* ]] || die "--add: '$guest' is not an absolute path in the guest"
	[[ -e $host ]] || die "--add: no such file: $host"
	[[ $guest != */ || -d $host ]] || guest+=${host##*/}
	mkdir -p "$root${guest%/*}"
	if [[ -d $host ]]; then
		mkdir -p "$root$guest"
		cp -a -- "$host/." "$root$guest/"
	else
		cp -L --preserve=mode -- "$host" "$root$guest"
	fi
	while IFS= read -r -d '' file; do
		! image__elf "$file" || image__libraries "$root" "$file"
	done < <(find -L "$host" -type f \( -perm /111 -o -name '*.so*' \) ! -name '*.ko' -print0)
}

# image__skeleton ROOT SCRIPTS BUSYBOX: directories (merged /usr, as Debian has it), busybox, and
# what the directory SCRIPTS has for the guest. Which programs busybox has is asked of this machine's
# own, since the guest's may not run here.
image__skeleton() {
	local root=$1 scripts=$2 busybox=$3 dir

	mkdir -p "$root"/{dev,etc/guest/ko,opt/{bin,lib},out,proc,root,run,sys,tmp,var}
	for dir in bin sbin lib lib64; do
		mkdir -p "$root/usr/$dir"
		ln -s "usr/$dir" "$root/$dir"
	done
	cp -L "$busybox" "$root/bin/busybox"
	image__libraries "$root" "$busybox"
	busybox --list | (cd "$root/bin" && grep -vx busybox | xargs -n 1 ln -s busybox)
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	cp "$scripts/guest-init.sh" "$root/init"
	chmod 755 "$root/init"
	cp "$scripts/guest-lib.sh" "$root/opt/lib/guest.sh"
}

# image__modules ROOT LIST FILE.ko...: copies them, to be inserted in this order
image__modules() {
	local root=$1 list=$1/etc/guest/$2 ko to
	shift 2

	touch "$list"
	for ko in "$@"; do
		[[ -f $ko ]] || die "no such module: $ko"
		to=/etc/guest/ko/${ko##*/}
		cp -L -- "$ko" "$root$to"
		printf '%s\n' "$to" >>"$list"
	done
}

# image__pack ROOT FILE: not compressed, since QEMU loads faster than its CPU unpacks
image__pack() {
	(
		cd "$1" || exit
		find . -exec touch -h -d @0 {} +
		find . -print0 | LC_ALL=C sort -z |
			cpio -0 -o -H newc -R 0:0 --reproducible --quiet
	) >"$2"
}
