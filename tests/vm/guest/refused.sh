# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# refused.sh KERNEL: what a machine may lack, and devices that cannot be had: one line with the cause, exit
# status 2, and nothing written
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/behaviour.sh
. /opt/vm/behaviour.sh

# refuses NAME TEXT COMMAND...: exit status 2, TEXT in the one line on stderr, nothing on stdout
refuses()
{
	local name="$1" text="$2"

	shift 2
	echo old >run.json
	"$@" >out 2>err
	is "$name: exit status" $? 2
	has "$name: says so" "$text" err
	is "$name: in one line" "$(wc -l <err)" 1
	ok "$name: nothing on stdout" [ ! -s out ]
	is "$name: the old run stays, and nothing is beside it" "$(cat run.json) $(ls -A | grep -c run.json)" "old 1"
}

modules() { grep -E "/($1)\.ko" "$2" | while read -r ko; do insmod "$ko" || return 1; done; }

# --- no VFIO ---
# vfio_virqfd is a module of its own on 6.1 only
for module in vfio_pci vfio_pci_core vfio_iommu_type1 vfio_virqfd vfio; do
	[ ! -e /sys/module/$module ] || rmmod $module
done
ok "VFIO is gone" [ ! -e /sys/module/vfio ]
refuses "no VFIO" "VFIO is not loaded; load it with: modprobe vfio-pci" vfioscope trace -o run.json
ok "VFIO is back" modules 'vfio.*' /etc/guest/modules
refuses "no device" "no device is bound to a VFIO driver (--wait waits for one)" vfioscope trace -o run.json

# --- devices that are not there, or another driver's ---
refuses "an unknown device" "there is no device 0000:00:1f.7" vfioscope trace -D 0000:00:1f.7 -o run.json
refuses "an unbound device" "device $RAM is bound to no driver; bind it with: driverctl" \
	vfioscope trace -D "$RAM" -o run.json
modules 'virtio.*' /etc/guest/late
refuses "another driver's device" "device 0000:00:1e.0 is bound to virtio-pci, which is no VFIO driver" \
	vfioscope trace -D 0000:00:1e.0 -o run.json
refuses "a driver that is not loaded" "no device is bound to a VFIO driver none: is it loaded?" \
	vfioscope trace --driver none -o run.json
bench="--region BAR2 --count 10 --reps 1 -o run.json"
# shellcheck disable=SC2086 # words
{
	refuses "barbench, an unknown device" "0000:00:1f.7" barbench 0000:00:1f.7 $bench
	refuses "barbench, another driver's device" "virtio-pci" barbench 0000:00:1e.0 $bench
	ok "the device is bound to vfio-pci" bind vfio-pci "$RAM"
	refuses "barbench, a BAR that does not exist" "BAR4" barbench "$RAM" --i-may-reset --region BAR4 \
		--count 10 --reps 1 -o run.json
	refuses "barbench, beyond the BAR" "--offset 0x100000 is beyond BAR2, which has 1048576 bytes" \
		barbench "$RAM" --i-may-reset $bench --offset 1M
	start_client "$RAM" BAR2
	refuses "barbench, a device in use" "$RAM is in use: another process has it" \
		barbench "$RAM" --i-may-reset $bench
	stop_client
}

# --- no BTF of a driver, or of the kernel; no addresses ---
if [ -e /opt/ko/no_btf.ko ]; then
	insmod /opt/ko/no_btf.ko
	bind vfioscope_test "$RAM"
	# It may still be one that leaves all to vfio-pci-core, whose handlers are known.
	vfioscope trace -d 0.1 -o run.json >out 2>err
	is "a driver without BTF: exit status" $? 0
	has "a driver without BTF: a warning" "$RAM may go untraced: its driver's module" err
	has "a driver without BTF: a blind spot" '"kind":"handlers-unknown","answer":"yes"' run.json
	bind vfio-pci "$RAM"
