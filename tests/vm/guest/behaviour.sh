# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# What the behaviour tests share: a client that runs until it is stopped, what a run says, what the
# kernel holds. Sourced after lib.sh.

# bound KERNEL BDF: to the test driver on 6.1, to vfio-pci itself on 7.x, so that both are tried
bound()
{
	if [ "$1" = 6.1 ]; then
		[ -e /sys/module/vfioscope_test ] || test_driver || return 1
		bind vfioscope_test "$2"
	else
		bind vfio-pci "$2"
	fi
}

# start_client BDF REGION [ARG...]: barbench at full speed, until stop_client. It makes way for
# the tracer, which else takes twice as long to start on the one CPU: NICENESS
start_client()
{
	local bdf="$1" region="$2"

	shift 2
	rm -f bench.json
	nice -n "${NICENESS:-19}" barbench "$bdf" --i-may-reset --region "$region" --mode pread --width 4 --no-latency \
		--duration 1 --reps 10000 "$@" -o bench.json >bench.out 2>bench.err &
	client=$!
	wait_for started "$client"
	is_open "$client" || diag <bench.err
}

is_open() { ls -l "/proc/$1/fd" | grep -q "anon_inode:.*vfio-device"; }
started() { is_open "$1" || ! kill -0 "$1"; }

# client_goes_on: until two calls more have ended, so that one has begun meanwhile
client_goes_on()
{
	local before

	before=$(client_calls)
	wait_for client_called "$before" || fail "the client goes on"
}

client_called() { [ "$(client_calls)" -ge $(($1 + 2)) ]; }
client_calls() { awk '/^syscr/ { print $2 }' "/proc/$client/io"; }

stop_client()
{
	kill -INT "$client"
	wait "$client"
	client_status=$?
}

# wait_for_tracing [FILE]: until what is issued is counted, which --verbose says on standard error. The file
# must be new: one of before would be taken for it until the shell has emptied it in the background.
wait_for_tracing() { wait_for grep -q '^vfioscope: tracing' "${1:-err}"; }

# start_trace ARG...: in the background, recording; returns when it counts
start_trace()
{
	rm -f run.json err
	vfioscope trace -v -o run.json "$@" >out 2>err &
	tracer=$!
	wait_for_tracing || fail "the trace counts"
}

# stop_trace SIGNAL: sets trace_status
stop_trace()
{
	kill "-$1" "$tracer"
	wait "$tracer"
	trace_status=$?
}

# field NAME RUN: the values of a number's field, one a line
field() { grep -o "\"$1\": *-\?[0-9]*" "$2" | sed 's/.*: *//'; }

# sum NAME RUN
sum() { field "$1" "$2" | awk '{ n += $1 } END { printf "%d\n", n }'; }

# counted RUN: accesses in all cells of a report
counted() { vfioscope report -f csv "$1" | awk -F, 'NR > 1 { n += $7 } END { print n + 0 }'; }

# account OUT: "ISSUED COUNTED LOST" of a table
account() { sed -n 's/^issued \([0-9]*\) counted \([0-9]*\) lost \([0-9]*\).*/\1 \2 \3/p' "$1"; }

# What of ours, or of anybody's, is in the kernel: programs, maps, links, BTF, probes. Freed is
# what is freed after a grace period, so this waits until nothing has changed for a while.
kernel_state()
{
	bpf_objects
	cat /sys/kernel/tracing/kprobe_events /sys/kernel/tracing/uprobe_events \
		/sys/kernel/tracing/enabled_functions /sys/kernel/debug/kprobes/list
}

# same_state BEFORE: is the kernel as it was?
same_state()
{
	kernel_state >now 2>&1
	cmp -s now "$1"
}

# left_nothing NAME BEFORE
left_nothing()
{
	if wait_for same_state "$2"; then
		pass "$1: nothing of it is left in the kernel"
		return
	fi
	fail "$1: nothing of it is left in the kernel"
	diff "$2" now | head -n 20 | diag
}
