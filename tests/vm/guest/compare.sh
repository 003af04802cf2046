# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# compare.sh KERNEL: needs --icount. Leaves runs of the same accesses in /out, for compare.t on the host:
#   plain/         by vfio-pci
#   base/ again/   by the test driver, of which a 4-byte read takes 20 us, in turn with
#   slow/          the same with 2 % of its latency added (on 6.1)
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh

RUNS=4
CALLS=7993 # so many that a tick of the timer in one of them is nothing
DELAY=20000 # ns; so long that the steps of some 50 ns in which it ends do not matter

for width in 2 4 8 64; do
	echo "read BAR2 0x100 $width $CALLS call"
done >script
echo "write BAR2 0x100 8 $CALLS call" >>script

trace_to()
{
	vfioscope trace --attach fentry -D "$RAM" -o "$1" -- client -o expect "$RAM" script >/dev/null
}

# record SIDE RUN
record()
{
	mkdir -p "/out/$1"
	ok "$1, run $2" trace_to "/out/$1/$2.json"
}

# two_percent RUN: of the mean of its 4-byte reads, in ns
two_percent()
{
	vfioscope report --format csv -o csv "$1" || return 1
	awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		NR > 1 && $4 == "read" && $5 == 4 { printf "%d\n", $at["sum_ns"] / $at["count"] / 50 }' csv
}

ok "$RAM is bound to vfio-pci" bind vfio-pci "$RAM"
for i in $(seq $RUNS); do
	record plain "$i"
done
if [ "$1" = 6.1 ]; then
	ok "the test driver goes in" test_driver delay_read4_ns=$DELAY
	ok "$RAM is bound to it" bind vfioscope_test "$RAM"
	for i in $(seq $RUNS); do
		parameter delay_read4_ns $DELAY
		record base "$i"
		[ "$i" -gt 1 ] || more=$(two_percent /out/base/1.json)
		parameter delay_read4_ns $((DELAY + more))
		record slow "$i"
		parameter delay_read4_ns $DELAY
		record again "$i"
	done
fi
done_testing
