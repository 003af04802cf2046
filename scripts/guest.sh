#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots a virtual machine with a stock Debian kernel and VFIO, and runs a command in it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/guest-arch.sh
. "$here/guest-arch.sh"
# shellcheck source=scripts/guest-image.sh
. "$here/guest-image.sh"

usage() {
	cat <<-'END'
	Usage: scripts/guest.sh --kernel 6.1|7.x|s390x [OPTION]... -- COMMAND [ARG]...

	Runs COMMAND in a guest (QEMU, emulated: no KVM, no privileges). Its output appears live on
	stdout, stdout and stderr mixed; its exit status is the status of this script.

	  --kernel 6.1|7.x   the newest of Debian 12, or of trixie-backports (fetched, cached)
	  --kernel s390x     the newest 7.x of sid, on an emulated s390x
	  --smp N            CPUs (1)
	  --mem MB           memory (512)
	  --icount           one guest nanosecond is one guest instruction: exact, repeatable costs
	  --timeout SEC      ends the guest after so many seconds (120)
	  --append TEXT      more for the kernel's command line
	  --dev ARG          one more QEMU -device; repeatable
	  --no-devices       without the default devices
	  --qemu ARG         one more argument for QEMU, as it is; repeatable
	  --qemu-program CMD  another QEMU, for the kernel's architecture; split at blanks
	  --add HOST:GUEST   puts a file or directory into the guest, with the shared libraries of
	                     the programs in it; repeatable
	  --image FILE       a cpio archive that is unpacked in the guest before all else; repeatable
	  --mod FILE.ko      inserts a module after those of VFIO; repeatable, in this order
	  --no-vfio-modules  does not insert the VFIO modules
	  --out DIR          brings back what COMMAND leaves in the guest's /out
	  --tty              COMMAND gets a terminal (a serial line), not a pipe
	  --console FILE     keeps the kernel's console log

	The guest has busybox, /proc, /sys, tracefs, debugfs, bpffs and cgroup2, VFIO with an IOMMU,
	and victims, each alone in its IOMMU group: 0000:00:03.0 (QEMU's edu: registers in BAR0) and
	0000:00:04.0 (ivshmem: 1 MB of RAM in BAR2), or on s390x 0010:00:00.0 (a zPCI function, whose
	domain is its uid: virtio-rng, BAR4). /opt/lib/guest.sh has `bind DRIVER BDF`, `unbind BDF` and
	`settle`. PATH is /bin:/sbin:/usr/bin:/opt/bin. On s390x --add takes that machine's programs, and
	their libraries must be added too: scripts/sysroot.sh --libraries.

	Exit status: that of COMMAND; 124 the time was up; 125 the guest died or did not report
	(its console follows on stderr); 2 wrong usage, or something could not be fetched.

	Examples:
	  scripts/guest.sh --kernel 6.1 -- uname -a
	  scripts/guest.sh --kernel 7.x --add out/bin/vfioscope:/opt/bin/vfioscope -- vfioscope list
	  scripts/guest.sh --kernel 7.x --smp 2 --out results -- sh -c '
	          . /opt/lib/guest.sh; bind vfio-pci 0000:00:04.0 && dmesg >/out/dmesg'
	  scripts/guest.sh --kernel 6.1 --dev pci-testdev,membar=64K,addr=05.0 -- ls /sys/bus/pci/devices
	  scripts/guest.sh --kernel s390x --mod "$(scripts/build-module.sh s390x)" -- sh -c '
	          . /opt/lib/guest.sh; bind ism_vfio_pci 0010:00:00.0 && dmesg'
	END
}

kernel='' smp=1 mem=512 icount='' timeout=120 append='' out='' tty='' console=''
vfio_modules=1 default_devices=1
devices=() qemu_args=() qemu_program=() adds=() images=() mods=() guest_command=()
qemu_pid='' sleep_pid='' work=''

parse_options() {
	while (($# > 0)); do
		case $1 in
		--kernel | --smp | --mem | --timeout | --append | --dev | --qemu | --qemu-program | \
			--add | --image | --mod | --out | --console)
			(($# > 1)) || die "$1 needs a value; try --help"
			;;&
		--kernel) kernel=$2; shift ;;
		--smp) smp=$2; shift ;;
		--mem) mem=$2; shift ;;
		--timeout) timeout=$2; shift ;;
		--append) append+=" $2"; shift ;;
		--dev) devices+=(-device "$2"); shift ;;
		--qemu) qemu_args+=("$2"); shift ;;
		--qemu-program) read -ra qemu_program <<<"$2"; shift ;;
		--add) adds+=("$2"); shift ;;
		--image) images+=("$2"); shift ;;
		--mod) mods+=("$2"); shift ;;
		--out) out=$2; shift ;;
		--console) console=$2; shift ;;
		--icount) icount=1 ;;
		--tty) tty=1 ;;
		--no-vfio-modules) vfio_modules='' ;;
		--no-devices) default_devices='' ;;
		-h | --help) usage; exit 0 ;;
		--) shift; guest_command=("$@"); return ;;
		*) die "unknown argument '$1'; try --help" ;;
		esac
		shift
	done
}

