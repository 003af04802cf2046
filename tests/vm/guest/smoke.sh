# SPDX-License-Identifier: GPL-2.0-only
. /opt/vm/lib.sh
test_driver
bind vfioscope_test $RAM
bind vfio-pci $EDU
cat >s <<'E'
read BAR2 0x10 4 13 call
read BAR2 end-16 8+8+8 3 vector next=EINVAL
read BAR2 end-12 8+8+8 3 vector want=short
read pos 0 4 5 call
read pos 0 4+8 5 vector
write pos 0 4+8 5 vector
read BAR2 0 4 3 call buf=null want=EFAULT
read BAR2 0 64 3 call buf=edge:10 want=EFAULT
read BAR2 0 4 3 call buf=kernel want=EFAULT
read BAR2 0 0 3 call
read BAR2 end 1 3 call want=EINVAL
read BAR2 end-1 2 3 call want=short
read CONFIG 0 4 3 call
read CONFIG 0 64 3 call
write CONFIG 0 4 3 call
write CONFIG 0x10 64 3 call
read CONFIG end 4 3 call want=EFAULT
read CONFIG end-2 4 3 call want=short
read ROM 0 4 3 call want=EINVAL
read BAR4 0 4 3 call want=EINVAL
read VGA 0 4 3 call want=EINVAL
read 9 0 4 3 call
read 9 0x8000 4 3 call want=EIO
read 10 0 4 3 call want=EINVAL
read 15 0 4 3 call want=EINVAL
read 8388607 0 4 3 call want=EINVAL
read BAR2 1 5000 3 call
E
client -o expected $RAM s; cat expected
cat /proc/uptime
time strace -V 2>/dev/null
time vfioscope trace -o run.json -- client -o expected $RAM s >log 2>&1
cat log
vfioscope report --format csv run.json
done_testing
