# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# behaviour-reader.sh KERNEL: a reader that does not read, as a pager does not that shows a page
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/behaviour.sh
. /opt/vm/behaviour.sh

ok "the device is bound" bound "$1" "$RAM"
kernel_state >before 2>&1
start_client "$RAM" BAR2

# --- a pipe that is full from the start: a signal ends the trace ---
mkfifo pipe
exec 8<>pipe
head -c 65536 /dev/zero >&8
rm -f run.json
vfioscope trace -v -D "$RAM" -i 0.1 -o run.json >pipe 2>err &
tracer=$!
wait_for_tracing
client_goes_on
kill -TERM $tracer
ok "a full pipe: SIGTERM ends the trace" wait_for [ ! -e "/proc/$tracer" ]
kill -KILL $tracer 2>/dev/null
wait $tracer
is "a full pipe: exit status" $? 2
has "a full pipe: says so" "standard output was not read: the report was left out" err
ok "a full pipe: the run is written" [ "$(counted run.json)" -gt 0 ]
left_nothing "a full pipe" before

# --- so does -d; the report waits until it is read ---
rm -f run.json
vfioscope trace -D "$RAM" -i 0.1 -d 1 -o run.json >pipe 2>err &
tracer=$!
ok "a full pipe: the run is written after -d, read or not" wait_for [ -e run.json ]
left_nothing "a full pipe, -d" before
cat pipe >out &
reader=$!
wait_for [ ! -e "/proc/$tracer" ] || kill -KILL $tracer
wait $tracer
is "read at last: exit status" $? 0
ok "read at last: the report comes" wait_for grep -q 'NOT SEEN' out
has "read at last: tables that were left out are told" "tables were left out" err
kill $reader
exec 8>&-

stop_client
is "the client ends well" $client_status 0
done_testing
