# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# behaviour-run.sh KERNEL: the command of a trace, intervals, too many cells, full disks
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/behaviour.sh
. /opt/vm/behaviour.sh

ok "the device is bound" bound "$1" "$RAM"

# run ARG...: a trace; sets status
run()
{
	vfioscope trace -D "$RAM" -o run.json "$@" >out 2>err
	status=$?
}

# --- the command ---
run -- sh -c 'echo from the command; exit 7'
is "a command that fails: the trace does not" $status 0
has "a command that fails: its status on stderr" "vfioscope: sh exited with status 7" err
has "a command that fails: in the run" '"exit_status":7' run.json
has "a command that fails: its output is passed on" "from the command" out
run -- sh -c 'kill -SEGV $$'
is "a command that is killed: the trace ends well" $status 0
has "a command that is killed: the signal on stderr" "was killed by signal 11 (Segmentation fault)" err
has "a command that is killed: in the run" '"term_signal":11' run.json
cp run.json old.json
for command in ./none /etc/passwd; do
	run -- $command
	is "$command cannot be run: exit status" $status 2
	has "$command cannot be run: says so" "vfioscope: cannot run $command: " err
	is "$command cannot be run: in one line" "$(wc -l <err)" 1
	ok "$command cannot be run: nothing on stdout" [ ! -s out ]
	same "$command cannot be run: the old run stays" run.json old.json
	is "$command cannot be run: nothing beside it" "$(ls -A | grep -c run.json)" 1
done
# What it inherits: no signal blocked or ignored, no file open but the three.
run -- sh -c 'grep -E "^Sig(Blk|Ign)" /proc/self/status; ls /proc/$$/fd | tr "\n" " "'
is "the command: signals as they were" "$(grep -c '^Sig.*0000000000000000$' out)" 2
has "the command: no file of ours" "0 1 2 " out

# --- durations ---
uptime_ms() { awk '{ print int($1 * 1000) }' /proc/uptime; }
before=$(uptime_ms)
run -d 3
is "-d 3: exit status" $status 0
ns=$(field duration_ns run.json | head -n 1)
ok "-d 3: lasts 3 s ($ns ns)" [ "$ns" -ge 3000000000 ]
ok "-d 3: and no longer than it took" [ $((ns / 1000000)) -le $(($(uptime_ms) + 10 - before)) ]
run -d 0.5 -- sleep 100
is "-d ends a trace before its command: exit status" $status 0
has "-d ends a trace before its command: says so" "sleep is still running (pid" err
has "-d ends a trace before its command: its status is not known" '"term_signal":0' run.json
is "-d ends a trace before its command: nor written" "$(grep -c exit_status run.json)" 0
killall sleep

# --- intervals add up ---
cat >work <<'END'
i=0
while [ $i -lt 3 ]; do
	barbench 0000:00:04.0 --i-may-reset --region BAR2 --mode pread --width 1,4 \
		--count 10007 --warmup 0 --reps 2 -q >/dev/null
	i=$((i + 1))
done
END
run -i 0.25 -- sh ./work
is "-i: exit status" $status 0
tables=$(grep -c '^[0-9][0-9]:[0-9][0-9]:[0-9][0-9]$' out)
ok "-i: several tables ($tables)" [ "$tables" -gt 3 ]
cat >add.awk <<'END'
# COUNT of each DIR,WIDTH, before the final report and in it
BEGIN { final = 0 }
/^run  / { final = 1 }
$1 ~ /^BAR2$/ && ($2 == "read" || $2 == "write") { sum[final, $2 "," $3] += $4 }
END {
	for (key in sum) {
		split(key, parts, SUBSEP)
		names[parts[2]] = 1
	}
	for (name in names)
		print name, sum[0, name] + 0, sum[1, name] + 0
}
END
cp out run.json /out/
awk -f add.awk out >sums
diag <sums
ok "-i: there are two cells" [ "$(wc -l <sums)" -eq 2 ]
is "-i: the tables add up to the report" "$(awk '$2 != $3' sums)" ""
is "-i: which has all" "$(account out)" "$(counted run.json) $(counted run.json) 0"
issued=$(awk '{ n += $3 } END { print n }' sums)
ok "-i: and there is something ($issued)" [ "$issued" -gt 10000 ]
run -i 0.25 --json -- sh ./work
ok "-i --json: no table in the JSON" [ "$(head -c 1 out)" = "{" ]
cp out /out/report.json
cp run.json /out/report.run.json

