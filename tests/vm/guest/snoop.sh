# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# snoop.sh KERNEL CASE:FLAVOUR...: what snoop prints of calls that are known. Leaves each case in /out, for
# snoop.py on the host.
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh

# The device of known delays: page 3 of region 9 takes 1 ms
cat >ram <<'END'
write BAR2 0x40 8 3 call
read BAR2 0x40 8 5 call
read BAR2 0x41 3 7 call
read BAR2 end 4 11 call want=EINVAL
read BAR2 end-2 4 13 call want=short
read BAR2 0 8 2 call buf=null want=EFAULT
read BAR2 0x80 1+2+16 3 vector
read BAR2 0x100 4 5003 call
write BAR2 0x1000 4096 2 call
read 9 0x3000 8 17 call
END
# What is no register of edu's reads as all ones
cat >edu <<'END'
read BAR0 0 4 3 call
read BAR0 0x30 4 19 call
read BAR0 0x30 16 5 call
read BAR0 0x1000 4096 2 call
read BAR0 0x1000 5000 2 call
read CONFIG 0 2 3 call
END
cat >both <<'END'
client -o ram.cells 0000:00:04.0 ram && client -o edu.cells 0000:00:03.0 edu
END
# More calls than a buffer of 64 KiB has room for, while nobody reads
cat >flood <<'END'
read BAR2 0x100 4 20011 call
END
cat >unread <<'END'
client -o ram.cells 0000:00:04.0 flood || exit 1
touch read-now
END

# snoop CASE ARG...: lines and messages into /out/CASE
snoop()
{
	local case="$1"

	shift
	vfioscope snoop "$@" >"/out/$case/lines" 2>"/out/$case/messages"
	is "$case: exit status" $? 0
	has "$case: so is that of its command" "exited with status 0" "/out/$case/messages"
}

all() { snoop all --attach "$1" --all-ones --json -- sh both; }

filtered() { snoop filtered --attach "$1" --errors-only --width 1,4-8 --all-ones -- sh both; }

slow()
{
	snoop slow --attach "$1" -D "$RAM" --region 9,BAR2 --dir read --slower-than 900us --width 8,9-15 \
		--stack kernel --json -- sh both
}

dropped()
{
	rm -f fifo read-now
	mkfifo fifo
	({ until [ -e read-now ]; do usleep 50000; done; } && cat >/out/dropped/read) <fifo &
	vfioscope snoop --attach "$1" --buffer 64 --json -- sh unread >fifo 2>/out/dropped/messages
	is "dropped: exit status" $? 0
	wait $!
	mv /out/dropped/read /out/dropped/lines
	cp flood ram
}

# until_closed CASE ARG...: a client that goes on until it is told; what snoop says is its exit status
until_closed()
{
	local case="$1" client

	shift
	rm -f stop
	client --until stop -o ram.cells "$RAM" flood &
	client=$!
	{
		vfioscope snoop "$@" 2>"/out/$case/messages"
		echo $? >status
	} | head -n 4 >"/out/$case/lines"
	ok "$case: the client goes on" kill -0 $client
	touch stop
	wait $client
	is "$case: its exit status" $? 0
	cp flood ram
}

closed()
{
	until_closed closed --attach "$1" -D "$RAM"
	is "closed: exit status" "$(cat status)" 2
	has "closed: says why" "cannot write to standard output: Broken pipe" /out/closed/messages
}

count()
{
	until_closed count --attach "$1" -D "$RAM" -n 3
	is "count: exit status" "$(cat status)" 0
}

shift
ok "the test driver goes in" test_driver
ok "$RAM is bound to it" bind vfioscope_test "$RAM"
ok "$EDU is bound to vfio-pci" bind vfio-pci "$EDU"
for case in "$@"; do
	mkdir -p "/out/${case%:*}"
	"${case%:*}" "${case#*:}"
	cp ram edu "/out/${case%:*}"
done
done_testing