check_options() {
	local add image

	[[ $kernel =~ ^(6\.1|7\.x|s390x)$ ]] || die "--kernel must be 6.1, 7.x or s390x; try --help"
	((${#guest_command[@]} > 0)) || die "no command given after --; try --help"
	[[ $smp =~ ^[1-9][0-9]*$ ]] || die "--smp: '$smp' is no number"
	[[ $mem =~ ^[1-9][0-9]*$ ]] || die "--mem: '$mem' is no number"
	[[ $timeout =~ ^[1-9][0-9]*$ ]] || die "--timeout: '$timeout' is no number of seconds"
	[[ -z $out || ! -e $out || -d $out ]] || die "--out: $out is not a directory"
	for add in ${adds[@]+"${adds[@]}"}; do
		[[ $add == *:* ]] || die "--add: '$add' is not HOST:GUEST"
	done
	for image in ${images[@]+"${images[@]}"}; do
		[[ -f $image ]] || die "--image: no such file: $image"
	done
	arch=$(arch__of "$kernel")
	((${#qemu_program[@]} > 0)) || qemu_program=("qemu-system-$arch")
	command -v "${qemu_program[0]}" >/dev/null || die "no ${qemu_program[0]}: run scripts/setup.sh"
}

# Prints those of the kernel's modules that exist, in this order
existing_modules() {
	local ko

	for ko in "$@"; do
		[[ ! -e $kernel_dir/modules/$ko.ko ]] || printf '%s\n' "$kernel_dir/modules/$ko.ko"
	done
}

make_image() {
	local root=$work/root add vfio=() late

	image__skeleton "$root" "$here" "$arch_busybox"
	for add in ${adds[@]+"${adds[@]}"}; do
		image__add "$root" "${add%:*}" "${add##*:}"
	done
	if [[ -n $vfio_modules ]]; then
		mapfile -t vfio < <(existing_modules irqbypass vfio vfio_virqfd iommufd \
			vfio_iommu_type1 vfio-pci-core vfio-pci)
	fi
	mapfile -t late < <(existing_modules virtio_ring virtio virtio_pci_legacy_dev \
		virtio_pci_modern_dev virtio_pci virtio_blk)
	image__modules "$root" modules ${vfio[@]+"${vfio[@]}"} ${mods[@]+"${mods[@]}"}
	image__modules "$root" late "${late[@]}"
	printf '%s\n' "exec ${guest_command[*]@Q}" >"$root/etc/guest/command"
	echo "/dev/$arch_output" >"$root/etc/guest/output"
	[[ -z $out ]] || touch "$root/etc/guest/out"
	[[ -z $tty ]] || touch "$root/etc/guest/tty"
	image__pack "$root" "$work/own"
	cat ${images[@]+"${images[@]}"} "$work/own" >"$work/initrd"
	rm "$work/own"
}

# Sets qemu_line. "-boot strict" keeps the firmware from reading the report's disk, which would spoil
# an exact clock: disk requests end when the host's thread gets to it. One thread of QEMU emulates all
# CPUs in turns: with a thread for each, QEMU 7.2 can have one CPU run an instruction that another is
# just patching, and the guest dies.
make_qemu_line() {
	# shellcheck disable=SC2054 # the commas are QEMU's
	qemu_line=(
		"${qemu_program[@]}" -accel tcg,thread=single -cpu max
		-m "${mem}M" -smp "$smp" -display none -no-reboot -nodefaults -monitor none
		-boot strict=on -rtc base=2026-01-01,clock=vm -seed 7
		-chardev "file,id=console,path=$work/console" -chardev stdio,id=output,signal=off
		"${arch_machine[@]}"
		-kernel "$kernel_dir/vmlinuz" -initrd "$work/initrd" -append "$arch_append$append"
		-drive "file=$work/report,format=raw,if=none,id=report,cache=unsafe"
		-device "$arch_disk,drive=report,serial=guest-report"
	)
	[[ -z $icount ]] || qemu_line+=(-icount "shift=0,sleep=off")
	[[ -z $default_devices ]] || qemu_line+=("${arch_devices[@]}")
	qemu_line+=(${devices[@]+"${devices[@]}"} ${qemu_args[@]+"${qemu_args[@]}"})
}

# Ends what boot started, if it still runs; QEMU gets 2 s to close its files
end_children() {
	local tries

	[[ -n $qemu_pid ]] || return 0
	kill -TERM "$sleep_pid" 2>/dev/null || :
	kill -TERM "$qemu_pid" 2>/dev/null || :
	for ((tries = 0; tries < 20; tries++)); do
		kill -0 "$qemu_pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$qemu_pid" 2>/dev/null || :
	wait "$qemu_pid" "$sleep_pid" 2>/dev/null || :
	qemu_pid='' sleep_pid=''
}

# shellcheck disable=SC2317 # called by the trap
clean_up() {
	end_children
	[[ -z $work ]] || rm -rf "$work"
}

# boot: one run of QEMU; returns 0 when it ended by itself, 124 when the time was up.
# The children die with this script even if it is killed (pdeathsig).
boot() {
	local ended qemu

	truncate -s 4G "$work/report"
	: >"$work/console"
	setpriv --pdeathsig KILL sleep "$timeout" </dev/null >/dev/null 2>&1 &
	sleep_pid=$!
	setpriv --pdeathsig KILL "${qemu_line[@]}" </dev/null 2>"$work/qemu-errors" &
	qemu_pid=$! qemu=$!
	wait -n -p ended "$qemu_pid" "$sleep_pid" || :
	end_children
	[[ -z $console ]] || cp "$work/console" "$console"
	[[ $ended == "$qemu" ]] || return 124
}

# Prints the status that the guest wrote to the report's disk, if it did
reported_status() {
	local magic='' version='' status=''

	read -r magic version status < <(head -c 512 "$work/report" | tr -d '\0') || :
	[[ $magic == vfioscope-guest && $version == 1 && $status =~ ^[0-9]+$ ]] || return 1
	printf '%s\n' "$status"
}

show_console() {
	sed 's/^/  qemu: /' "$work/qemu-errors" >&2
	tail -n 60 "$work/console" | tr -d '\r' | sed 's/^/  console: /' >&2
}

unpack_out() {
	mkdir -p "$out"
	# a seekable input, so that tar stops at the archive's end
	{ dd of=/dev/null bs=64k count=1 status=none && tar -x -C "$out" --no-same-owner; } \
		<"$work/report" || die "cannot unpack the guest's /out into $out"
}

run() {
	local result=0 status

	boot || result=$?
	if ((result == 124)); then
		progress "the time was up after $timeout s; the end of the guest's console:"
		show_console
		exit 124
	fi
	if ! status=$(reported_status); then
		progress "the guest ended without a report; the end of its console:"
		show_console
		exit 125
	fi
	[[ -z $out ]] || unpack_out
	exit "$status"
}

main() {
	local arch kernel_dir qemu_line
	local arch_machine arch_append arch_disk arch_devices arch_output arch_busybox

	parse_options "$@"
	check_options
	kernel_dir=$("$here/fetch-kernel.sh" "$kernel") || exit 2
	arch__setup
	trap clean_up EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	work=$(mktemp -d "${TMPDIR:-/tmp}/vfioscope-guest.XXXXXX")
	make_image
	make_qemu_line
	run
}

main "$@"
