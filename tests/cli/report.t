#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# report: the three forms of each kind of run, filters, order, output files.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "$0")/lib.sh"

for run in trace weak empty bench; do
	golden "$run.txt" report "runs/$run.json"
	golden "$run.report.json" report --json "runs/$run.json"
	golden "$run.csv" report --format csv "runs/$run.json"
	ok "$run: the JSON is valid" json_is 'report["schema"] == "vfioscope.report/1"' "expect/$run.report.json"
done

golden two-runs.txt report runs/trace.json runs/bench.json
golden filtered.txt report -D 00:04.0 --region BAR2,config --dir read --sort p99 runs/trace.json
golden filtered.csv report -f csv --device 0000:00:04.0 --dir write --sort max runs/trace.json
golden nothing-left.txt report --region ROM runs/trace.json

# Each account and each total, computed from the report by somebody else.
vfioscope report --json runs/trace.json
ok 'there are cells' json_is 'len(report["cells"]) == len(trace["cells"]) > 5'
ok 'issued is counted and lost' json_is '
	[a["issued"] == a["counted"] + a["lost"] == 2906 for a in [report["account"]]][0]'
ok 'each count is its buckets and untimed' json_is 'all(
	c["count"] == c["untimed"] + sum(b[1] for b in c["latency"]["buckets"])
	for c in report["cells"])'
ok 'each error count is the sum by errno' json_is 'all(
	c["error_count"] == sum(c["errors"].values()) for c in report["cells"])'
ok 'quantiles are ordered' json_is 'all(v == sorted(v) for v in
	([c[k + "_ns"] for k in ("min", "p50", "p90", "p99", "p999", "max")]
	 for c in report["cells"] if c["p50_ns"] is not None))'
ok 'what was not timed has none' json_is '[c["p50_ns"] for c in report["cells"]
	if c["count"] == c["untimed"]] == [None]'
ok 'cells refer to the run file' json_is 'all(
	all(c[k] == v for k, v in trace["cells"][c["cell"]].items()) for c in report["cells"])'
vfioscope report --json --sort count runs/trace.json
ok '--sort count: the largest on top, device by device' json_is '
	[v == sorted(v, reverse=True) and len(v) > 2
	 for v in [[c["count"] for c in report["cells"] if c["device"] == 0]]][0]'
vfioscope report --json --dir write runs/trace.json
ok '--dir write: writes only, and all of them' json_is '
	{c["dir"] for c in report["cells"]} == {"write"} and
	len(report["cells"]) == sum(c["dir"] == "write" for c in trace["cells"])'

# The columns of CSV: as many in each row as in the header; the first ones are for ever.
cells=device,driver,region,dir,width,process,count,rate_per_s,bytes,errors,errnos,short,unaligned
cells+=,crossing,untimed,min_ns,p50_ns,p90_ns,p99_ns,p999_ns,max_ns,sum_ns
vfioscope report -f csv runs/weak.json
ok 'CSV: the columns keep their places' grep -q "^$cells" "$tmp/out"
ok 'CSV: all rows have all columns' \
	awk -F, 'NR == 1 { n = NF } NF != n { bad = 1 } END { exit bad || NR < 4 }' "$tmp/out"

vfioscope report -o "$tmp/report.txt" runs/trace.json
ok '-o: exit status 0' status_is 0
ok '-o: nothing on stdout' out_is_empty
ok '-o: the file is what stdout would have been' same expect/trace.txt "$tmp/report.txt"
succeeds '-o -' report -o - runs/trace.json
ok '-o -: stdout' same expect/trace.txt "$tmp/out"

LC_ALL=C vfioscope report runs/trace.json
ok 'another locale: the same output' same expect/trace.txt "$tmp/out"

done_testing
