# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# behaviour-devices.sh KERNEL: devices that come, go, come back, are open already, and their drivers
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/behaviour.sh
. /opt/vm/behaviour.sh

if [ "$1" = 6.1 ]; then
	driver=vfioscope_test own=vfioscope_test
else
	driver=vfio-pci own=vfio_pci_core
fi

# read_some COUNT BDF REGION: as many accesses, and no other
read_some()
{
	cat >script <<-END
		read $3 0 4 $1 call
	END
	client -o expect "$2" script
}

# cells_of RUN: DEVICE,REGION,DIR,WIDTH,COUNT of all cells
cells_of() { vfioscope report -f csv "$1" | awk -F, -v OFS=, 'NR > 1 { print $1, $3, $4, $5, $7 }'; }

# blind_spot KIND RUN: "DEVICE ANSWER", a line each
blind_spot()
{
	grep -o "{\"device\":\"[^\"]*\",[^}]*\"kind\":\"$1\"[^}]*" "$2" |
		sed 's/.*"device":"\([^"]*\)".*"answer":"\([a-z]*\)".*/\1 \2/'
}

# --- --wait: before the device is bound; before its driver is there ---
ok "$RAM is unbound" unbind "$RAM"
[ ! -e /sys/module/vfioscope_test ] || rmmod vfioscope_test
vfioscope trace -v --wait --driver $driver -o run.json -d 60 >out 2>err &
tracer=$!
ok "--wait: says what it waits for" wait_for grep -q \
	"waiting: no device is bound to a VFIO driver $driver: is it loaded?" err
usleep 700000
is "--wait: in one line" "$(wc -l <err)" 1
bound "$1" "$RAM"
ok "--wait: goes on when the device is bound" wait_for_tracing
read_some 1009 "$RAM" BAR2
stop_trace TERM
is "--wait: exit status" $trace_status 0
is "--wait: every access is there" "$(cells_of run.json)" "$RAM,BAR2,read,4,1009"
is "--wait: the device was not open before" "$(blind_spot opened-before-trace run.json)" "$RAM no"

rm -f err
vfioscope trace -v --wait -D "$EDU" -o run.json -d 60 >out 2>err &
tracer=$!
ok "--wait -D: says what it waits for" wait_for grep -q "waiting: device $EDU is bound to no driver" err
bind vfio-pci "$EDU"
ok "--wait -D: goes on when the device is bound" wait_for_tracing
read_some 503 "$EDU" BAR0
read_some 499 "$RAM" BAR2
stop_trace TERM
is "--wait -D: every access is there, and no other's" "$(cells_of run.json)" "$EDU,BAR0,read,4,503"

