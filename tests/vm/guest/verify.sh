# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# verify.sh KERNEL: `barbench verify' on a good driver, on one with the big-endian defect, on a device
# that answers widths differently, and on config space
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh

RNG=0000:00:05.0
VERIFY="barbench verify"

# verify NAME STATUS BDF ARG...: text in out, messages in err
verify()
{
	local name="$1" want="$2" status=0

	shift 2
	$VERIFY --log log "$@" >out 2>err || status=$?
	is "$name: exit status" "$status" "$want"
	[ "$status" = "$want" ] || cat out err | diag
}

# fill BDF REGION: no two bytes of a word alike, in its first 256 bytes. Restoring would undo it.
fill()
{
	barbench "$1" --region "$2" --mode pwrite --write --no-restore --length 256 --width 256 \
		--count 1 --reps 1 --warmup 0 --no-latency >/dev/null
}

ok "the test driver goes in" test_driver
ok "$RAM is bound to it" bind vfioscope_test "$RAM"
ok "BAR2 is filled" fill "$RAM" BAR2

verify "dry run" 0 "$RAM" --range BAR2:0x0+0x40 --dry-run
verify "good" 0 "$RAM" --range BAR2:0x0+0x40 --range BAR2:0xfffc0+0x40 -o good.json
cat out | diag
parameter wrong_end Y
verify "defect" 1 "$RAM" --range BAR2:0x0+0x40
cat out | diag
verify "defect9" 1 "$RAM" --range 9:0x0+0x40
cat out | diag
ok "edu" bind vfio-pci "$EDU"
verify "edu" 1 "$EDU" --range BAR0:0+8
cat out | diag
ok "rng" bind vfio-pci "$RNG"
verify "rng" 0 "$RNG" --range CONFIG:0x0+0x100
cat out err | diag
tail -30 log | diag
done_testing
