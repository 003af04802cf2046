# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# contended.sh KERNEL: four threads on one CPU, which the kernel may preempt within our programs. What
# fentry then loses, the account tells to the last call; kprobes lose nothing.
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh

cat >ram <<'END'
read BAR2 0 4 20011 call
write BAR2 0 8 10007 call
read BAR2 1 2+4+8 1009 vector
read BAR2 end 4 101 call want=EINVAL
END
ok "$RAM is bound to vfio-pci" bind vfio-pci "$RAM"

trace fentry --attach fentry -- client --threads 4 -o ram.expect "$RAM" ram
merge ram.expect >expect
cells run.json >counted
n=$(total expect)
counted=$(total counted)
has "fentry: what is not in a cell is in the account" \
	"issued $n counted $counted lost $((n - counted))" log
if [ "$counted" -lt "$n" ]; then
	has "fentry: and the message names what to do" "--exact" log
else
	skip "fentry: and the message names what to do" "nothing was lost"
fi

trace kprobe --attach kprobe -- client --threads 4 -o ram.expect "$RAM" ram
check_run kprobe expect
done_testing
