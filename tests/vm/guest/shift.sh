# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# shift.sh KERNEL: regions are told apart where the driver puts the index at bit 48, beside one that
# has it at 40; reported by the driver, given, and assumed
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh
# shellcheck source=tests/vm/guest/scripts.sh
. /opt/vm/scripts.sh

{ widths read BAR2 0 64; offsets write BAR2; own_region_script; config_script; } >ram
edu_script >edu
ok "the test driver goes in" test_driver offset_shift=48
ok "$RAM is bound to it" bind vfioscope_test "$RAM"
ok "$EDU is bound to vfio-pci" bind vfio-pci "$EDU"

shift_of() { awk -v name="$1" '$1 == name && $2 ~ /:/ { print $7, $8 }' "$2"; }

# On a CPU each, if there are two: see exact.sh
cat >clients <<'END'
client --cpu 1 -o edu.expect 0000:00:03.0 edu &
client --cpu 0 -o ram.expect 0000:00:04.0 ram && wait $!
END
trace reported --attach fentry -- sh ./clients
merge ./*.expect >expect
check_run "reported" expect
is "the test driver reported 48" "$(shift_of "$RAM" log)" "48 reported"
is "vfio-pci reported 40" "$(shift_of "$EDU" log)" "40 reported"

# Who reports depends on the kernel, what follows does not.
[ "$1" = 6.1 ] || done_testing

# open_before: has the device open before a trace begins, until the file go is there
open_before()
{
	rm -f ./*.expect ready go
	client -o ram.expect --ready ready --go go "$RAM" ram &
	wait_for test -e ready
}

# The device is open before the trace begins, and its client has asked for its regions: we ask again.
open_before
trace asked -- sh -c 'touch go; while [ ! -e ram.expect ]; do usleep 20000; done'
is "asked: the test driver reported 48" "$(shift_of "$RAM" log)" "48 reported"
merge ram.expect >expect
check_run "asked" expect

# But not where we may not have a file of the client's, which has more capabilities. Two traces at
# once, the inner one is told.
open_before
vfioscope() { /opt/bin/setpriv --bounding-set -sys_ptrace vfioscope "$@"; }
trace assumed --attach kprobe -- sh -c 'vfioscope trace -o given.json --attach kprobe --offset-shift 48 \
	-- sh -c "touch go; while [ ! -e ram.expect ]; do usleep 20000; done" >given.log 2>&1'
is "assumed: says so" "$(shift_of "$RAM" log)" "40 assumed"
merge ram.expect >expect
n=$(total expect)
has "assumed: nothing is lost" "issued $n counted $n lost 0" log
cells run.json >counted
is "assumed: what is no region's offset goes to a cell of its own" "$(cut -d, -f2 counted | sort -u)" bad
mv given.json run.json
mv given.log log
check_run "given" expect
is "given: says so" "$(shift_of "$RAM" log)" "48 given"
done_testing
