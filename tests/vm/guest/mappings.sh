# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# What a trace of handlers does not see is named: mappings of before, made and dropped meanwhile, by a
# child, by a variant driver, of a device file that is closed; ioeventfds.
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/behaviour.sh
. /opt/vm/behaviour.sh

# start_mapper: tell VERB... then makes it do things, one after the other
start_mapper()
{
	rm -f commands answers
	mkfifo commands
	mapper "$RAM" <commands >answers 2>mapper.err &
	mapper=$!
	exec 8>commands
	told=0
}

tell()
{
	echo "$*" >&8
	told=$((told + 1))
	wait_for obeyed || diag <mapper.err
}

obeyed() { [ "$(wc -l <answers)" -eq "$told" ]; }

stop_mapper()
{
	exec 8>&-
	wait "$mapper"
	is "$1: the client ends well" $? 0
}

# Bytes that the tracer has read, but for those of its timers, which are 8 a system call. It reads no
# others than those of its looks for mappings, if nobody's calls are counted.
bytes_read() { awk '/^rchar/ { n += $2 } /^syscr/ { n -= 8 * $2 } END { print n }' "/proc/$tracer/io"; }

# looked_for: until a look for mappings has passed that began later: the second, the first may be under way
looked_for()
{
	local look before

	for look in 1 2; do
		before=$(bytes_read)
		wait_for looked_since || fail "look $look for mappings comes"
	done
}

looked_since() { [ "$(bytes_read)" -gt "$before" ]; }

