# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# device.sh KERNEL: every kind of access to the ISM device model is traced; ../three_ways.py judges what this
# leaves in /out. Under emulation a trace takes 10 s to attach: one has all of the calls.
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh
# shellcheck source=tests/ism/guest/ism.sh
. /opt/vm/ism.sh

FAR=0x10000000000 # 2^40: where a shift of 40 would see another region
SLOW_10MS=0x800000006000
SLOW_100MS=0x800000007000

# reads REGION BASE: every width up to 8 at every alignment, primes of times
reads()
{
	local pair offset

	for pair in 1:2 2:3 3:2 4:5 5:3 6:2 7:3 8:7; do
		for offset in 0 1 2 3 4 5 6 7; do
			echo "read $1 $(($2 + offset)) ${pair%:*} ${pair#*:} call"
		done
	done
}

# stores REGION BASE: all that the device takes
stores()
{
	local pair

	for pair in 16:11 24:2 32:7 40:3 48:5 56:2 64:13 72:3 80:2 88:5 96:3 104:2 112:7 120:3 128:17; do
		echo "write $1 $2 ${pair%:*} ${pair#*:} call"
	done
	echo "write $1 $(($2 + 4096 - 128)) 128 3 call" # up to the end of a page
	echo "write $1 $(($2 + 8)) 16+64 3 vector"
}

# What the device does not take, and what the driver does not try
refused_stores()
{
	local width

	for width in 1 2 3 4 7 8 12 20 100; do
		echo "write $1 $2 $width 3 call want=ENXIO"
	done
	for width in 16 64 128; do
		echo "write $1 $(($2 + 4)) $width 5 call want=ENXIO"
		echo "write $1 $(($2 + 1)) $width 2 call want=ENXIO"
		echo "write $1 $(($2 + 4096 - 8)) $width 3 call want=EINVAL"
	done
	for width in 129 136 256 4096; do
		echo "write $1 $2 $width 7 call want=EINVAL"
	done
	echo "write $1 $2 64 5 call buf=null want=EFAULT"
	echo "write $1 $2 64 3 call buf=edge:10 want=EFAULT"
}

calls()
{
	# BAR0 has no reads of 2 and 4 but the slow ones: those have cells of their own
	reads BAR2 0x100
	echo "read BAR2 0 4096 3 call"
	echo "read BAR2 3 4095 2 call"
	echo "read BAR2 0x200 1+2+4+8 5 vector"
	echo "read BAR2 0x200 64 5 call buf=edge:20 want=EFAULT"
	echo "read BAR2 0x201 8 3 call buf=null want=EFAULT"
	echo "read BAR2 end-3 8 5 call want=short"
	echo "read BAR2 end 8 3 call want=EINVAL"
	for offset in 0 7 $FAR $((FAR + 1)) end-4096; do
		for width in 1 3 5 6 7 8 64; do
			echo "read BAR0 $offset $width 3 call"
		done
	done
	echo "read BAR0 end-3 8 2 call want=short"
	echo "read BAR0 $SLOW_10MS 2 7 call"
	echo "read BAR0 $SLOW_100MS 4 2 call"
	for width in 1 2 4 8; do
		echo "read CONFIG 8 $width 5 call"
	done
	echo "read CONFIG 0 4 3 call"
	echo "read CONFIG 0x10 4 7 call"
	stores BAR0 $FAR
	stores BAR2 0x1000
	echo "write BAR2 end-16 32 3 call want=short"
	refused_stores BAR0 $FAR
	refused_stores BAR2 0x1000
	for region in BAR1 10; do
		echo "read $region 0 8 3 call want=EINVAL"
		echo "write $region 0 16 2 call want=EINVAL"
	done
}

calls >/out/calls
ok "the ISM driver goes in" ism_driver
ok "$FUNCTION is bound to it" bind $ISM "$FUNCTION"
trace "the ISM function" -D "$FUNCTION" -- client -o /out/ism.cells "$FUNCTION" /out/calls
cp run.json log /out
has "the longest store block, as QEMU has it" '"maxstbl":128' run.json

vfioscope trace --attach fentry -d 0.1 -o none.json >out 2>err
is "fentry: exit status" $? 2
has "fentry: says why not" "by fentry: this kernel has no BPF compiler (JIT)" err
is "fentry: in one line" "$(wc -l <err)" 1
ok "fentry: no run is written" [ ! -e none.json ]

# On the other function: the device's log holds only what is in the first run
ok "$RNG is bound to it" bind $ISM "$RNG"
echo "read BAR4 0x20 8 7 call" >calls
trace "a wrong shift" -D "$RNG" --offset-shift 40 -- client -o cells "$RNG" calls
has "a wrong shift: is noticed" "$RNG: its driver shifts region offsets by 48, not by the 40 that was given" log
has "a wrong shift: all calls are counted" "issued 7 counted 7 lost 0" log
has "a wrong shift: in the run" '"offset_shift":{"value":40,"source":"given","conflict":48}' run.json
done_testing
