# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# latency.sh KERNEL: needs --icount. The test driver's known delays show as themselves and no more.
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh

# What a call costs besides its delay, with --icount one nanosecond an instruction: 500 ns to 750 ns were
# measured, of the driver, of copying, and of those parts of our programs that lie between the two
# readings of the clock
OVERHEAD=1000
# A quantile is off by at most 1.6 %: half a bucket
PERMILLE=16

# A page a width, since cells are told apart by width: page 0 has no delay, 1 to 3 have
cat >pages <<'END'
read 9 0 4 101 call
write 9 0 4 101 call
read 9 0x1000 1 101 call
write 9 0x1000 1 101 call
read 9 0x2000 2 53 call
write 9 0x2000 2 53 call
read 9 0x3000 8 23 call
write 9 0x3000 8 23 call
END
ok "the test driver goes in" test_driver
ok "$RAM is bound to it" bind vfioscope_test "$RAM"

# between NAME LEAST VALUE MOST
between()
{
	if [ -n "$3" ] && [ "$2" -le "$3" ] && [ "$3" -le "$4" ]; then
		pass "$1 ($3 ns)"
	else
		fail "$1"
		echo "$3 ns is not in $2..$4" | diag
	fi
}

# column DIR WIDTH NAME: of the only cell
column()
{
	awk -F, -v dir="$1" -v width="$2" -v name="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		NR > 1 && $4 == dir && $5 == width { print $at[name] }' csv
}

for flavour in fentry kprobe; do
	trace $flavour --attach $flavour -D "$RAM" -- client -o expect "$RAM" pages
	sort -o expect expect
	check_run $flavour expect
	for dir in read write; do
		for case in 4:0 1:10000 2:100000 8:1000000; do
			width=${case%:*}
			delay=${case#*:}
			name="$flavour: ${dir}s with $((delay / 1000)) us of delay"
			# exact, so that no bucket is between it and the truth
			between "$name: min is the delay and at most 1 us" "$delay" \
				"$(column $dir "$width" min_ns)" $((delay + OVERHEAD))
			between "$name: so is p50, within 1.6 %" $((delay - delay * PERMILLE / 1000)) \
				"$(column $dir "$width" p50_ns)" \
				$((delay + OVERHEAD + (delay + OVERHEAD) * PERMILLE / 1000))
		done
	done
done
done_testing
