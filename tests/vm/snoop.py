#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds the lines that snoop printed against the scripts that the clients went by, in TAP.

snoop.py DIR: DIR/lines, DIR/messages and the scripts DIR/ram and DIR/edu, as guest/snoop.sh leaves them. What
was asked of snoop is known by the name of DIR.
"""
import errno
import json
import os
import pathlib
import re
import sys

import derived
import judge

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RAM, EDU = "0000:00:04.0", "0000:00:03.0"
LOOKED_AT = 4096  # of bytes that were read


def ones_of(device, direction, offset, width, result):
    """What a line has to say of what was read; None: nothing."""
    if direction != "read" or not isinstance(result, int) or result == 0:
        return None
    if device != EDU or offset == 0:
        return "no"
    return "yes" if width <= LOOKED_AT else "unknown"


def expected_calls(directory):
    """(device, region, offset, width, dir, result) of each call, in order"""
    calls = []
    for device, name in ((RAM, "ram"), (EDU, "edu")):
        with open(f"{directory}/{name}") as file:
            regions = [line.split()[1] for line in file]
        for region, op in zip(regions, derived.read_script(f"{directory}/{name}")):
            direction, offset, widths, times, flags = op
            want = flags.get("want", "full")
            for _ in range(times):
                for start, width, served in derived.calls(offset, widths):
                    result = want if want in errno.errorcode.values() else served
                    if region != "BAR2":
                        result = width
                    calls.append((device, region, start, width, direction, result))
    return calls


def judged(calls):
    return [call + (ones_of(call[0], call[4], call[2], call[3], call[5]),) for call in calls]


def read_json(lines):
    """The calls, as expected_calls() and ones_of() have them; the documents"""
    documents = [json.loads(line) for line in lines]
    calls = []
    for call in documents:
        if call["kind"] == "call":
            region = call["region_name"] if call["region"] < 9 else str(call["region"])
            calls.append((call["device"], region, int(call["offset"], 16), call["width"], call["dir"],
                          call.get("bytes", call.get("error")), call.get("all_ones")))
    return calls, documents


def read_text(lines):
    """The same of the text form, whose marks are for people."""
    calls = []
    for line in lines[1:]:
        fields = line.split()
        result = int(fields[8]) if fields[8].isdigit() else fields[8]
        calls.append((fields[2], fields[3], int(fields[4], 16), int(fields[5]), fields[6], result))
    return calls


def read_totals(messages):
    totals = {}
    for name in ("issued", "counted", "lost", "printed", "filtered", "dropped", "left out", "reads of all ones",
                 "not known of"):
        match = re.search(rf"\b{name} (\d+)", messages)
        totals[name] = int(match[1]) if match else 0
    return totals


def order_faults(got, wanted):
    faults = [f"line {i}: {a}, made {b}" for i, (a, b) in enumerate(zip(got, wanted)) if a != b]
    if len(got) != len(wanted):
        faults.insert(0, f"{len(got)} lines, {len(wanted)} calls")
    return faults


def account_faults(totals, made, printed):
    faults = []
    if totals["printed"] + totals["filtered"] + totals["dropped"] + totals["left out"] != totals["counted"]:
        faults.append(f"they do not add up: {totals}")
    if totals["printed"] != printed:
        faults.append(f"{printed} lines")
    if made is not None and totals["counted"] + totals["lost"] != made:
        faults.append(f"{made} calls were made: {totals}")
    return faults


def schema_faults(documents):
    schema = json.loads((ROOT / "docs/snoop.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{document}: {error.message}" for document in documents for error in validator.iter_errors(document)]


def ones_faults(calls, totals):
    marks = [call[6] for call in calls]
    return [f"{name}: {totals[name]}, made {marks.count(mark)}"
            for name, mark in (("reads of all ones", "yes"), ("not known of", "unknown"))
            if totals[name] != marks.count(mark)]


def time_faults(documents):
    times = [call["time"] for call in documents if call["kind"] == "call"]
    return [] if times == sorted(times) else ["a call is before the one above it"]


def judge_all(title, lines, made, totals):
    calls, documents = read_json(lines)
    judge.check(f"{title}: each of {len(made)} calls has its line, in order", order_faults(calls, judged(made)))
    judge.check(f"{title}: the account is exact", account_faults(totals, len(made), len(calls)))
    judge.check(f"{title}: reads of all ones are counted", ones_faults(judged(made), totals))
    judge.check(f"{title}: times are in order", time_faults(documents))
    kinds = [document["kind"] for document in documents]
    judge.check(f"{title}: it has a beginning and an end",
                [] if kinds[0] == "begin" and kinds[-1] == "end" else kinds[:1] + kinds[-1:])
    if jsonschema:
        judge.check(f"{title}: the lines hold against the schema", schema_faults(documents))


def judge_filtered(title, lines, made, totals):
    wanted = [call for call in made if isinstance(call[5], str) and call[3] in (1, 4, 5, 6, 7, 8)]
    judge.check(f"{title}: only calls that failed, of these widths", order_faults(read_text(lines), wanted))
    judge.check(f"{title}: the account is exact", account_faults(totals, len(made), len(wanted)))
    judge.check(f"{title}: reads of all ones are counted if they are not shown", ones_faults(judged(made), totals))


def slow_faults(documents):
    calls = [document for document in documents if document["kind"] == "call"]
    faults = [f"{call['latency_ns']} ns" for call in calls if call["latency_ns"] <= 900_000]
    faults += [f"width {call['width']}" for call in calls if call["width"] != 8]
    faults += [f"stack: {call['kernel_stack']}" for call in calls
               if not any(frame.startswith("vfs_read+") for frame in call["kernel_stack"])]
    delayed = sum(call["region"] == 9 for call in calls)
    return faults + ([] if delayed == 17 else [f"{delayed} of the 17 that take 1 ms"])


def judge_slow(title, lines, made, totals):
    documents = read_json(lines)[1]
    mine = [call for call in made if call[0] == RAM and call[4] == "read"]
    judge.check(f"{title}: all calls that take 1 ms, and none below 900 us, from vfs_read()", slow_faults(documents))
    judge.check(f"{title}: the account is exact", account_faults(totals, len(mine), len(documents) - 2))


def judge_dropped(title, lines, made, totals):
    calls = read_json(lines)[0]
    made = [call for call in made if call[0] == RAM]
    judge.check(f"{title}: {len(calls)} lines and {totals['dropped']} dropped are all {len(made)} calls",
                account_faults(totals, len(made), len(calls)))
    judge.check(f"{title}: the buffer is bounded", [] if totals["dropped"] else ["nothing was dropped"])


def judge_ended(title, lines, _, totals):
    judge.check(f"{title}: a heading and three lines", [] if len(read_text(lines)) == 3 else lines)
    judge.check(f"{title}: what was counted adds up", account_faults(totals, None, totals["printed"]))


JUDGES = {"all": judge_all, "filtered": judge_filtered, "slow": judge_slow, "dropped": judge_dropped,
          "closed": judge_ended, "count": judge_ended}


def main():
    directory = sys.argv[1].rstrip("/")
    title = os.path.basename(directory)
    lines = pathlib.Path(f"{directory}/lines").read_text().splitlines()
    totals = read_totals(pathlib.Path(f"{directory}/messages").read_text())
    JUDGES[title](title, lines, expected_calls(directory), totals)
    return judge.done()


sys.exit(main())
