#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run files that cannot be read or trusted: one line, exit status 2, nothing on stdout.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "$0")/lib.sh"

good=runs/trace.json

# broken NAME MESSAGE: report refuses $tmp/bad.json in every form
broken()
{
	fails "$1" "$2" report "$tmp/bad.json"
	ok "$1: the file is named" err_has "$tmp/bad.json"
	fails "$1, JSON" "$2" report --json "$tmp/bad.json"
	fails "$1, after a good one" "$2" report "$good" "$tmp/bad.json"
	fails "$1, to a file" "$2" report -o "$tmp/report" "$tmp/bad.json"
	ok "$1: no file is left" test ! -e "$tmp/report"
}

# edited FROM TO: the good run with one change, which must be one
edited()
{
	sed "s/$1/$2/" "$good" >"$tmp/bad.json"
	cmp -s "$good" "$tmp/bad.json" && echo "Bail out! the fixture has no $1" && exit 1
}

fails 'a missing file' 'No such file or directory' report "$tmp/none.json"
fails 'a folder' 'directory' report .
fails 'a file that cannot be read' '/proc/self/mem' report /proc/self/mem
fails 'a hostile file name' 'a\x1b[2J\x0ab.json' report $'a\e[2J\nb.json'

: >"$tmp/bad.json"
broken 'an empty file' 'bad.json'
printf 'hello\n' >"$tmp/bad.json"
broken 'no JSON' 'bad.json:1'
cp "$bin" "$tmp/bad.json"
broken 'a program' 'bad.json'
head -c 1000 "$good" >"$tmp/bad.json"
broken 'a truncated run' 'bad.json:'
head -c -3 "$good" >"$tmp/bad.json"
broken 'a run without its end' 'bad.json:'
{ cat "$good"; echo x; } >"$tmp/bad.json"
broken 'trailing text' 'bad.json:'
echo '{"schema": "perf.data/1"}' >"$tmp/bad.json"
broken 'a foreign schema' 'schema'
"$bin" report --json "$good" >"$tmp/bad.json"
broken 'a report in place of a run' 'schema'
echo '[1, 2, 3]' >"$tmp/bad.json"
broken 'an array' 'bad.json'
edited '"count":1009' '"count":1010'
broken 'a count that does not add up' 'count'
edited '"count":1009' '"count":-1009'
broken 'a negative count' 'count'
edited '"bytes":8072' '"count":1009'
broken 'a key twice' 'duplicate'
edited '"device":0' '"device":7'
broken 'a device that is not there' 'device'
edited '"dir":"read"' '"dir":"\\u001b[31mup\\n"'
broken 'a hostile word' 'dir'
edited '"schema"' '"\\u001b[2J\\n\\u009b":1,"schema"'
vfioscope report "$tmp/bad.json"
ok 'a hostile unknown field is counted, not shown' out_has 'does not know and left out: 1'

done_testing