# mapping_rows RUN: REGION OFFSET LENGTH PROT before|at|between there|dropped mapper|other, a line each
mapping_rows()
{
	sed -n '/^ "mappings"/,/^ \]/s/^  {"device":"'"$RAM"'",\(.*\)},\{0,1\}$/\1/p' "$1" |
		awk -F'[:,{}]' -v mapper="$(mapper_index "$1")" '
		function value(name, i) {
			for (i = 1; i < NF; i++)
				if ($i == "\"" name "\"")
					return $(i + 1)
		}
		function range(name, i) {
			for (i = 1; i < NF; i++)
				if ($i == "\"" name "\"")
					return $(i + 5) - $(i + 3)
			return -1
		}
		{
			gsub(/"prot":""/, "\"prot\":\"-\"")
			made = value("before_trace") == "true" ? "before" : range("made") ? "between" : "at"
			gone = range("dropped")
			line = value("region") " " value("offset") " " value("length") " " value("prot")
			gsub(/"/, "", line)
			gone = gone < 0 ? "there" : gone ? "dropped" : "wrong"
			print line, made, gone, (value("process") == mapper ? "mapper" : "other")
		}' | sort
}

# The index of the mapper in a run's processes
mapper_index()
{
	sed -n '/^ "processes"/,/^ \]/p' "$1" | grep '"pid"' | awk -v pid="\"pid\":$mapper," '
		index($0, pid) && !done { print NR - 1; done = 1 }'
}

# answers KIND RUN: "DEVICE REGION ANSWER", a line each; REGION is "-" for the rest of a device
blind_answers()
{
	sed -n "s/^  {\"device\":\"\([^\"]*\)\",\(\"region\":\([0-9]*\),\)\{0,1\}\"kind\":\"$1\",\"answer\":\"\([a-z]*\)\".*/\1 \3 \4/p" "$2" |
		sed 's/  / - /' | sort
}

wanted() { cat >wanted; }

# told AUDIT: its text, without what differs from guest to guest: times, process numbers, the kernel
told()
{
	sed "s/$(uname -r)/RELEASE/
		s/[0-9]*-[0-9]*-[0-9]*T[0-9:.]*Z/TIME/
		s/TIME  *[0-9.]* RELEASE/TIME SECONDS RELEASE/
		s/STARTED .* ARCH/STARTED SECONDS KERNEL ARCH/
		s/\[[0-9]*\]/[PID]/
		s/PROCESS  *VM/PROCESS VM/" "$1"
}

# --- vfio-pci: before, during, by a child; another device has none ---
ok "$RAM is bound" bind vfio-pci "$RAM"
ok "$EDU is bound" bind vfio-pci "$EDU"
start_mapper
tell map 2 0x1000 0x2000
tell map 2 0x80000 0x1000
tell arm 2 0x10
start_trace
tell unmap
tell map 2 0 0x1000
tell map 2 0x40000 0x1000
tell unmap
tell fork
looked_for
tell reap
tell arm 2 0x20
tell fire 7
tell read 2 0 13
echo 'read BAR0 0 4 5 call' >script
client -o expect "$EDU" script
is "during: another client reads $EDU" $? 0
stop_trace INT
is "during: the trace succeeds" $trace_status 0
mapping_rows run.json >got
wanted <<'END'
2 0x0 0x1000 r at there mapper
2 0x0 0x1000 r between dropped other
2 0x1000 0x2000 r before there mapper
2 0x1000 0x2000 r between dropped other
2 0x40000 0x1000 r at dropped mapper
2 0x80000 0x1000 r before dropped mapper
END
same "during: each mapping is told, of before, made, inherited and dropped" got wanted
is "during: mmap is answered by region" "$(blind_answers mmap run.json)" "$EDU - no
$RAM - no
$RAM 2 yes"
has "during: by whom, where and when" "mapped by mapper[$mapper] 0x" run.json
has "during: a region that is called as well is mixed" "mixed: 13 calls were counted as well" run.json
is "during: ioeventfds are answered by region" "$(blind_answers ioeventfd run.json)" "$EDU - no
$RAM - no
$RAM 2 yes"
has "during: and each firing is counted" '"kind":"ioeventfd","answer":"yes","count":7,' run.json
has "during: those armed before and since" \
	"armed before the trace: 1 on this device; armed since: 1, disarmed: 0; fired: 7" run.json
has "during: a session that ended is counted" '"sessions":{"ended":1,"open":0}' run.json
has "during: and one that is open" '"sessions":{"ended":0,"open":1}' run.json
has "the report names the rest of a device" "others mmap" out
stop_mapper "during"

cat >policy.json <<'END'
{"schema": "vfioscope.policy/1", "name": "edu", "devices": [{"vendor": "0x1234", "device": "0x11e8"}],
 "rules": [{"id": "aligned", "regions": ["BAR0"], "aligned": true}]}
END
vfioscope audit --policy policy.json run.json >audit 2>&1
is "audit: without a mapping, and opened under the trace, a clean verdict is one" $? 0
sed 's/0x1234/0x1af4/; s/0x11e8/0x1110/; s/BAR0/BAR2/' policy.json >ram.json
vfioscope audit --policy ram.json run.json >audit 2>&1
is "audit: with a mapping it is undecided" $? 3
has "audit: and names it" "blind spot mmap: yes ($RAM, BAR2): mapped by mapper[$mapper]" audit

# --- the same policy and a live trace: ^C gives the verdict, which is that of the run file ---
rm -f err
vfioscope audit --policy policy.json --live -v -i 1m -D "$EDU" >audit 2>err &
tracer=$!
wait_for_tracing
client -o expect "$EDU" script
stop_trace INT
is "live: without a violation" $trace_status 0
told audit >got
same "live: without a violation, all that is said" got /opt/vm/expect/audit-live-held.txt
has "live: how far it is" ": 5 calls that rules speak of, 0 against them, at least" err
echo 'read BAR0 1 4 3 call' >>script
vfioscope audit --policy policy.json --live -D "$EDU" -- client -o expect "$EDU" script >audit 2>err
is "live: with a violation, as text" $? 1
told audit >got
same "live: with a violation, all that is said" got /opt/vm/expect/audit-live-violated.txt
vfioscope audit --policy policy.json --live -i 1m -o run.json --json -- client -o expect "$EDU" script >live 2>err
is "live: with a violation" $? 1
has "live: how far it was" ": 8 calls that rules speak of, 3 against them, at least" err
vfioscope audit --policy policy.json --json run.json >audit
same "live: the run file says the same" live audit
has "live: at which offset" '"offset": "0x1"' live
ok "live: the method is exact" grep -q '"method":"k' run.json
vfioscope audit --policy policy.json --live -D "$EDU" -o /dev/full -- true >audit 2>err
is "live: a run that cannot be written is trouble" $? 2

# --- the variant driver, whose offsets are its own: a part is cut off, the rest moves ---
ok "$RAM is unbound" unbind "$RAM"
test_driver offset_shift=48
ok "variant: $RAM is bound to it" bind vfioscope_test "$RAM"
start_mapper
tell map 2 0x2000 0x3000
start_trace -D "$RAM"
tell cut
looked_for
tell move
looked_for
tell map 2 0x8000 0x1000
stop_trace INT
mapping_rows run.json >got
wanted <<'END'
2 0x2000 0x3000 r before dropped mapper
2 0x3000 0x2000 r between dropped mapper
2 0x3000 0x2000 r between there mapper
2 0x8000 0x1000 r at there mapper
END
same "variant: each mapping is told, cut and moved" got wanted
is "variant: mmap is answered by region" "$(blind_answers mmap run.json)" "$RAM - no
$RAM 2 yes"
is "variant: there are no ioeventfds" "$(blind_answers ioeventfd run.json)" "$RAM - no"

# --- nobody has the device open, but there are mappings ---
tell close
vfioscope trace -D "$RAM" -d 1 -o run.json >out 2>err
is "closed: the trace succeeds" $? 0
mapping_rows run.json >got
wanted <<'END'
2 0x3000 0x2000 r before there mapper
2 0x8000 0x1000 r before there mapper
END
same "closed: each mapping is told" got wanted
is "closed: mmap is answered by region" "$(blind_answers mmap run.json)" "$RAM - no
$RAM 2 yes"
stop_mapper "closed"
done_testing
