#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# audit: verdicts and their exit codes, the three forms, policies that are refused, the shipped ones.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "$0")/lib.sh"

policies=../../user/policies

# verdict STATUS FILE ARG...: audit exits with STATUS, and its output is that of expect/FILE
verdict()
{
	local wanted=$1 file=expect/$2

	shift 2
	vfioscope audit "$@"
	ok "$file: exit status $wanted" status_is "$wanted"
	ok "$file: nothing on stderr" err_is_empty
	ok "$file: never says safe" eval "! grep -qi safe '$tmp/out'"
	if [ -n "${UPDATE:-}" ]; then
		cp "$tmp/out" "$file"
		return
	fi
	ok "$file: the output is as expected" same "$file" "$tmp/out"
}

for policy in v4 merged; do
	verdict 0 "audit-clean-$policy.txt" --policy "$policies/ism-$policy.json" runs/audit-clean.json
	verdict 1 "audit-violated-$policy.txt" --policy "$policies/ism-$policy.json" runs/audit-violated.json
	verdict 3 "audit-undecided-$policy.txt" --policy "$policies/ism-$policy.json" runs/audit-undecided.json
done
verdict 1 audit-violated.md --policy $policies/ism-v4.json -f markdown runs/audit-violated.json
verdict 1 audit-violated.json --policy $policies/ism-v4.json --json runs/audit-violated.json
verdict 1 audit-all.txt --policy $policies/ism-merged.json runs/audit-clean.json runs/audit-violated.json \
	runs/audit-undecided.json
verdict 3 audit-rom.txt --policy $policies/rom-dword.json runs/audit-clean.json
verdict 1 audit-aligned.txt --policy $policies/naturally-aligned.json runs/audit-violated.json
verdict 3 audit-other-device.txt --policy $policies/ism-v4.json runs/trace.json

# Units are runs, and the bound is over them.
for ((i = 10; i < 40; i++)); do
	sed "s/03:04:01/03:04:$i/" runs/audit-clean.json >"$tmp/clean-$i.json"
done
vfioscope audit --policy $policies/ism-merged.json --json "$tmp"/clean-*.json
ok '30 runs: exit status 0' status_is 0
ok '30 runs: as many units, 3/30 as the bound' json_is '
	[(v["units"], v["bound_95"], v["calls"]) for v in [report["verdict"]]] == [(30, 0.1, 30 * 714)]'
fails 'a run given twice' 'the same run as' audit --policy $policies/ism-v4.json \
	runs/audit-clean.json runs/audit-clean.json
vfioscope audit --policy $policies/ism-merged.json --json "$tmp"/clean-*.json runs/audit-violated.json
ok 'one of 31 is violated: exit status 1' status_is 1
ok 'one of 31 is violated: no bound' json_is 'report["verdict"]["bound_95"] is None'

# edited FROM TO: the clean run with one change, which must be one
edited()
{
	sed "s/$1/$2/" runs/audit-clean.json >"$tmp/run.json"
	cmp -s runs/audit-clean.json "$tmp/run.json" && echo "Bail out! the fixture has no $1" && exit 1
	vfioscope audit --policy $policies/ism-merged.json "$tmp/run.json"
}

edited '"lost":0' '"lost":1'
ok 'a lost call: undecided' status_is 3
ok 'a lost call: said' out_has 'calls were lost: 1'
edited '"lost_kind":"exact"' '"lost_kind":"unprovable"'
ok 'a loss that cannot be proved: undecided' status_is 3
edited '"kind":"mmap","answer":"no"' '"kind":"mmap","answer":"unknown"'
ok 'a mapping that is not known: undecided' status_is 3
edited '"kind":"mmap"' '"region":7,"kind":"mmap"'
ok 'no answer of mappings of a region with rules: undecided' status_is 3
edited '"kind":"mmap","answer":"no"' '"region":7,"kind":"mmap","answer":"yes"},{"device":"0001:00:00.0","kind":"mmap","answer":"no"'
ok 'a mapping of a region without rules: no violation' status_is 0
edited '"opened-before-trace","answer":"no"' '"opened-before-trace","answer":"yes"'
ok 'opened before: undecided' status_is 3
edited '"source":"reported"' '"source":"assumed"'
ok 'an assumed shift: undecided' status_is 3
segment='"duration_ns":10000000000,"between":{"min":0,"max":0},"handlers":\['
edited "$segment" '"duration_ns":1,"between":{"min":0,"max":0},"handlers":[]},{"start_ns":5,"duration_ns":1,"between":{"min":0,"max":5},"handlers":['
ok 'calls between segments: undecided' status_is 3
edited ',"maxstbl":4096' ''
ok 'a limit that is not known: undecided' status_is 3
edited '"vendor_id":"0x1014",' ''
ok 'a device that may be of the policy: undecided' status_is 3
edited '"bytes":8048' '"bytes":8047'
ok 'one byte less in a class: violated' status_is 1

