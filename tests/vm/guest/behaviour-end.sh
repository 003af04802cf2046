# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# behaviour-end.sh KERNEL [SIGNAL...]: every way a trace can end prints the table, writes the run and detaches
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/behaviour.sh
. /opt/vm/behaviour.sh

kernel=$1
shift
ok "the device is bound" bound "$kernel" "$RAM"
kernel_state >before 2>&1
start_client "$RAM" BAR2

# whole NAME: out has the final table, run.json is whole, and both say the same
whole()
{
	local n

	has "$1: the table is printed" "NOT SEEN" out
	n=$(counted run.json)
	ok "$1: the run has accesses" [ "$n" -gt 0 ]
	is "$1: as many as the table" "$(account out)" "$n $n 0"
	is "$1: nothing is beside the run" "$(ls -A | grep -c run.json)" 1
}

for signal in "$@"; do
	start_trace -D "$RAM"
	client_goes_on
	stop_trace $signal
	is "SIG$signal: exit status" $trace_status 0
	whole "SIG$signal"
	left_nothing "SIG$signal" before
done

# While it waits for a device, nothing is attached and nobody is to be told.
rm -f err
vfioscope trace --wait --driver none -o run.wait >out 2>err &
tracer=$!
wait_for grep -q waiting err
stop_trace TERM # the shell has its jobs ignore SIGINT
is "SIGTERM while waiting: killed by it" $trace_status 143
is "SIGTERM while waiting: no file" "$(ls -A | grep -c run.wait)" 0

# A pipe whose reader ends: the next table finds nobody, and the trace ends.
rm -f run.json
mkfifo pipe
{ head -n 1 && client_goes_on; } <pipe >line &
vfioscope trace -D "$RAM" -i 0.2 -o run.json >pipe 2>err
is "closed pipe: exit status" $? 2
has "closed pipe: says so" "cannot write to standard output: Broken pipe" err
is "closed pipe: in one line" "$(wc -l <err)" 1
ok "closed pipe: what was read came in time" [ -s line ]
ok "closed pipe: the run is written" [ "$(counted run.json)" -gt 0 ]
left_nothing "closed pipe" before

# A terminal that vanishes: script's end hangs it up, as the end of an ssh session does.
rm -f run.json
script -q -c 'vfioscope trace -v -D 0000:00:04.0 -o run.json' typescript >/dev/null 2>&1 &
terminal=$!
wait_for_tracing typescript
client_goes_on
tracer=$(pidof vfioscope)
kill -KILL $terminal
ok "vanished terminal: the trace ends" wait_for [ ! -e "/proc/$tracer" ]
ok "vanished terminal: the run is written" [ "$(counted run.json)" -gt 0 ]
left_nothing "vanished terminal" before

# kill -9: no table and no run, and nothing left behind by either flavour.
for method in fentry kprobe; do
	start_trace -D "$RAM" --attach $method
	kernel_state >during 2>&1
	ok "kill -9, $method: it was attached" [ "$(diff before during | grep -c '^+.*vfioscope\|^+.*vfio_')" -gt 2 ]
	stop_trace KILL
	is "kill -9, $method: it is dead" $trace_status 137
	ok "kill -9, $method: no run" [ ! -e run.json ]
	is "kill -9, $method: no half a run" "$(ls -A | grep -c run.json)" 0
	if [ $method = kprobe ]; then
		events=/sys/kernel/tracing/events/vfioscope
		is "kill -9, kprobe: what is left are two named events a handler" \
			"$(grep -c ':vfioscope/vfioscope_[0-9]*_[01]_e[nx]' /sys/kernel/tracing/kprobe_events)" 4
		is "kill -9, kprobe: none of them is enabled" "$(cat $events/enable)" 0
		vfioscope trace -D "$RAM" -d 0.1 >out 2>&1
		is "kill -9, kprobe: the next start" $? 0
	fi
	left_nothing "kill -9, $method" before
done
# Also while it attaches: of one kernel's test, which has all the signals.
[ $# -gt 1 ] && delays='300000 700000 1100000' || delays=
for delay in $delays; do
	vfioscope trace -D "$RAM" >out 2>&1 &
	tracer=$!
	usleep $delay
	kill -KILL $tracer 2>/dev/null
	wait $tracer
	left_nothing "kill -9 after $((delay / 1000)) ms" before
done

stop_client
is "the client ends well" $client_status 0
is "the client saw no error" "$(grep -c '"errors":{}' bench.json)" 1
done_testing
