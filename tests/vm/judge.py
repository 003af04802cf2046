#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds a run against what its clients know, in TAP.

judge.py DIR/FLAVOUR-LOAD, as guest/contended.sh leaves it: run.json; *.cells, the cells that each
client expects; *.times, what the calls of a cell took at most, from the time of its system calls.
"""
import collections
import copy
import glob
import json
import os
import sys

REGIONS = ["BAR0", "BAR1", "BAR2", "BAR3", "BAR4", "BAR5", "ROM", "CONFIG", "VGA"]
COUNTS = ["count", "bytes", "errors", "shorts", "unaligned", "crossing"]
DIRS = ("read", "write")
EXACT = ("kprobe", "kprobe_multi", "kprobe_session")

tests = 0
failures = 0


def check(name, faults):
    """One test: it passes if no fault was found."""
    global tests, failures
    tests += 1
    failures += bool(faults)
    print(f"{'not ok' if faults else 'ok'} {tests} - {name}")
    for fault in faults[:10]:
        print(f"# {fault}")


def done():
    """The plan; returns whether a test failed."""
    print(f"1..{tests}")
    return failures > 0


# --- what the clients know -------------------------------------------------------------------------


def client_lines(directory, suffix):
    for path in glob.glob(f"{directory}/*.{suffix}"):
        with open(path) as file:
            for line in file:
                fields = line.rstrip("\n").split(",")
                yield tuple(fields[:4]), fields[4:]


def read_expected(directory):
    """cell -> [count, bytes, errors, shorts, unaligned, crossing], of all clients"""
    expected = collections.defaultdict(lambda: [0] * len(COUNTS))
    for key, fields in client_lines(directory, "cells"):
        del fields[3]  # the errnos
        for i, field in enumerate(fields):
            expected[key][i] += int(field)
    return expected


def read_times(directory):
    """cell -> (longest, {octave: calls})"""
    times = {}
    for key, (most, octaves) in client_lines(directory, "times"):
        longest, calls = times.get(key, (0, collections.Counter()))
        for word in octaves.split():
            octave, count = word.split(":")
            calls[int(octave)] += int(count)
        times[key] = (max(longest, int(most)), calls)
    return times


# --- what the run says -----------------------------------------------------------------------------


def cell_key(run, cell):
    region = cell["region"]
    name = REGIONS[region] if region < len(REGIONS) else "bad" if region == 15 else f"region {region}"
    return run["devices"][cell["device"]]["name"], name, cell["dir"], str(cell["width"])


def cell_counts(cell):
    return [sum(cell[name].values()) if name == "errors" else cell[name] for name in COUNTS]


def merge_cells(run):
    """cell key -> the cell, of all processes together"""
    merged = {}
    for cell in run["cells"]:
        into = merged.get(cell_key(run, cell))
        if not into:
            merged[cell_key(run, cell)] = copy.deepcopy(cell)
            continue
        for name in (*COUNTS, "untimed"):
            if name != "errors":
                into[name] += cell[name]
        for errno, count in cell["errors"].items():
            into["errors"][errno] = into["errors"].get(errno, 0) + count
        merge_latencies(into["latency"], cell["latency"])
        merge_accesses(into["device_accesses"], cell["device_accesses"])
    return merged


def merge_latencies(into, latency):
    """Buckets and the maximum, which is all that is looked at"""
    buckets = collections.Counter(dict(into["buckets"])) + collections.Counter(dict(latency["buckets"]))
    into["buckets"] = sorted(buckets.items())
    into["max"] = max(into["max"], latency["max"])


def merge_accesses(into, accesses):
    if into["source"] != accesses["source"]:
        into["source"] = "unknown"
    for kind, count in accesses.get("counts", {}).items():
        into["counts"][kind] = into["counts"].get(kind, 0) + count


def handlers(run, direction=None):
    return [handler for segment in run["segments"] for handler in segment["handlers"]
            if direction in (None, handler["dir"])]


def bucket_low(index):
    return index if index < 64 else (32 + index % 32) << (index // 32 - 1)


# --- the tests -------------------------------------------------------------------------------------


def method_faults(run, flavour):
    methods = [{handler["method"] for handler in segment["handlers"]} for segment in run["segments"]]
    if flavour == "exact":
        right = all(used <= set(EXACT) for used in methods)
    elif flavour == "auto":
        right = methods[0] == {"fentry"} and all(used <= set(EXACT) for used in methods[1:])
    else:
        right = methods == [{flavour}]
    return [] if right and methods else [f"segments by {methods}"]


def account_faults(issued, counted, lost, between, kinds):
    low, high = counted + lost + between[0], counted + lost + between[1]
    faults = []
    if counted + between[0] > issued:
        faults.append("more was counted than issued")
    if kinds == {"exact"} and not low <= issued <= high:
        faults.append("counted + lost is not issued")
    if "upper_bound" in kinds and "unprovable" not in kinds and high < issued:
        faults.append("lost is no upper bound")
    return faults


def account(run, expected, direction):
    """Of one direction, or None: of both. Returns a line of figures, and faults."""
    issued = sum(counts[0] for key, counts in expected.items() if direction in (None, key[2]))
    counted = sum(handler["counted"] for handler in handlers(run, direction))
    lost = sum(handler["lost"] for handler in handlers(run, direction))
    kinds = {handler["lost_kind"] for handler in handlers(run, direction)}
    gaps = [segment["between"] for segment in run["segments"] if "between" in segment]
    between = [sum(gap[end] for gap in gaps) for end in ("min", "max")]
    figures = f"issued {issued} counted {counted} lost {lost} {'/'.join(sorted(kinds))}"
    if gaps:
        figures += f" between {between[0]}..{between[1]}"
        if direction:  # what fell between is known of both together
            between[0] = 0
    return figures, account_faults(issued, counted, lost, between, kinds)


def exact_faults(run, expected, calm):
    """The exact method loses nothing by itself, and knows what a neighbour muted."""
    faults = []
    counted = sum(handler["counted"] for handler in handlers(run))
    issued = sum(counts[0] for counts in expected.values())
    if calm and counted != issued:
        faults.append(f"{issued - counted} were not counted")
    for handler in handlers(run):
        if calm and handler["lost"]:
            faults.append(f"{handler['dir']}: {handler['lost']} lost")
        if handler["lost_kind"] != "exact":
            faults.append(f"{handler['dir']}: lost is {handler['lost_kind']}")
    return faults


def auto_faults(run):
    first = run["segments"][0]
    if not sum(handler["lost"] for handler in first["handlers"]):
        return []
    if len(run["segments"]) < 2:
        return ["calls were lost, and the method stayed"]
    return [f"segment {i} does not tell what fell before it"
            for i, segment in enumerate(run["segments"]) if i and "between" not in segment]


def cell_faults(run, expected):
    """No more than expected, and where no call is missing, no less."""
    faults = []
    got = {key: cell_counts(cell) for key, cell in merge_cells(run).items()}
    whole = sum(counts[0] for counts in got.values()) == sum(c[0] for c in expected.values())
    for key in got.keys() | expected.keys():
        pairs = zip(COUNTS, got.get(key, [0] * len(COUNTS)), expected.get(key, [0] * len(COUNTS)))
        for name, is_there, was_made in pairs:
            if is_there > was_made or (whole and is_there < was_made):
                faults.append(f"{','.join(key)}: {name} {is_there}, made {was_made}")
    for cell in run["cells"]:
        if sum(count for _, count in cell["latency"]["buckets"]) + cell["untimed"] != cell["count"]:
            faults.append(f"{','.join(cell_key(run, cell))}: count is not buckets + untimed")
    return faults


def latency_faults(run, times):
    """A call spends no longer in the handler than in its system call. So no more calls of a cell can
    have a latency of at least 2^n than have such a bound, also where some were not timed."""
    faults = []
    for key, cell in merge_cells(run).items():
        longest, calls = times.get(key, (0, {}))
        if cell["latency"]["max"] > longest:
            faults.append(f"{','.join(key)}: max {cell['latency']['max']} ns, at most {longest}")
        for octave in range(34):
            got = sum(count for index, count in cell["latency"]["buckets"]
                      if bucket_low(index) >= 1 << octave)
            most = sum(count for of, count in calls.items() if of >= octave)
            if got > most:
                faults.append(f"{','.join(key)}: {got} of at least {1 << octave} ns, at most {most}")
    return faults


def main():
    directory = sys.argv[1].rstrip("/")
    name = os.path.basename(directory)
    flavour, load = name.rsplit("-", 1)
    calm = load != "reader"
    with open(f"{directory}/run.json") as file:
        run = json.load(file)
    expected = read_expected(directory)
    title = f"{flavour}, {load}"

    check(f"{title}: the methods are as asked for", method_faults(run, flavour))
    for direction in (*DIRS, None):
        figures, faults = account(run, expected, direction)
        check(f"{title}: {direction or 'all'}: {figures}", faults)
    if flavour == "exact":
        check(f"{title}: nothing is lost, or it is known exactly", exact_faults(run, expected, calm))
    if flavour == "auto":
        check(f"{title}: losses change the method, and what fell between is told", auto_faults(run))
    check(f"{title}: no cell has more than was issued", cell_faults(run, expected))
    check(f"{title}: no latency exceeds its system call", latency_faults(run, read_times(directory)))
    return done()


if __name__ == "__main__":
    sys.exit(main())
