#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# compare, of runs with an exact clock: 2 % of delay in one cell are found in that cell and no other, a driver is
# equivalent to itself, and 7.x against 6.1 shows what changed in kind and what that saves.
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
needs_kernel 7.x

# compare NAME STATUS ARG...: its output in $vm_tmp/out and, as JSON, in $vm_tmp/json
compare()
{
	local name=$1 wanted=$2 status=0

	shift 2
	"$vm_out/bin/vfioscope" compare "$@" >"$vm_tmp/out" 2>&1 || status=$?
	"$vm_out/bin/vfioscope" compare --json "$@" >"$vm_tmp/json" 2>/dev/null
	ok "$name: exit status $wanted" [ "$status" -eq "$wanted" ]
	diag <"$vm_tmp/out"
}

# json_is EXPRESSION: it holds (in Python), where verdict has that of each cell by its name
json_is()
{
	python3 -c 'import json, sys
report = json.load(open(sys.argv[2]))
verdict = {cell["cell"].partition(" ")[2]: cell["verdict"] for cell in report["cells"]}
sys.exit(not eval("(" + sys.argv[1] + ")"))' "$1" "$vm_tmp/json"
}

# in_order TEXT...: each is in the output behind the ones before
in_order()
{
	local text rest

	rest=$(<"$vm_tmp/out")
	for text in "$@"; do
		[[ $rest == *"$text"* ]] || return 1
		rest=${rest#*"$text"}
	done
}

guest 6.1 compare --icount
old=$vm_sent/out

compare 'a driver against itself' 0 "$old/base" "$old/again"
ok 'a driver against itself: all cells are equivalent' \
	json_is 'len(verdict) == 5 and set(verdict.values()) == {"equivalent"}'
compare '2 % of delay' 1 "$old/base" "$old/slow"
ok '2 % of delay: found in the cell of 4-byte reads' json_is 'verdict["BAR2 read 4"] == "regression"'
ok '2 % of delay: and in no other' json_is 'sorted(verdict.values()) == 4 * ["equivalent"] + ["regression"]'

guest 7.x compare --icount
new=$vm_sent/out

compare '6.1 against 7.x' 3 "$old/plain" "$new/plain"
ok '6.1 against 7.x: the difference is on top' in_order DIFFERS kernel 'no verdict counts' SHIFTS
# Calls that save no access are a little dearer there
compare '6.1 against 7.x, as the question' 1 "$old/plain" "$new/plain" --across kernel
ok '6.1 against 7.x: what changed in kind comes before the figures' in_order 'CHANGED IN KIND' \
	'BAR2 read 8: device accesses for each call: 2 of 4 bytes, now 1 of 8 bytes' SHIFTS
ok '6.1 against 7.x: so do blocks' in_order 'CHANGED IN KIND' \
	'BAR2 read 64: device accesses for each call: 16 of 4 bytes, now 8 of 8 bytes' SHIFTS
ok '6.1 against 7.x: 8-byte and block reads are cheaper' \
	json_is '[verdict[f"BAR2 read {width}"] for width in (8, 64)] == 2 * ["improvement"]'
done_testing
