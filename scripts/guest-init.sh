#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# /init of the guest: mounts, inserts modules, runs the command, reports its status, powers off.
#
# guest.sh puts into /etc/guest: `command` (a shell script), `modules` (paths, in order),
# `late` (modules for the report), `output` (the terminal that the command's output goes to), and the
# flags `out` (send /out back) and `tty` (the command talks to that terminal itself, not through a
# pipe).
#
# The report is a raw disk, so that no text of the kernel or the command can be taken for it:
# a tar of /out from 64 KiB on, and when that is complete, one line in the first sector.

export PATH=/bin:/sbin:/usr/bin:/opt/bin HOME=/root TERM=vt100

fatal() {
	echo "guest-init: $*" >/dev/console
	poweroff -f
}

mount_all() {
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mount -t devtmpfs dev /dev
	mkdir -p /dev/pts /dev/shm
	mount -t devpts devpts /dev/pts
	for dir in /dev/shm /tmp /out /run; do
		mount -t tmpfs tmpfs "$dir"
	done
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing
	mount -t bpf bpf /sys/fs/bpf
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
}

# insert LIST: but not what is there already (a test's own --mod may bring a module of `late`)
insert() {
	while read -r ko; do
		name=$(basename "$ko" .ko | tr - _)
		[ -e "/sys/module/$name" ] || insmod "$ko" || fatal "cannot insert $ko"
	done <"$1"
}

# The command's output goes through a pipe, so that it finds no terminal, unless asked for.
# Whatever the command leaves running may hold the pipe open: it is not waited for longer.
run_command() {
	cd /root || fatal "no /root"
	if [ -e /etc/guest/tty ]; then
		setsid sh -c 'exec sh /etc/guest/command <>"$0" >&0 2>&1' "$output" 3>&-
		status=$?
	else
		mkfifo /run/output
		cat /run/output >&3 &
		sh /etc/guest/command </dev/null >/run/output 2>&1 3>&-
		status=$?
		tries=0
		while kill -0 $! 2>/dev/null && [ $tries -lt 1500 ]; do
			usleep 20000
			tries=$((tries + 1))
		done
	fi
	stty raw <&3 # returns when all is sent
}

report_disk() {
	for dir in /sys/block/vd*; do
		[ "$(cat "$dir/serial" 2>/dev/null)" != guest-report ] || echo "/dev/${dir##*/}"
	done
}

# Written by the driver inserted now: I/O before the command would disturb an exact clock
report() {
	insert /etc/guest/late
	disk=$(report_disk)
	[ -b "$disk" ] || fatal "no disk for the report"
	set -o pipefail
	if [ -e /etc/guest/out ]; then
		tar -c -C /out . | dd of="$disk" bs=64k seek=1 conv=fsync 2>/dev/null ||
			fatal "cannot send /out back"
	fi
	echo "vfioscope-guest 1 $1" | dd of="$disk" bs=512 conv=sync,fsync 2>/dev/null ||
		fatal "cannot write the report"
}

mount_all
hostname guest
ip link set lo up
insert /etc/guest/modules
output=$(cat /etc/guest/output)
exec 3<>"$output" # some terminals forget their settings when nobody has them open
stty raw -echo <&3
echo "guest-init: running the command" >/dev/console
run_command
report "$status"
poweroff -f