fi
echo 2 >/proc/sys/kernel/kptr_restrict
refuses "hidden addresses" "kernel.kptr_restrict must be below 2" vfioscope trace -o run.json
echo 0 >/proc/sys/kernel/kptr_restrict
mount -t tmpfs tmpfs /sys/kernel/btf
refuses "a kernel without BTF" "this kernel has no BTF (/sys/kernel/btf/vmlinux)" vfioscope trace -o run.json
umount /sys/kernel/btf

# --- memory for CPUs that may come ---
possible=$(sed 's/.*-//' /sys/devices/system/cpu/possible)
if [ "$possible" -gt 0 ]; then
	vfioscope trace -v -d 0.1 >out 2>err
	has "more CPUs are possible: --verbose says so" ", for $((possible + 1)) possible CPUs (1 online)" err
fi

# --- no new kprobe events: what --exact promises cannot be had by kprobe, whoever names it ---
mount -o remount,ro /sys/kernel/tracing
writable="no kprobe event can be made (Read-only file system); tracefs must be mounted at"
refuses "tracefs read-only, --exact --attach kprobe" "exactly by kprobe: $writable" \
	vfioscope trace --exact --attach kprobe -d 0.1 -o run.json
vfioscope trace --exact -d 0.1 -o run.json >out 2>err
status=$?
if [ "$1" = 6.1 ]; then
	is "tracefs read-only, --exact: exit status" $status 2
	has "tracefs read-only, --exact: says so" "exactly by kprobe: $writable" err
else
	is "tracefs read-only, --exact: another method, which is exact" \
		"$status $(grep -o '"method":"[a-z_]*"' run.json | sort -u) $(grep -o '"lost_kind":"[a-z_]*"' run.json | sort -u)" \
		'0 "method":"kprobe_session" "lost_kind":"exact"'
fi
vfioscope trace --attach kprobe -d 0.1 -o run.json >out 2>err
is "tracefs read-only, --attach kprobe: exit status" $? 0
is "tracefs read-only, --attach kprobe: what is lost is not provable" \
	"$(grep -o '"lost_kind":"[a-z_]*"' run.json | sort -u)" '"lost_kind":"unprovable"'
has "tracefs read-only, --attach kprobe: why" "no kprobe events of tracefs (Read-only file system)" out
mount -o remount,rw /sys/kernel/tracing
vfioscope trace --exact --attach kprobe -d 0.1 -o run.json >out 2>err
is "tracefs writable, --exact --attach kprobe: exit status" $? 0

# --- cgroups: of version 2 only, wherever they are mounted ---
umount /sys/fs/cgroup
mount -t tmpfs tmpfs /sys/fs/cgroup
mkdir /sys/fs/cgroup/pids /sys/fs/cgroup/unified
mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
mkdir -p /sys/fs/cgroup/unified/a/b
refuses "a cgroup of version 1" "/sys/fs/cgroup/pids is no directory of a cgroup2 file system" \
	vfioscope trace --cgroup /sys/fs/cgroup/pids -d 0.1 -o run.json
vfioscope trace --cgroup /sys/fs/cgroup/unified/a -o run.json -- sh -c "
	echo \$\$ >/sys/fs/cgroup/unified/a/b/cgroup.procs
	exec barbench $RAM --i-may-reset --region BAR2 --mode pread --width 4 --count 1009 --warmup 0 --reps 1 \
		--no-latency -q -o bench.json" >out 2>err
is "a hybrid hierarchy: the cgroup's accesses are counted" "$(counted run.json)" "$(sum issued bench.json)"

# --- lockdown, which lasts until the next boot ---
mount -t securityfs securityfs /sys/kernel/security
vfioscope trace -d 0.1 >out 2>err
is "before the lockdown: it traces" $? 0
echo confidentiality >/sys/kernel/security/lockdown
refuses "lockdown" "the kernel is locked down (confidentiality), which forbids tracing" \
	vfioscope trace -o run.json
done_testing
