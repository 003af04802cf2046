#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Output that cannot be written is trouble, whoever notices.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "$0")/lib.sh"

# trouble NAME MESSAGE: what the last command left in $status and $tmp/err
trouble()
{
	ok "$1: exit status 2" status_is 2
	ok "$1: says \"$2\"" err_has "$2"
	ok "$1: one line" err_is_one_line
}

full='cannot write to standard output: No space left on device'
closed='cannot write to standard output: Bad file descriptor'
for command in 'report runs/trace.json' 'report --json runs/trace.json' '--help' 'help report' \
	'--version' 'report --version'; do
	# shellcheck disable=SC2086
	{
		status=0
		"$bin" $command >/dev/full 2>"$tmp/err" || status=$?
		trouble "$command, full disk" "$full"
		status=0
		"$bin" $command >&- 2>"$tmp/err" || status=$?
		trouble "$command, closed stdout" "$closed"
	}
done

# A pipe whose reader is gone before the first write.
mkfifo "$tmp/pipe"
# shellcheck disable=SC2094 # the second open would wait for a reader
exec 3<>"$tmp/pipe" 4>"$tmp/pipe" 3>&-
status=0
"$bin" report runs/trace.json >&4 2>"$tmp/err" || status=$?
exec 4>&-
trouble 'closed pipe' 'cannot write to standard output: Broken pipe'

vfioscope report -o /dev/full runs/trace.json
trouble '-o on a full disk' 'cannot write to /dev/full: No space left on device'
vfioscope report -o "$tmp/none/report" runs/trace.json
trouble '-o in a folder that is not there' 'cannot write to'
ok '-o: nothing on stdout' out_is_empty

echo old >"$tmp/report"
vfioscope report -o "$tmp/report" runs/none.json
ok 'a failure leaves the old file' grep -q old "$tmp/report"
vfioscope report -o "$tmp/report" runs/trace.json
"$bin" report runs/trace.json >"$tmp/whole"
ok 'success replaces it' same "$tmp/whole" "$tmp/report"
ok 'and leaves nothing else' test "$(find "$tmp" -name '*report*' | wc -l)" -eq 1

# bench with no barbench anywhere
cp "$bin" "$tmp/vfioscope"
status=0
PATH=/nonexistent "$tmp/vfioscope" bench 2>"$tmp/err" || status=$?
trouble 'bench without barbench' 'cannot run barbench: No such file or directory'
printf '#!/bin/sh\necho "ran $*"\nexit 3\n' >"$tmp/barbench"
chmod +x "$tmp/barbench"
status=0
"$tmp/vfioscope" bench --one two >"$tmp/out" 2>"$tmp/err" || status=$?
ok 'bench runs the barbench beside it' out_has 'ran --one two'
ok 'bench: its exit status' status_is 3

# What wraps lines at a column would break examples, which are there to be copied.
for command in 'vfioscope list' 'vfioscope trace' 'vfioscope snoop' 'vfioscope report' 'vfioscope compare' \
	'vfioscope audit' 'barbench' 'barbench verify'; do
	# shellcheck disable=SC2086
	"${bin%/*}"/$command --help >"$tmp/out"
	ok "$command --help: has examples, and none is broken" awk '
		example && /^[^ ]/ { bad = 1 }
		{ example = /^  (vfioscope|barbench) /; examples += example }
		END { exit bad || !examples }' "$tmp/out"
done

done_testing
