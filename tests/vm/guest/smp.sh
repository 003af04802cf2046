# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# smp.sh KERNEL: counts are exact on two CPUs at once: each with a device of its own, and both in the
# same cells, as threads and as processes
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh

is "there are two CPUs" "$(grep -c '^processor' /proc/cpuinfo)" 2
cat >ram <<'END'
read BAR2 0 0 7 call
read BAR2 0 1 1009 call
read BAR2 2 2 1013 call
read BAR2 5 3 1019 call
read BAR2 8 4 5003 call
read BAR2 16 7 1021 call
read BAR2 8 8 5009 call
read BAR2 4090 16 1031 call
read BAR2 0 64 211 call
read BAR2 0 4096 31 call
read BAR2 0 4+8 503 vector
write BAR2 8 4 5011 call
write BAR2 8 8 2003 vector
write BAR2 4 8+8+1 509 vector
read CONFIG 0 4 1033 call
read CONFIG 0 1 1039 call
write CONFIG 0 4 101 call
read BAR2 end 4 1049 call want=EINVAL
read BAR2 end-2 8 103 call want=short
write BAR2 0 8 107 call buf=null want=EFAULT
END
cat >edu <<'END'
read BAR0 0 4 10007 call
read BAR0 0 4+4 1009 vector
write BAR0 4 4 1013 call
read CONFIG 0 4 2003 call
read BAR0 end 4 211 call want=EINVAL
END
if [ "$1" = 6.1 ]; then
	ok "the test driver goes in" test_driver
	ok "$RAM is bound to it" bind vfioscope_test "$RAM"
	sed 's/BAR2/9/' ram >>ram.own && cat ram.own >>ram
else
	ok "$RAM is bound to vfio-pci" bind vfio-pci "$RAM"
fi
ok "$EDU is bound to vfio-pci" bind vfio-pci "$EDU"

cat >clients <<'END'
client --cpu 0 -o edu.expect 0000:00:03.0 edu &
client --cpu 1 -o ram.expect 0000:00:04.0 ram && wait $! || exit 1
client --cpu 0 --threads 2 -o threads.expect 0000:00:04.0 ram || exit 1
client --cpu 0 --processes 2 -o processes.expect 0000:00:03.0 edu || exit 1
END
for flavour in fentry kprobe; do
	rm -f ./*.expect
	trace $flavour --attach $flavour -- sh ./clients
	[ -e processes.expect ] || continue
	merge ./*.expect >expect
	check_run $flavour expect
done
done_testing