# --- the run on stdout ---
vfioscope trace -D "$RAM" -d 0.1 -o - >out 2>err
is "-o -: exit status" $? 0
ok "-o -: the run and nothing else" [ "$(counted out)" -eq 0 ]

# --- more cells than there is room for ---
run --max-cells 4 -- barbench "$RAM" --i-may-reset --region BAR2 --mode pread \
	--width 1,2,4,8,16,32 --count 1009 --warmup 0 --reps 1 --no-latency -q -o bench.json
is "--max-cells 4: exit status" $status 0
issued=$(sum issued bench.json)
is "--max-cells 4: all are accounted for" "$(account out)" "$issued $issued 0"
overflow=$(sum overflow run.json)
is "--max-cells 4: 4 cells have room" "$(vfioscope report -f csv run.json | tail -n +2 | wc -l)" 4
is "--max-cells 4: the rest is overflow" $(($(counted run.json) + overflow)) "$issued"
ok "--max-cells 4: and that is not nothing" [ "$overflow" -eq 2018 ]
has "--max-cells 4: it is shown" "calls that are in the account but in no cell: $overflow; raise --max-cells" out
has "--max-cells 4: so is that it is full" "all cells are in use" out

# --- read-backs of barbench are calls like any other ---
for flush in batch each; do
	run -- barbench "$RAM" --i-may-reset --region BAR2 --mode pwrite --write --length 4096 \
		--pattern stride:64 --width 8 --flush $flush --count 1009 --warmup 0 --reps 1 \
		--no-latency --no-restore -q -o bench.json
	[ $flush = each ] && read_backs=1009 || read_backs=1
	issued=$((1009 + read_backs))
	is "--flush $flush: exit status" $status 0
	is "--flush $flush: barbench says what it issued" "$(sum issued bench.json)" $issued
	is "--flush $flush: all were seen" "$(account out)" "$issued $issued 0"
	is "--flush $flush: 4 bytes each" "$(vfioscope report -f csv --dir read run.json | cut -d, -f5,7 | tail -n +2)" \
		"4,$read_backs"
done

# --- two devices of barbench in turn: each has all, and all are calls like any other ---
ok "A and B: the other device is bound" bind vfio-pci "$EDU"
vfioscope trace -o run.json -- barbench "$RAM" --ab "$EDU" --cpus 0 --i-may-reset \
	--region BAR0 --length 8 --mode pread --width 4 --count 101 --reps 7 -q -o a.json --ab-output b.json >out 2>err
is "A and B: exit status" $? 0
has "A and B: the shift is shown" "from A to B, with the 95 % interval" out
for side in a b; do
	warmup=$(sum warmup_operations $side.json)
	is "A and B: $side has all" "$(sum issued $side.json)" $((2 * 7 * 101 + warmup))
done
issued=$(($(sum issued a.json) + $(sum issued b.json)))
is "A and B: all were seen" "$(account out)" "$issued $issued 0"
unbind "$EDU"

# --- full disks ---
mkdir full
mount -t tmpfs -o size=8k tmpfs full
echo old >full/run.json
vfioscope trace -D "$RAM" -o full/run.json -- sh ./work >out 2>err
is "a full disk: exit status" $? 2
has "a full disk: says so" "full/run.json" err
has "a full disk: and why" "No space left on device" err
is "a full disk: in one line, beside that on the command" "$(wc -l <err)" 2
has "a full disk: the table is printed all the same" "NOT SEEN" out
is "a full disk: the old run stays" "$(cat full/run.json)" old
is "a full disk: nothing beside it" "$(ls -A full)" run.json
dd if=/dev/zero of=full/rest bs=1k 2>/dev/null
vfioscope trace -D "$RAM" -d 0.1 -o full/run.json >out 2>err
is "a disk without a byte: exit status" $? 2
is "a disk without a byte: the old run stays" "$(cat full/run.json)" old
is "a disk without a byte: nothing beside it" "$(ls -A full | tr '\n' ' ')" "rest run.json "
umount full
vfioscope trace -D "$RAM" -d 0.1 -o /dev/full >out 2>err
is "/dev/full: exit status" $? 2
has "/dev/full: says so" "/dev/full: cannot write: No space left on device" err
vfioscope trace -D "$RAM" -d 0.1 >/dev/full 2>err
is "stdout on /dev/full: exit status" $? 2
has "stdout on /dev/full: says so" "cannot write to standard output: No space left on device" err
done_testing
