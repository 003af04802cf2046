#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds the table of offsets of a run against the script that its client went by, in TAP.

offsets.py DIR: DIR/run.json, DIR/script and DIR/client.cells, as guest/offsets.sh leaves them. A DIR whose
name ends in "-small" had a table with less places than the script has offsets.
"""
import collections
import json
import os
import sys

import derived
import judge


def expect(ops):
    """(dir, offset, width) -> [calls, errors], in the order of the first call"""
    offsets = collections.defaultdict(lambda: [0, 0])
    for direction, offset, widths, times, flags in ops:
        fails = flags.get("want", "short") != "short"
        for start, width, _ in derived.calls(offset, widths):
            entry = offsets[direction, start, width]
            entry[0] += times
            entry[1] += times * fails
    return offsets


def read_entries(run):
    """The same of the run, with the entry itself; sorted as they are there."""
    return [((run["cells"][hot["cell"]]["dir"], int(hot["offset"], 16), hot["width"]), hot)
            for hot in run["hot_offsets"]]


def entry_faults(entries, expected):
    return [f"{key}: {hot['count']} calls, {hot['errors']} errors, made {expected.get(key)}"
            for key, hot in entries if [hot["count"], hot["errors"]] != expected.get(key)]


def missing(entries, expected):
    there = {key for key, _ in entries}
    return [f"{key}: missing" for key in expected if key not in there]


def is_unaligned(offset, width):
    return offset % next((piece for piece in derived.WIDTHS if piece <= width), 1) != 0


def crosses(offset, width):
    return offset % 4096 + width > 4096


def geometry_faults(run, entries):
    """The cells' counters are those of the table."""
    sums = collections.defaultdict(lambda: [0, 0, 0, 0])
    for (_, offset, width), hot in entries:
        for i, holds in enumerate((True, is_unaligned(offset, width), crosses(offset, width))):
            sums[hot["cell"]][i] += hot["count"] * holds
        sums[hot["cell"]][3] += hot["errors"]
    return [f"cell {i}: {got}, by offsets {sums[i]}" for i, cell in enumerate(run["cells"])
            if (got := [cell["count"], cell["unaligned"], cell["crossing"], sum(cell["errors"].values())])
            != sums[i]]


def time_faults(run, entries, expected):
    """In the order in which the client went, and within the run."""
    order = {key: i for i, key in enumerate(expected)}
    times = [hot["first_ns"] for key, hot in sorted(entries, key=lambda entry: order.get(entry[0], -1))]
    faults = [] if times == sorted(times) else ["first calls are not in the order of the script"]
    for key, hot in entries:
        if not 0 < hot["first_ns"] <= hot["last_ns"] <= run["duration_ns"]:
            faults.append(f"{key}: from {hot['first_ns']} to {hot['last_ns']}")
        if hot["count"] > 1 and hot["first_ns"] == hot["last_ns"]:
            faults.append(f"{key}: no time between calls")
    return faults


def main():
    directory = sys.argv[1].rstrip("/")
    title = os.path.basename(directory)
    with open(f"{directory}/run.json") as file:
        run = json.load(file)
    expected = expect(derived.read_script(f"{directory}/script"))
    entries = read_entries(run)
    calls = sum(count for count, _ in expected.values())
    held = sum(hot["count"] for _, hot in entries)
    dropped = run["limits"]["offsets_dropped"]

    judge.check(f"{title}: cells are exact, alignment and crossing too",
                judge.cell_faults(run, judge.read_expected(directory)))
    judge.check(f"{title}: offsets and dropped calls are all calls: {held} + {dropped} = {calls}",
                [] if held + dropped == calls else ["they are not"])
    judge.check(f"{title}: each of {len(entries)} entries is as the script has it",
                entry_faults(entries, expected))
    judge.check(f"{title}: times are in order", time_faults(run, entries, expected))
    if title.endswith("-small"):
        judge.check(f"{title}: the table is bounded, and says what it dropped",
                    [] if 900 < len(entries) <= 1000 and dropped else [f"{len(entries)} entries"])
    else:
        judge.check(f"{title}: no offset of {len(expected)} is missing", missing(entries, expected))
        judge.check(f"{title}: cells have what offsets add up to", geometry_faults(run, entries))
    return judge.done()


sys.exit(main())