# --- unbound and bound again, while traced ---
for method in fentry kprobe; do
	start_trace --attach $method --no-by-process
	read_some 101 "$RAM" BAR2
	ok "rebound, $method: unbinding works" unbind "$RAM"
	read_some 211 "$EDU" BAR0
	ok "rebound, $method: binding works" bind $driver "$RAM"
	read_some 307 "$RAM" BAR2
	ok "rebound, $method: and once more" bind $driver "$RAM"
	read_some 401 "$RAM" BAR2
	stop_trace TERM
	is "rebound, $method: exit status" $trace_status 0
	is "rebound, $method: the counts go on" "$(cells_of run.json | sort)" \
		"$(printf '%s\n' "$EDU,BAR0,read,4,211" "$RAM,BAR2,read,4,809")"
	is "rebound, $method: the account" "$(account out)" "1020 1020 0"
	is "rebound, $method: each device is there once" \
		"$(grep -o '{"name":"0000:[^"]*"' run.json | sort | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" "1 1 "
done

# --- bound to another driver, which is traced as well: another device to the user ---
if [ "$1" = 6.1 ]; then
	start_trace
	read_some 101 "$RAM" BAR2
	bind vfio-pci "$RAM"
	read_some 103 "$RAM" BAR2
	stop_trace TERM
	is "another driver: both counts" "$(cells_of run.json | sort)" \
		"$(printf '%s\n' "$RAM,BAR2,read,4,101" "$RAM,BAR2,read,4,103")"
	is "another driver: by its ops" "$(grep -o '"ops":"[^"]*"' run.json | sort -u | tr '\n' ' ')" \
		'"ops":"vfio-pci" "ops":"vfioscope-test" '
fi

# --- a driver's module cannot go while fentry is attached ---
if [ "$1" = 6.1 ]; then
	ok "the module: its device is bound" bound "$1" "$RAM"
	start_trace --attach fentry
	ok "the module: its device can be unbound" unbind "$RAM"
	ok "the module: it is in use" sh -c '! rmmod vfioscope_test 2>/dev/null'
	stop_trace TERM
	ok "the module: it goes when the trace is over" rmmod vfioscope_test
	ok "the module: it comes back" bound "$1" "$RAM"
	start_trace --attach kprobe
	ok "the module, kprobe: its device can be unbound" unbind "$RAM"
	ok "the module, kprobe: it goes" rmmod vfioscope_test
	stop_trace TERM
	is "the module, kprobe: the trace ends well" $trace_status 0
	ok "the module, kprobe: it comes back" bound "$1" "$RAM"
fi

# --- a driver that comes while a trace goes on: not traced, and the run says so ---
if [ "$1" = 6.1 ]; then
	unbind "$RAM"
	rmmod vfioscope_test
	start_trace
	bound "$1" "$RAM"
	ok "a late driver: it works" read_some 107 "$RAM" BAR2
	read_some 109 "$EDU" BAR0
	stop_trace TERM
	is "a late driver: the others are traced" "$(cells_of run.json)" "$EDU,BAR0,read,4,109"
	is "a late driver: the account" "$(account out)" "109 109 0"
	is "a late driver: is a blind spot" "$(blind_spot driver-bound-later run.json)" "$RAM yes"
	has "a late driver: which the report shows" "its driver's handlers were not attached to" out
fi

# --- list, closed and open ---
bind $driver "$RAM"
vfioscope list >closed 2>err
is "list, closed: exit status" $? 0
is "list, closed: the handlers are candidates" "$(awk -v d="$RAM" '$1 == d { print $2, $4 }' closed)" \
	"$driver candidate"
is "list, closed: opened by nobody" "$(awk -v d="$RAM" '$1 == d { print $(NF - 1) }' closed)" -
echo 'read BAR2 0 4 1013 call' >script
# shellcheck disable=SC2094 # a file to wait for
client --ready ready --go go -o expect "$RAM" script &
client=$!
wait_for [ -e ready ]
vfioscope list >open 2>err
is "list, open: the handlers are confirmed, and no other is listed" \
	"$(awk -v d="$RAM" '$1 == d { print $2, $4, $5, $6, $7 }' open)" \
	"$driver confirmed ${own}_read ${own}_write fentry"
has "list, open: opened by" "client($client)" open
is "list, open: the other device stays as it was" "$(grep "^$EDU" open)" \
	"$(grep "^$EDU" open | grep candidate)"
vfioscope list --json >open.json
is "list, open: JSON" "$(grep -c "\"pid\": $client,\|\"comm\": \"client\"\|\"confirmed\": true" open.json)" 4

# --- a device that is open before the trace ---
start_trace -D "$RAM"
: >go
wait $client
is "open before: the client ends well" $? 0
stop_trace TERM
is "open before: every access is there" "$(cells_of run.json)" "$RAM,BAR2,read,4,1013"
is "open before: it is a blind spot" "$(blind_spot opened-before-trace run.json)" "$RAM yes"
is "open before: the driver was asked for the layout" \
	"$(grep -o '"offset_shift":{[^}]*}' run.json)" '"offset_shift":{"value":40,"source":"reported"}'
rm -f ready go

# --- a device that is opened while the trace starts, after it looked who has it open ---
# The tracer waits between attaching and activating: nobody takes what --verbose says of the one.
mkfifo full
exec 7<>full
head -c 65536 /dev/zero >&7
vfioscope trace -v -D "$RAM" --attach kprobe -o run.json >out 2>full &
tracer=$!
ok "opened while it starts: it has attached" wait_for grep -q vfioscope /sys/kernel/tracing/kprobe_events
ok "opened while it starts: and waits" wait_for grep -q pipe /proc/$tracer/wchan
# shellcheck disable=SC2094 # a file to wait for
client --ready ready --go go -o expect "$RAM" script &
client=$!
wait_for [ -e ready ]
cat full >said &
reader=$!
wait_for_tracing said
: >go
wait $client
stop_trace TERM
kill $reader
exec 7>&-
is "opened while it starts: every access is there" "$(cells_of run.json)" "$RAM,BAR2,read,4,1013"
is "opened while it starts: it is a blind spot" "$(blind_spot opened-before-trace run.json)" "$RAM yes"
rm -f ready go

# --- unbound while open; and what is bound next has its struct at the same address, as a rule ---
for method in fentry kprobe; do
	bind $driver "$RAM"
	rm -f ready go
	echo 'read BAR2 0 4 1013 call' >script
	start_trace --attach $method
	client --ready ready --go go -o expect "$RAM" script &
	client=$!
	wait_for [ -e ready ]
	unbind "$EDU"
	echo "$RAM" >"/sys/bus/pci/devices/$RAM/driver/unbind" &
	unbinder=$!
	ok "unbound while open, $method: which waits for the client" \
		wait_for grep -q vfio "/proc/$unbinder/wchan"
	: >go
	wait $client
	is "unbound while open, $method: the client ends well" $? 0
	wait $unbinder
	bind vfio-pci "$EDU"
	read_some 89 "$EDU" BAR0
	stop_trace TERM
	is "unbound while open, $method: every access is there, and the next device's" \
		"$(cells_of run.json | sort)" \
		"$(printf '%s\n' "$EDU,BAR0,read,4,89" "$RAM,BAR2,read,4,1013")"
done

# --- a device that comes back again and again takes no more cells ---
bind $driver "$RAM"
start_trace --max-cells 2 --no-by-process -D "$RAM"
for i in 1 2 3 4 5 6; do
	read_some 11 "$RAM" BAR2
	unbind "$RAM"
	bind $driver "$RAM"
done
stop_trace TERM
is "rebound 6 times: in one cell" "$(cells_of run.json)" "$RAM,BAR2,read,4,66"
is "rebound 6 times: which is all that was needed" "$(field cells_used run.json)" 1

# --- a captured tree lists what the machine has ---
bind $driver "$RAM"
vfioscope list >live
if sh /opt/vm/capture-sysroot.sh tree 2>err; then
	vfioscope list --sysroot tree >captured 2>err
	# but who has a device open, and how it would be attached to
	for file in live captured; do
		sed 's/ fentry  *-  */ - ? /;s/  */ /g' $file | tail -n +2 >$file.rows
	done
	same "a captured tree: lists what the machine has" captured.rows live.rows
	is "a captured tree: has no config space" "$(find tree -name config | wc -l)" 0
	diag <captured
else
	fail "a captured tree: can be captured"
	diag <err
fi
is "the kernel has no complaint" "$(dmesg | grep -c 'WARNING\|BUG\|Oops')" 0
done_testing
