#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The last step of make demo-ism: demo_ism.py RUN LOG. Compares the device accesses that a run has with
those that the device logged, in a table and a line of their sums. Exit status 1 if they differ.

QEMU hands a store block of n bytes to the device as n / 8 writes of 8. CONFIG is left out: QEMU itself
reads and writes it.
"""
import collections
import json
import sys

ROW = "{:6} {:5} {:>8} {:>12} {:>19}"


def accesses_of(run):
    """(region, direction) -> [loads and blocks, as how many transfers the device sees them]"""
    sums = collections.defaultdict(lambda: [0, 0])
    for cell in run["cells"]:
        if cell["region"] > 5:
            continue
        counts = cell["device_accesses"]["counts"]
        loads = sum(counts[width] for width in ("1", "2", "4", "8"))
        both = sums[f"BAR{cell['region']}", cell["dir"]]
        both[0] += loads + counts["blocks"]
        both[1] += loads + (cell["bytes"] // 8 if counts["blocks"] else 0)
    return sums


def transfers_of(path):
    """(region, direction) -> transfers that the device logged"""
    with open(path) as file:
        lines = [line.split() for line in file]
    return collections.Counter((words[1], words[0].lower()) for words in lines
                               if len(words) > 1 and words[1] != "CONFIG")


def main():
    with open(sys.argv[1]) as file:
        issued = accesses_of(json.load(file))
    logged = transfers_of(sys.argv[2])
    print(ROW.format("REGION", "DIR", "ACCESSES", "AS TRANSFERS", "IN THE DEVICE'S LOG"))
    for key in sorted(issued.keys() | logged.keys()):
        print(ROW.format(*key, *issued[key], logged[key]))
    accesses, transfers = (sum(both[i] for both in issued.values()) for i in (0, 1))
    print(f"device accesses {accesses}, as {transfers} transfers, in the device's log {logged.total()}")
    return any(issued[key][1] != logged[key] for key in issued.keys() | logged.keys())


sys.exit(main())
