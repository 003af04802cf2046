#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# compare: verdicts and their exit codes, its four forms, history, and what is refused.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "$0")/lib.sh"

python3 compare_runs.py "$tmp/runs" || { echo 'Bail out! compare_runs.py failed'; exit 1; }
home=$PWD

# verdict STATUS FILE ARG...: compare exits with STATUS, and its output is that of expect/FILE
verdict()
{
	local wanted=$1 file=$home/expect/$2 name=$2

	shift 2
	cd "$tmp/runs" || exit 1
	vfioscope compare "$@"
	cd "$home" || exit 1
	ok "$name: exit status $wanted" status_is "$wanted"
	ok "$name: nothing on stderr" err_is_empty
	if [ -n "${UPDATE:-}" ]; then
		cp "$tmp/out" "$file"
		return
	fi
	ok "$name: the output is as expected" same "$file" "$tmp/out"
}

# in_runs ARG...: vfioscope ARG... where the runs are
in_runs()
{
	cd "$tmp/runs" || exit 1
	vfioscope "$@"
	cd "$home" || exit 1
}

verdict 0 compare-same.txt base same
verdict 1 compare-slow.txt base slow
verdict 1 compare-slow-all.txt --all base slow
verdict 0 compare-fast.txt slow base
verdict 1 compare-slow.json --json base slow
verdict 1 compare-slow.md -f markdown base/1.json base/2.json base/3.json base/4.json base/5.json \
	base/6.json --new slow
verdict 1 compare-exact.txt exact-base exact-slow
verdict 1 compare-bench.txt bench-base.json bench-slow.json
verdict 1 compare-commands.txt commands-base.json commands-slow.json
verdict 3 compare-kernel.txt base kernel
verdict 0 compare-across.txt base kernel --across kernel
verdict 0 compare-device.txt base other-device
verdict 3 compare-few.txt base/1.json base/2.json --new slow/1.json slow/2.json
verdict 3 compare-one.txt base/1.json slow/1.json
verdict 0 compare-history.txt --history history
verdict 0 compare-history.json --history history --json
verdict 0 compare-history-few.txt --history base
verdict 0 compare-history-exact.txt --history exact-base exact-slow
verdict 0 compare-threshold.txt --threshold 3% exact-base exact-slow

in_runs compare base slow -f html
ok 'html: exit status 1' status_is 1
ok 'html: loads nothing' eval "! grep -qE 'src=|href=|url\(|@import|<script' '$tmp/out'"
ok 'html: both distributions of each cell' eval "[ \$(grep -o 'path class=\"base\" d=\"M0' '$tmp/out' | wc -l) -eq 3 ]"
ok 'html: is well-formed' python3 -c 'import sys, xml.dom.minidom as m
text = open(sys.argv[1]).read().replace("<!DOCTYPE html>", "").replace("<meta charset=\"utf-8\">", "")
m.parseString(text)' "$tmp/out"

for form in text json markdown html; do
	in_runs compare hostile-base.json hostile-slow.json -f $form
	ok "hostile names, $form: exit status 1" status_is 1
	ok "hostile names, $form: drive no terminal" is_harmless "$tmp/out"
	[ $form = html ] && ok 'hostile names: no tag' eval "! grep -q '<script' '$tmp/out'"
done

seeds()
{
	in_runs compare base slow --all --seed "$1"
	cp "$tmp/out" "$tmp/seed-$2"
}
seeds 1 a
seeds 1 b
seeds 2 c
ok 'the same seed, the same output' same "$tmp/seed-a" "$tmp/seed-b"
ok 'another seed, other intervals' eval "! cmp -s '$tmp/seed-a' '$tmp/seed-c'"

in_runs compare --history base --json
ok 'history of too few files: how many it takes' json_is '
	(report["needed_files"], [s["too_few_files"] for s in report["series"]]) == (12, [True] * 3)'
mkdir "$tmp/runs/new" "$tmp/runs/old"
for i in 1 2 10; do
	sed "s/0\.1,/0.1$i,/" "$tmp/runs/commands-base.json" >"$tmp/runs/new/$i.json"
	sed "s/0\.1,/0.2$i,/" "$tmp/runs/commands-base.json" >"$tmp/runs/old/$i.json"
done
in_runs compare --history old new --json
ok 'history of exports: in the order given' json_is '
	[f["file"] for f in report["files"]] == [f"{d}/{i}.json" for d in ("old", "new") for i in (1, 2, 10)]'
in_runs compare --history exact-slow exact-base --json
ok 'history of runs: in the order of recording' json_is '
	[f["file"][:10] for f in report["files"]] == ["exact-base"] * 2 + ["exact-slow"] * 2'