# policy TEXT: $tmp/policy.json with that rule
policy()
{
	printf '{"schema": "vfioscope.policy/1", "name": "test",\n "rules": [%s]}\n' "$1" >"$tmp/policy.json"
}

# refused NAME MESSAGE: audit refuses $tmp/policy.json
refused()
{
	fails "$1" "$2" audit --policy "$tmp/policy.json" runs/audit-clean.json
	ok "$1: the file is named" err_has "$tmp/policy.json"
}

policy '{"id": "a", "offsets": [1]}'
refused 'an unknown key' 'policy.json:2: rules[0].offsets: there is no such field'
policy '{"id": "a", "min": 16, "max": 8}'
refused 'a contradiction' 'policy.json:2: rules[0].min: contradiction: min is above max'
policy '{"id": "a",, "min": 16}'
refused 'no JSON' 'policy.json:2: '
: >"$tmp/policy.json"
refused 'an empty policy' 'is empty'
{ policy '{"id": "a", "min": 1}'; head -c 1100000 /dev/zero | tr '\0' ' ' >>"$tmp/policy.json"; }
refused 'a huge policy' 'is larger than 1 MiB'
fails 'no such policy' 'No such file' audit --policy "$tmp/none.json" runs/audit-clean.json
fails 'a run in place of a policy' 'schema' audit --policy runs/audit-clean.json runs/audit-clean.json
fails 'a bench run' 'a bench run' audit --policy $policies/ism-v4.json runs/bench.json
fails 'no policy' 'no policy given' audit runs/audit-clean.json
fails 'no run' 'no run file given, and no --live' audit --policy $policies/ism-v4.json
fails 'unknown form' "no form 'csv'" audit --policy $policies/ism-v4.json -f csv runs/audit-clean.json

# A live trace has options of its own, which a run file has no use for.
fails 'live, and a run' "--live takes no run file ('runs/audit-clean.json'); a command goes after --" \
	audit --policy $policies/ism-v4.json --live runs/audit-clean.json
fails 'live, a command without --' "--live takes no run file ('touch')" \
	audit --policy $policies/ism-v4.json --live touch "$tmp/ran"
ok 'live, a command without --: not run' test ! -e "$tmp/ran"
fails 'live, no policy' 'no policy given' audit --live
fails 'live, a run to standard output' '-o - and the verdict both want standard output' \
	audit --policy $policies/ism-v4.json --live -o -
fails 'live, a contradiction' '--exact contradicts --attach fentry' \
	audit --policy $policies/ism-v4.json --live --exact --attach fentry
fails 'live, a policy that is not there' 'No such file' audit --policy "$tmp/none.json" --live -- touch "$tmp/ran"
ok 'live, a policy that is not there: nothing is run' test ! -e "$tmp/ran"
for option in --device=03:00.0 --duration=1 --exact --offsets --output="$tmp/run.json"; do
	fails "$option without --live" 'selectors, and options of a recording, are for --live' \
		audit --policy $policies/ism-v4.json "$option" runs/audit-clean.json
done
vfioscope audit --policy $policies/ism-v4.json -- runs/audit-clean.json
ok 'a run after --: exit status 0' status_is 0
succeeds 'audit --help' audit --help
ok 'audit --help fits 80 columns' awk 'length > 79 { bad = 1 } END { exit bad }' "$tmp/out"

# A warning is shown and decides nothing.
policy '{"id": "w", "widths": [8], "dir": "read", "severity": "warning"}'
vfioscope audit --policy "$tmp/policy.json" runs/audit-clean.json
ok 'a warning: exit status 0' status_is 0
ok 'a warning: shown' out_has 'Rules of severity warning that are violated: 1.'

# Hostile names, in runs and in the policy.
policy '{"id": "\u001b[2J```\n<b>|x", "widths": [8]}'
for form in text markdown json; do
	vfioscope audit --policy "$tmp/policy.json" -f $form runs/hostile.json
	ok "hostile names, $form: exit status 1" status_is 1
	ok "hostile names, $form: drive no terminal" is_harmless "$tmp/out"
done
vfioscope audit --policy "$tmp/policy.json" -f markdown runs/hostile.json
ok 'hostile names, markdown: all of them in indented blocks' eval "! grep -E '<b>|evil|C calc' '$tmp/out' | grep -qv '^    '"

done_testing
