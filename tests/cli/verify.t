#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `vfioscope bench verify': help, plans, wrong command lines, and verifying plain memory.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "$0")/lib.sh"

verify() { vfioscope bench verify "$@"; }

succeeds 'verify --help' bench verify --help
ok 'verify --help has examples' out_has Examples:
ok 'verify --help fits 80 columns' awk 'length > 79 { bad = 1 } END { exit bad }' "$tmp/out"
ok 'verify --help: the program is named' out_has 'Usage: barbench verify [OPTION...] DEVICE'

golden verify-plan.txt bench verify 0000:00:04.0 --range BAR2:0x0+0x40 --range CONFIG:0x40+0xc0 --write --force \
	--dry-run
golden verify-sweep.txt bench verify 0000:00:04.0 --region BAR0 --offset 3 --length 21 --sweep --dry-run
golden verify-memory.txt bench verify memory --range BAR0:0+64 --range BAR0:0xfffffc0+64 --write

fails 'no range' 'no range given, and there is no default: reads can have side effects' bench verify 0000:00:04.0
fails 'no log' 'no --log FILE given: if an access brings the host down' \
	bench verify 0000:00:04.0 --range BAR0:0+8
fails 'no such device' 'there is no PCI device fffe:00:04.0' \
	bench verify fffe:00:04.0 --range BAR0:0+8 --log "$tmp/log"
fails 'not a device' "'x' is neither a PCI address" bench verify x --range BAR0:0+8 --log "$tmp/log"
fails 'a log that is no file' 'is no regular file, so it would not be on disk' \
	bench verify memory --range BAR0:0+8 --log /dev/null
fails 'a log that cannot be' 'cannot write the log /nowhere/log: No such file or directory' \
	bench verify memory --range BAR0:0+8 --log /nowhere/log
fails 'an output that cannot be' 'cannot write /nowhere/v.json' \
	bench verify memory --range BAR0:0+8 -o /nowhere/v.json
fails 'a range beyond the region' 'the range 0xfffffff+0x8 is not within BAR0, which has 268435456 bytes' \
	bench verify memory --range BAR0:0xfffffff+8
fails 'a region that is not there' 'memory has no BAR1' bench verify memory --range BAR1:0+8
fails 'too large a plan' 'a range would get more than 65536 accesses' \
	bench verify memory --range BAR0:0+1M --sweep
fails 'the same as a plan' 'a range would get more than 65536 accesses' \
	bench verify memory --range BAR0:0+1M --sweep --dry-run
fails 'nothing to expect' '/nowhere: No such file' bench verify memory --range BAR0:0+8 --expect /nowhere
echo '{"schema": "vfioscope.run/1"}' >"$tmp/other.json"
fails 'another kind of file to expect' 'schema: expected "vfioscope.verify/1"' \
	bench verify memory --range BAR0:0+8 --expect "$tmp/other.json"

verify memory --range BAR0:0+64 --width 1,8 -o "$tmp/v.json" --json
ok 'one record in both ways' same "$tmp/v.json" "$tmp/out"
ok 'the log is beside it' test -s "$tmp/v.json.log"
ok 'the log has every access, three times' [ "$(grep -c '^[0-9]* read BAR0 .* ok$' "$tmp/v.json.log")" -eq 96 ]
verify memory --range BAR0:0+64 --width 1,8 -o "$tmp/v.json"
ok 'the log is appended to' [ "$(grep -c '^# barbench verify memory' "$tmp/v.json.log")" -eq 2 ]
ok 'the record' json_is 'report["verdict"] == "ok" and report["accesses"] == 96 and report["aer"] == "none" and
	len(report["ranges"][0]["cells"]) == 32 and not report["ranges"][0]["findings"]' "$tmp/v.json"
succeeds 'as expected' bench verify memory --range BAR0:0+64 --width 1,8 --expect "$tmp/v.json"
sed 's/"offset":"0x1","result":"ok","returned":1/"offset":"0x1","result":"EIO","returned":0/' "$tmp/v.json" \
	>"$tmp/deviant.json"
verify memory --range BAR0:0+64 --width 1,8 --expect "$tmp/deviant.json"
ok 'a deviation: exit status 1' status_is 1
ok 'a deviation is named' out_has 'deviation: read of 1 at BAR0 0x1: expected EIO, got ok'
verify memory --range BAR0:0+64 --width 8 --expect "$tmp/v.json"
ok 'less than expected: exit status 3' status_is 3
ok 'less than expected is said' out_has '16 accesses of the expected matrix were not made'
verify memory --range BAR0:0+64 --width 4
ok 'nothing to compare: exit status 3' status_is 3

if python3 -c 'import jsonschema' 2>/dev/null; then
	ok 'it fits its schema' python3 -c 'import json, jsonschema, sys
jsonschema.validate(*(json.load(open(name)) for name in sys.argv[1:]))' "$tmp/v.json" ../../docs/verify.schema.json
fi

done_testing
