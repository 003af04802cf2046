# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# process.sh KERNEL: calls are counted by process: those that come one after another, with widths of their
# own; children; one in libvirt's cgroup of a virtual machine; and those that there is no room for
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh
# shellcheck source=tests/vm/guest/behaviour.sh
. /opt/vm/behaviour.sh

ok "$RAM is bound" bound "$1" "$RAM"

# Each ends before the next begins, which often gets the memory that the kernel knew its thread by.
cat >in-turn <<'END'
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	echo "read BAR2 0 $((1 << n % 4)) $((100 + n)) call" |
		client -o $n.expect 0000:00:04.0 - || exit 1
done
END
# Two children, which have the device open as their parent has
cat >children <<'END'
echo "read BAR2 0 4 211 call" | client --processes 2 -o children.expect 0000:00:04.0 -
END

# A virtual machine, by the scope that libvirt puts it in
cat >vm <<'END'
scope='/sys/fs/cgroup/machine-qemu\x2d3\x2dguest\x2da.scope/emulator'
mkdir -p "$scope"
echo $$ >"$scope/cgroup.procs"
printf '%s\n' 'read BAR2 0 8 17 call' 'sleep 3000000' 'read BAR2 0 8 17 call' >script
exec client -o vm.expect 0000:00:04.0 script
END

# parts CELLS: "WIDTH COUNT" of each process's cells, sorted
parts() { awk -F, '{ print $4, $5 }' "$1" | sort -n; }

trace fentry --attach fentry -- sh ./in-turn
merge ./*.expect >expect
check_run fentry expect
cat ./*.expect >turns
is "fentry: each process has what it made" "$(parts by_process)" "$(parts turns)"
is "fentry: 12 processes, by their names" \
	"$(cut -d, -f12 by_process | sort -u | grep -c '^client\[[0-9]*\]$')" 12
has "fentry: the report tells them apart" "PROCESS" log

# --- without trampolines; children at once, which on one CPU of 7.x costs fentry some ---
rm -f ./*.expect
trace exact --exact -- sh -c 'sh ./in-turn && sh ./children && sh ./vm'
merge ./*.expect >expect
check_run exact expect
# The children's parent looks at the device once, before they are there.
is "exact: each process has what it made, each child its half" "$(parts by_process)" \
	"$({ parts turns; printf '%s\n' "1 1" "4 211" "4 211" "8 34"; } | sort -n)"
has "exact: the VM's name is in the report" "(VM guest-a)" log
is "exact: and in the run, with the cgroup" "$(grep -o '"cgroup":"[^"]*","vm":"[^"]*"' run.json)" \
	'"cgroup":"/machine-qemu\\\\x2d3\\\\x2dguest\\\\x2da.scope/emulator","vm":"guest-a"'

# --- off: together ---
rm -f ./*.expect
trace together --no-by-process --attach fentry -- sh ./in-turn
merge ./*.expect >expect
check_run together expect
is "together: a cell for each width" "$(wc -l <by_process)" 4
is "together: no process is told" "$(cut -d, -f12 by_process | sort -u)" ""

# --- no room: half of the cells are for all ---
rm -f ./*.expect
trace "no room" --max-cells 9 -- sh ./in-turn
merge ./*.expect >expect
check_run "no room" expect
is "no room: the first have cells of their own" "$(grep -c '\[' by_process)" 5
has "no room: which is said" "calls of processes that there was no room to tell apart: 763" log
done_testing
