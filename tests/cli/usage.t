#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Help, version and wrong command lines.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "$0")/lib.sh"

succeeds '--help' --help
for command in list trace snoop report audit bench; do
	ok "--help lists $command" grep -q "^  $command " "$tmp/out"
done
cp "$tmp/out" "$tmp/help"
succeeds 'help' help
ok 'help is --help' same "$tmp/help" "$tmp/out"
succeeds '--version' --version
ok '--version: name and number' grep -qE '^vfioscope [0-9]+\.[0-9]+' "$tmp/out"

succeeds 'report --help' report --help
ok 'report --help has examples' out_has EXAMPLES
ok 'report --help fits 80 columns' awk 'length > 79 { bad = 1 } END { exit bad }' "$tmp/out"
cp "$tmp/out" "$tmp/help"
succeeds 'help report' help report
ok 'help report is report --help' same "$tmp/help" "$tmp/out"
succeeds 'report --version' report --version
succeeds 'audit --help' audit --help
ok 'audit --help has examples' out_has EXAMPLES
ok 'audit --help fits 80 columns' awk 'length > 79 { bad = 1 } END { exit bad }' "$tmp/out"

fails 'no command' "try 'vfioscope --help'"
fails 'unknown command' "unknown command 'x'; try 'vfioscope --help'" x
fails 'unknown option' "unknown option '--x'; try 'vfioscope --help'" --x
fails 'help of an unknown command' "unknown command 'x'" help x
fails 'a hostile command' "unknown command '\\x1b[2J\\x0ax'" $'\e[2J\nx'

fails 'no run' "no run file given; try 'vfioscope report --help'" report
fails 'unknown form' "no form 'xml'" report --format xml runs/trace.json
fails 'unknown order' "--sort: 'x'" report --sort x runs/trace.json
fails 'unknown region' "--region: 'BAR7'" report --region BAR7 runs/trace.json
fails 'a region that is none of PCI' "--region: '15'" report --region 15 runs/trace.json
fails 'empty region' "--region: ''" report --region= runs/trace.json
fails 'empty region in a list' "--region: 'BAR0,'" report --region BAR0, runs/trace.json
fails 'unknown direction' "--dir: 'up'" report --dir up runs/trace.json
fails 'two runs as JSON' 'holds one run, and 2 were given' report --json runs/trace.json runs/weak.json
fails 'two runs as CSV' 'holds one run' report -f csv runs/trace.json runs/weak.json
for device in '' 3:0.0 03:00.8 0000:03:00.8 0000:03:00 0000:03:00.0x 000:03:00.0 '0000:03:00.0 ' 123456789:03:00.0; do
	fails "device '$device'" "--device: '$device' is no PCI address" \
		report --device "$device" runs/trace.json
done
fails 'a device that is not in the run' 'has no device 0000:00:05.0' \
	report --device 00:05.0 runs/trace.json

fails 'a device in short and in capitals' 'has no device 0000:ab:cd.7' report -D AB:CD.7 runs/trace.json

# What getopt finds takes two lines.
vfioscope report --bogus runs/trace.json
ok 'unrecognized option: exit status 2' status_is 2
ok 'unrecognized option: named' err_has "unrecognized option '--bogus'"
ok 'unrecognized option: nothing on stdout' out_is_empty
vfioscope report runs/trace.json --output
ok 'option without its argument: exit status 2' status_is 2
ok 'option without its argument: named' err_has "'--output' requires an argument"

done_testing
