# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# uring.sh KERNEL: accesses through io_uring are counted exactly, whoever makes them: the thread that
# submits them, or a worker thread that the kernel makes for it, which is of the same process
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh

# ring_script VIA
ring_script()
{
	cat <<-END
	read BAR2 0 1 101 $1
	read BAR2 2 4 211 $1
	write BAR2 8 8 103 $1
	read BAR2 0 4096 7 $1
	read BAR2 1 1+2+4+8 53 $1
	write BAR2 16 8+8+1 47 $1
	read BAR2 end 4 11 $1 want=EINVAL
	read BAR2 end-2 8 13 $1 want=short
	read BAR2 end-12 8+8+8 17 $1 want=short
	read BAR2 end-8 8+8 19 $1 next=EINVAL
	write BAR2 0 8 23 $1 buf=null want=EFAULT
	read BAR2 0 4+8 29 $1 buf=edge:4 next=EFAULT
	read BAR2 0 8 31 $1 buf=kernel want=EFAULT
	read CONFIG 0 4 37 $1
	END
}

ring_script uring >plain
ring_script uring-async >async
cat >inline.sh <<'END'
client --nonblock -o inline.expect 0000:00:04.0 plain 2>inline.workers
END
cat >all.sh <<'END'
. ./inline.sh || exit
client -o plain.expect 0000:00:04.0 plain 2>plain.workers || exit
client -o async.expect 0000:00:04.0 async 2>async.workers || exit
client --nonblock -o both.expect 0000:00:04.0 async 2>both.workers
END
if [ "$1" = 6.1 ]; then
	ok "the test driver goes in" test_driver
	ok "$RAM is bound to it" bind vfioscope_test "$RAM"
else
	ok "$RAM is bound to vfio-pci" bind vfio-pci "$RAM"
fi

# workers NAME: how many of the kernel's threads the client saw
workers() { sed -n 's/^client: \([0-9]*\) io_uring workers$/\1/p' "$1.workers"; }

# One thread alone: with workers, fentry may lose calls where the kernel preempts it.
trace fentry --attach fentry -- sh ./inline.sh
merge inline.expect >expect
check_run fentry expect
rm -f ./*.expect

trace kprobe --attach kprobe --comm client -- sh ./all.sh
merge ./*.expect >expect
check_run kprobe expect
is "O_NONBLOCK: the submitting thread makes the accesses" "$(workers inline)" 0
for how in plain async both; do
	ok "$how: a worker thread makes them" [ "$(workers $how)" -gt 0 ]
done
done_testing
