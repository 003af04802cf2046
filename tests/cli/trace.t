#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# trace on a machine where it cannot: wrong command lines, no privileges, a kernel that refuses.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

try="; try 'vfioscope trace --help'"

succeeds 'trace --help' trace --help
ok 'trace --help has examples' out_has EXAMPLES
ok 'trace --help fits 80 columns' awk 'length > 79 { bad = 1 } END { exit bad }' "$tmp/out"

# --- values out of range: the option, the value, the range ---
for value in '' x 1.5x -1 1. .5 '1 s' 5parsecs; do
	fails "--duration '$value'" "--duration: '$value' is no duration such as 5, 1.5s" \
		trace "--duration=$value"
	fails "--interval '$value'" "--interval: '$value' is no duration" trace "--interval=$value"
done
for value in 0 0.5ms 999us 31622401 99999999999999999999 9223372037h; do
	fails "--duration $value" "--duration: '$value' is out of range, 1.00ms to 31622400s$try" \
		trace -d "$value"
done
for value in 0 9ms 9.999ms 31622401; do
	fails "--interval $value" "--interval: '$value' is out of range, 10.0ms to 31622400s$try" \
		trace -i "$value"
done
for value in '' x 1x 0x 1.5 -1 ' 1'; do
	fails "--pid '$value'" "--pid: '$value' is no number$try" trace "--pid=$value"
	fails "--max-cells '$value'" "--max-cells: '$value' is no number$try" trace "--max-cells=$value"
	fails "--offset-shift '$value'" "--offset-shift: '$value' is no number$try" \
		trace "--offset-shift=$value"
done
for value in 0 4194305 18446744073709551616; do
	fails "--pid $value" "--pid: '$value' is out of range, 1 to 4194304$try" trace -p "$value"
done
for value in 0 1 65535 99999999999; do
	fails "--max-cells $value" "--max-cells: '$value' is out of range, 2 to 65534$try" \
		trace --max-cells "$value"
done
for value in 9 63 64; do
	fails "--offset-shift $value" "--offset-shift: '$value' is out of range, 10 to 62$try" \
		trace --offset-shift "$value"
done
for value in '' fexit FENTRY fentry,kprobe; do
	fails "--attach '$value'" "--attach: '$value' is none of auto, fentry, kprobe" \
		trace "--attach=$value"
done
for value in '' BAR6 bar 'BAR0,' ',BAR0' 16 BAR0:BAR1; do
	fails "--region '$value'" "--region: '$value' is no list of BAR0..BAR5" trace "--region=$value"
done
for value in '' up READ 'read,' rw; do
	fails "--dir '$value'" "--dir: '$value' is neither 'read' nor 'write'" trace "--dir=$value"
done
for value in '' 3:0.0 03:00.8 0000:03:00 '0000:03:00.0 ' 00000000-0000-0000-0000-00000000000; do
	fails "--device '$value'" "--device: '$value' is no PCI address" trace "--device=$value"
done
fails 'an empty driver' "--driver: the name is empty$try" trace --driver=
fails 'an empty comm' "--comm: the name is empty$try" trace --comm=
fails 'a relative cgroup' "--cgroup: 'user.slice' is no absolute path$try" trace --cgroup user.slice
fails 'a hostile value' "--attach: '\\x1b[2J\\x0a'" trace --attach $'\e[2J\n'

# --- what does not go together ---
fails '--exact and fentry' '--exact contradicts --attach fentry' trace --exact --attach fentry
fails 'fentry and --exact' '--exact contradicts --attach fentry' trace --attach fentry --exact
fails '--json and -o -' '--json and -o - both want standard output' trace --json -o -

# --- the command ---
fails 'a command without --' "unexpected argument 'barbench' (a command goes after --)" \
	trace -d 1 barbench 03:00.0
ok 'a command without --: not run' test ! -e "$tmp/ran"
fails 'an argument before --' "unexpected argument 'x'" trace x -- touch "$tmp/ran"
ok 'an argument before --: not run' test ! -e "$tmp/ran"

