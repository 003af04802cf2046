# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# derived.sh KERNEL: accesses to edu, whose model logs what reaches it, and to regions that follow no
# known rule. Leaves each run with its scripts in /out, for derived.py on the host.
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/scripts.sh
. /opt/vm/scripts.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh

NET=0000:00:05.0 # virtio-net: ports in BAR0, the MSI-X table in BAR1, registers in BAR4, a ROM

# marker CODE: a read that only the scripts make; at it the log is cut
marker() { echo "read BAR0 $((0xf0000 + $1)) 4 1 call"; }

# every_piece DIR: all widths at all alignments in 8, of edu where it has no register, primes of times
every_piece()
{
	local width offset rest

	set -- "$1" 2 3 5 7 11 13 17 19 23 29 31
	for width in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 24 64; do
		for offset in 0 1 2 3 4 5 6 7; do
			echo "$1 BAR0 $((0x1000 + offset)) $width $2 call"
			rest="$3 $4 $5 $6 $7 $8 $9 ${10} ${11} ${12} $2"
			# shellcheck disable=SC2086 # words
			set -- "$1" $rest
		done
	done
}

# failing DIR: with memory that cannot be copied to or from, at once or after some pieces
failing()
{
	echo "$1 BAR0 0x1000 4 7 call buf=null want=EFAULT"
	echo "$1 BAR0 0x1000 8 11 call buf=null want=EFAULT"
	echo "$1 BAR0 0x1001 64 13 call buf=edge:10 want=EFAULT"
	echo "$1 BAR0 0x1002 16 17 call buf=edge:7 want=EFAULT"
}

# edu_pieces CODE: between the second and the third marker all fail
edu_pieces()
{
	marker "$1"
	every_piece read
	every_piece write
	past_end read BAR0 EINVAL
	past_end write BAR0 EINVAL
	marker $(($1 + 8))
	failing read
	failing write
	marker $(($1 + 16))
}

# bar_kind BDF BAR: "io" or "memory"
bar_kind()
{
	local flags

	flags=$(awk -v bar="$2" 'NR == bar + 1 { print $3 }' "/sys/bus/pci/devices/$1/resource")
	[ $((flags & 0x100)) -ne 0 ] && echo io && return
	[ $((flags & 0x200)) -ne 0 ] && echo memory
}

# run FLAVOUR CODE
run()
{
	edu_pieces "$2" >edu
	trace "$1" --attach "$1" -- sh ./clients
	mkdir -p "/out/$1"
	mv run.json edu "/out/$1"
	vfioscope report "/out/$1/run.json" >"/out/$1/report"
}

cat >net <<'END'
read BAR0 0 4 7 call
read BAR1 0 4 11 call
read BAR4 0 4 13 call
read ROM 0 4 17 call
END
config_script >>net
own_region_script >own
echo "read BAR2 0 4 7 call" >>own
cat >clients <<'END'
client -o edu.expect 0000:00:03.0 edu && client -o net.expect 0000:00:05.0 net &&
	client -o own.expect 0000:00:04.0 own
END

ok "the test driver goes in" test_driver
ok "$RAM is bound to it" bind vfioscope_test "$RAM"
ok "$EDU is bound to vfio-pci" bind vfio-pci "$EDU"
ok "$NET is bound to vfio-pci" bind vfio-pci "$NET"
is "BAR0 of $NET is of ports" "$(bar_kind "$NET" 0)" io
is "BAR1 of $NET is memory" "$(bar_kind "$NET" 1)" memory
is "BAR4 of $NET is memory" "$(bar_kind "$NET" 4)" memory
run fentry 0
run kprobe 0x100
done_testing
