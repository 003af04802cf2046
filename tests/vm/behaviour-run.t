#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The command of a trace, intervals that add up, too many cells, full disks
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

# intervals_add_up RUN: does each cell have the sum of its intervals?
intervals_add_up()
{
	python3 - "$1" <<-'END'
	import json, sys

	with open(sys.argv[1]) as file:
	    run = json.load(file)
	assert len(run["intervals"]) > 3, len(run["intervals"])
	for i, cell in enumerate(run["cells"]):
	    parts = [c for interval in run["intervals"] for c in interval["cells"] if c["cell"] == i]
	    for key, total in (("count", cell["count"]), ("bytes", cell["bytes"]),
	                       ("errors", sum(cell["errors"].values())),
	                       ("sum_ns", cell["latency"]["sum"])):
	        assert sum(c[key] for c in parts) == total, (i, key, total)
	assert sum(c["count"] for c in run["cells"]) > 10000
	ends = [i["start_ns"] + i["duration_ns"] for i in run["intervals"]]
	starts = [i["start_ns"] for i in run["intervals"]]
	assert starts[0] == 0 and starts[1:] == ends[:-1], "gaps or overlaps"
	assert ends[-1] == run["duration_ns"], "the last one does not end with the run"
	END
}

# json_report REPORT: is it one JSON document, of the right kind?
json_report()
{
	python3 -c 'import json, sys
assert json.load(open(sys.argv[1]))["schema"] == "vfioscope.report/1"' "$1"
}

needs_kernel 6.1
guest 6.1 behaviour-run
ok "-i: the run's intervals add up to its cells" intervals_add_up "$vm_sent/out/run.json"
ok "-i --json: the output is one report" json_report "$vm_sent/out/report.json"
ok "-i --json: the intervals are in the run" intervals_add_up "$vm_sent/out/report.run.json"
done_testing