# --- what is not there ---
fails 'a process that is not there' '--pid: there is no process 4194304' trace -p 4194304
# A thread that is not its process's first
mkfifo "$tmp/threads"
python3 -c '
import sys, threading, time
thread = threading.Thread(target=time.sleep, args=(60,), daemon=True)
thread.start()
print(thread.native_id, flush=True)
time.sleep(60)' >"$tmp/threads" &
threaded=$!
read -r thread <"$tmp/threads"
fails 'a thread' "--pid: $thread is a thread of process $threaded" trace -p "$thread"
kill "$threaded"
fails 'a cgroup that is not there' '--cgroup: /sys/fs/cgroup/none: No such file or directory' \
	trace --cgroup /sys/fs/cgroup/none
fails 'a cgroup elsewhere' '--cgroup: /tmp is no directory of a cgroup2 file system' trace --cgroup /tmp
fails 'a cgroup that leads out' 'is no directory of a cgroup2' trace --cgroup /sys/fs/cgroup/../..
fails 'a file' '--cgroup: /proc/version is no directory of a cgroup2' trace --cgroup /proc/version
if [ "$(stat -f -c %T /sys/fs/cgroup/pids 2>/dev/null)" = cgroupfs ]; then
	fails 'a cgroup of version 1' '--cgroup: /sys/fs/cgroup/pids is no directory of a cgroup2' \
		trace --cgroup /sys/fs/cgroup/pids
else
	skip 'a cgroup of version 1' 'this machine has none'
fi
fails '-o where nothing is' "cannot write to $tmp/none/run.json: No such file or directory" \
	trace -o "$tmp/none/run.json"
fails '-o a folder' 'Is a directory' trace -o "$tmp"

# --- privileges, and a kernel that refuses ---

# as_nobody ARG...: like vfioscope, without privileges
as_nobody()
{
	local drop=()

	[ "$(id -u)" -ne 0 ] || drop=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	cp "$bin" "$tmp/vfioscope"
	chmod 777 "$tmp" "$tmp/vfioscope"
	status=0
	"${drop[@]}" "$tmp/vfioscope" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

as_nobody trace
ok 'no privileges: exit status 2' status_is 2
ok 'no privileges: says what is missing' \
	err_has 'tracing needs root, or the capabilities BPF, PERFMON and SYSLOG: CAP_BPF is missing'
ok 'no privileges: one line on stderr' err_is_one_line
ok 'no privileges: nothing on stdout' out_is_empty
as_nobody trace -o "$tmp/run.json" -- touch "$tmp/ran"
ok 'no privileges, -o: exit status 2' status_is 2
ok 'no privileges: the command is not run' test ! -e "$tmp/ran"
ok 'no privileges: no file is left' test -z "$(find "$tmp" -name '*run.json*')"
as_nobody list
ok 'list needs none' status_is 0

refuses='this kernel refuses BPF tracing programs'
if [ "$(id -u)" -ne 0 ]; then
	skip "$refuses" 'not root'
elif [ -e /sys/bus/event_source/devices/kprobe ] || [ ! -e /sys/kernel/btf/vmlinux ]; then
	skip "$refuses" 'this machine'"'"'s kernel does not, or has no BTF'
else
	echo old >"$tmp/old.json"
	fails 'a kernel that refuses' "$refuses (Operation not permitted)" trace
	fails 'a kernel that refuses: the way out' "'make demo'" trace -D 03:00.0
	fails 'a kernel that refuses, --wait' "$refuses" trace --wait --driver none
	fails 'a kernel that refuses, a live audit' "$refuses" \
		audit --policy ../../user/policies/ism-v4.json --live
	fails 'a kernel that refuses, a command' "$refuses" \
		trace -o "$tmp/old.json" -- touch "$tmp/ran"
	ok 'a kernel that refuses: the command is not run' test ! -e "$tmp/ran"
	ok 'a kernel that refuses: the old file stays' grep -q old "$tmp/old.json"
	ok 'a kernel that refuses: and nothing is beside it' \
		test "$(find "$tmp" -name '*old.json*' | wc -l)" -eq 1
fi

done_testing
