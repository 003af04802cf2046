# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# verify.sh KERNEL: `barbench verify' tells a good driver from one with the big-endian defect, and a device
# that answers widths differently from both; it puts back what it writes, and keeps out of capabilities
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh

RNG=0000:00:05.0 # virtio: vendor-specific capabilities, one of which reaches the BARs
START=BAR2:0x0+0x40
END=BAR2:0xfffc0+0x40

# verify NAME STATUS BDF ARG...: text in out, messages in err, accesses in log
verify()
{
	local name="$1" want="$2" status=0

	shift 2
	rm -f log
	barbench verify --log log "$@" >out 2>err || status=$?
	is "$name: exit status" "$status" "$want"
	[ "$status" = "$want" ] || cat out err | diag
}

# fill BDF OFFSET: no two bytes of a word of BAR2 alike
fill()
{
	barbench "$1" --region BAR2 --offset "$2" --mode pwrite --write --no-restore --length 64 --width 64 \
		--count 1 --reps 1 --warmup 0 --no-latency >barbench.out
}

# words: of the RAM that the tests write, seen without VFIO
words()
{
	local bar offset

	bar=$(awk 'NR == 3 { print $1 }' "/sys/bus/pci/devices/$RAM/resource")
	for offset in 0 4 60 0xfffc0 0xfffd8; do
		devmem $((bar + offset)) 32 || return 1
	done
}

# logged: accesses in the log, and those of them that have a result
logged() { awk '/^[0-9]/ { n++; if (NF > 5) done++ } END { print n + 0, done + 0 }' log; }

accesses() { sed -n 's/.*, \([0-9]*\) accesses; AER.*/\1/p' out; }

ok "the test driver goes in" test_driver
ok "$RAM is bound to it" bind vfioscope_test "$RAM"
ok "BAR2 is filled" fill "$RAM" 0
ok "BAR2 is filled at its end" fill "$RAM" 0xfffc0

verify "dry run" 0 "$RAM" --range $START --range $END --dry-run
ok "dry run: nothing is logged" [ ! -e log ]

verify "good" 0 "$RAM" --range $START --range $END -o good.json
has "good: says so" "result: ok; 92 of 128 bytes compared; mismatches: driver 0, device 0, undecided 0" out
is "good: every access is logged, and has a result" "$(logged)" "$(accesses) $(accesses)"
is "good: 321 reads, each three times" "$(accesses)" 963
has "good: across the end they are short" "  read      8  ........  ........   sssssss" out
has "good: the log's file system is told" "is on a file system in memory" err
verify "good, as expected" 0 "$RAM" --range $START --range $END --expect good.json
verify "good, a part" 3 "$RAM" --range $START --expect good.json
has "good, a part: says so" "192 accesses of the expected matrix were not made" out

words >before
is "writes: there are words to put back" "$(wc -l <before) $(sort -u before | wc -l)" "5 4"
verify "writes" 0 "$RAM" --range $START --range $END --write
has "writes: all are stored" "  write     4  ........  ........" out
has "writes: across the end they are short" "  write     4  ........  ........       sss" out
words >after
same "writes: what was there is put back" after before

parameter read_widths 8
verify "8 bytes only" 1 "$RAM" --range $START --range $END --expect good.json
has "8 bytes only: the call is named" "deviation: read of 4 at BAR2 0x1: expected ok, got EINVAL" out
is "8 bytes only: all others deviate" "$(grep -c '^deviation:.*got EINVAL$' out)" 282
is "8 bytes only: those of 8 do not" "$(grep -c '^deviation: read of 8 ' out)" 0
parameter read_widths 15

parameter wrong_end Y
verify "defect" 1 "$RAM" --range $START --range $END
has "defect: offset, widths and culprit" "mismatch: BAR2 0x0, reads of 1,2,4: driver" out
has "defect: at the end too" "mismatch: BAR2 0xffff8, reads of 1,2,4: driver" out
has "defect: is the driver's only" "mismatches: driver 8, device 0, undecided 0" out
has "defect: what was read" "      4 read      00 00 00 00 00 00 00 00  *" out
has "defect: 8-byte reads are right" "  read      8  ........  ........" out
verify "defect, 8 bytes and more" 0 "$RAM" --range $START --width 8,16,64
verify "defect, writes" 1 "$RAM" --range $START --write
has "defect, writes: none is made" "not written, for reads that disagree cannot be put back" out
is "defect, writes: none is made by the log" "$(grep -c ' write ' log)" 0
parameter wrong_end N
verify "good again" 0 "$RAM" --range $START

ok "$EDU is bound to vfio-pci" bind vfio-pci "$EDU"
verify "edu" 1 "$EDU" --range BAR0:0x0+0x8
has "edu: it is the device" "mismatch: BAR0 0x0, reads of 1,2,4,8,3,5,7: device" out
has "edu: and nothing else" "mismatches: driver 0, device 1, undecided 0" out
has "edu: a read" "      1 read      00 00 00 00 00 00 00 00  *" out
has "edu: and a load" "      4 load      ed 00 00 01 00 00 00 00" out
verify "edu, 4 bytes only" 3 "$EDU" --range BAR0:0x0+0x4 --width 4
has "edu, 4 bytes only: nothing to compare" "no byte was read at two widths" out

ok "$RNG is bound to vfio-pci" bind vfio-pci "$RNG"
verify "config" 0 "$RNG" --range CONFIG:0x0+0x100
has "config: capabilities are left out" "left out: CONFIG 0x40..0x4f, vendor-specific" out
is "config: of five, no byte is read" \
	"$(grep -c '^left out' out) $(awk '$3 == "CONFIG" && $4 ~ /0x[4-8]/ && length($4) == 4' log | wc -l)" "5 0"
has "config: they are looked for, and that is logged" "read sysfs-config 0x34 4 ok" log
has "config: what crosses the end is refused" "1 EFAULT" out
done_testing