r=$tmp/runs
fails 'mixed kinds' 'of another kind than the files before it (trace)' compare "$r/base" --new "$r/bench-slow.json"
fails 'a trace and an export' 'of another kind' compare "$r/base/1.json" "$r/commands-slow.json"
fails 'the same file twice' "1.json: the same as" compare "$r/base" "$r/base/1.json"
cp "$r/slow/1.json" "$tmp/copy.json"
fails 'a copy among its own' "the same as" compare "$r/base" --new "$r/slow/1.json" "$tmp/copy.json"
mkdir "$tmp/empty"
fails 'a directory without runs' 'no *.json is in this directory' compare "$tmp/empty" "$r/slow"
fails 'no such file' 'No such file' compare "$r/none.json" "$r/slow"
sed 's/0\.1,/NaN,/' "$r/commands-base.json" >"$tmp/nan.json"
fails 'NaN in an export' 'nan.json: line 1' compare "$tmp/nan.json" "$r/commands-slow.json"
sed 's/"times": \[[^]]*\]/"times": [0.1, -1]/' "$r/commands-base.json" >"$tmp/negative.json"
fails 'a negative time' 'results[0].times[1] is no time in seconds' compare "$tmp/negative.json" "$r/commands-slow.json"
sed 's/"times": \[[^]]*\]/"times": []/' "$r/commands-base.json" >"$tmp/times.json"
fails 'no times' 'results[0] has no times' compare "$tmp/times.json" "$r/commands-slow.json"
echo '{"results": []}' >"$tmp/none.json"
fails 'no results' 'it holds no results' compare "$tmp/none.json" "$r/commands-slow.json"
sed 's,vfioscope.run/1,vfioscope.run/9,' "$r/base/1.json" >"$tmp/foreign.json"
fails 'a foreign schema' 'foreign.json' compare "$tmp/foreign.json" "$r/slow/1.json"
fails 'two broken files: the first is named' 'nan.json: line 1' compare "$r/commands-slow.json" "$tmp/nan.json" \
	--new "$tmp/negative.json" "$tmp/none.json"
fails 'one directory only' 'which are new was not' compare "$r/base"
fails 'three without --new' 'which are new was not' compare "$r/base" "$r/slow" "$r/same"
fails '--new first' 'the base runs come before it' compare --new "$r/slow" "$r/base"
fails '--new twice' 'only one can be given' compare "$r/base" --new "$r/slow" --new "$r/same"
fails 'a bad threshold' 'is no percentage' compare --threshold 1 "$r/base" "$r/slow"
fails 'a large threshold' 'out of range' compare --threshold 101% "$r/base" "$r/slow"
fails 'a bad --across' 'is none of kernel, machine, attach' compare --across weather "$r/base" "$r/slow"
fails '--across what refuses nothing' 'is none of kernel, machine, attach' compare --across device \
	"$r/base" "$r/slow"
fails 'a bad form' 'there is no form' compare -f csv "$r/base" "$r/slow"
fails 'history with --new' 'has no base' compare "$r/base" --new "$r/slow" --history "$r/history"
fails 'history with a threshold' '--threshold is of a comparison' compare --history "$r/history" --threshold 2%
fails 'history with --all' '--all is of a comparison' compare --all --history "$r/history"
fails 'history as html' 'text or json only' compare --history "$r/history" -f html

# A repetition that a signal ended has no exit code.
sed 's/"exit_codes": \[0, 0,/"exit_codes": [null, 3,/' "$r/commands-base.json" >"$tmp/killed.json"
vfioscope compare --all --json "$tmp/killed.json" "$r/commands-slow.json"
ok 'killed and failed repetitions count as errors' json_is '
	[r["median"] for r in report["cells"][0]["results"] if r["metric"] == "error rate"] ==
	[{"base": 0.2, "new": 0}]'

# Without a call that was timed there is nothing to compare.
python3 - "$r/exact-base" "$tmp/untimed" <<'END'
import json, pathlib, sys
pathlib.Path(sys.argv[2]).mkdir()
for path in pathlib.Path(sys.argv[1]).iterdir():
    run = json.loads(path.read_text())
    for cell in run["cells"]:
        cell["untimed"] = cell["count"]
        cell["latency"].update(min=0, max=0, sum=0, buckets=[])
    pathlib.Path(sys.argv[2], path.name).write_text(json.dumps(run))
END
vfioscope compare "$r/exact-slow" "$tmp/untimed"
ok 'nothing was timed: exit status 3' status_is 3
ok 'nothing was timed: says so' out_has 'undecided: nothing was measured'

done_testing
