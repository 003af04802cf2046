#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds the device accesses of a run against the device model's own log, in TAP.

derived.py LOG WIDEST DIR: LOG is QEMU's, of memory_region_ops_* and guest_errors; WIDEST are the
bytes of the widest piece that the kernel makes; DIR/run.json and DIR/edu, the script that edu's
client went by, are as guest/derived.sh leaves them.
"""
import collections
import json
import os
import sys

import judge
from device_log import BAR_SIZE, EDU, WIDTHS, by_width, figures, read_log

MARKERS = 0xf0000
SOURCES = {
    (EDU, "BAR0"): "derived",
    ("0000:00:05.0", "BAR0"): "unknown",  # ports
    ("0000:00:05.0", "BAR1"): "unknown",  # holds the MSI-X table
    ("0000:00:05.0", "BAR4"): "derived",
    ("0000:00:05.0", "ROM"): "unknown",
    ("0000:00:05.0", "CONFIG"): "unknown",
    ("0000:00:04.0", "region 9"): "unknown",  # RAM of the test driver's own
    ("0000:00:04.0", "BAR2"): "unknown",  # by a handler of the test driver's
    ("0000:00:04.0", "region 10"): "unknown",
}


# --- what the device saw ---------------------------------------------------------------------------


def cut_log(accesses, markers):
    """Those of calls that succeed, with all markers; those of calls that fail."""
    first, second, last = [accesses.index(("read", marker, 4)) for marker in markers]
    return accesses[first:second + 1] + accesses[last:last + 1], accesses[second + 1:last]


# --- what the script makes of it -------------------------------------------------------------------


def read_script(path):
    """[(dir, offset, [width], times, {flag: value})]"""
    ops = []
    with open(path) as file:
        for line in file:
            direction, _, offset, widths, times, _, *flags = line.split()
            offset = BAR_SIZE + int(offset[3:] or "0") if offset.startswith("end") else int(offset, 0)
            ops.append((direction, offset, [int(width) for width in widths.split("+")], int(times),
                        dict(flag.split("=") for flag in flags)))
    return ops


def calls(offset, widths):
    """(offset, width, bytes in the BAR) of each call that a vector becomes: the last is the first
    that is not served in full."""
    for width in widths:
        served = max(0, min(width, BAR_SIZE - offset))
        yield offset, width, served
        if served < width:
            return
        offset += served


def pieces(offset, length, widest):
    """(offset, width) of each: the largest that fits, and is aligned to itself."""
    while length:
        width = next(w for w in WIDTHS if w <= min(widest, length) and offset % w == 0)
        yield offset, width
        offset += width
        length -= width


def copied(flags):
    """The bytes that can be copied to or from the caller's memory, or None: all."""
    buffer = flags.get("buf", "")
    return {"null": 0, "edge": int(buffer[5:] or "0")}[buffer[:4]] if buffer else None


def pieces_of_failed(direction, offset, width, good, widest):
    """A read is copied after the access, so that of the piece at which it fails was made."""
    for piece, size in pieces(offset, width, widest):
        fails = piece + size - offset > good
        if direction == "read" or not fails:
            yield size
        if fails:
            return


def width_class(width):
    return width if width <= 8 else 1 << (width - 1).bit_length()


def expect(ops, widest):
    """{(dir, width class): Counter of the pieces of calls that succeed}, and {dir: the same of those
    that fail}"""
    cells = collections.defaultdict(collections.Counter)
    failed = collections.defaultdict(collections.Counter)
    for direction, offset, widths, times, flags in ops:
        good = copied(flags)
        for start, width, served in calls(offset, widths):
            cell = cells[direction, str(width_class(width))]
            if good is None:
                cell.update({w: 0 for w in WIDTHS})
                for _, size in pieces(start, served, widest):
                    cell[size] += times
            else:
                for size in pieces_of_failed(direction, start, width, good, widest):
                    failed[direction][size] += times
    return cells, failed


# --- what the run says -----------------------------------------------------------------------------


def derived_cells(run):
    """{(dir, width): Counter} of edu's BAR0"""
    cells = {}
    for cell in judge.merge_cells(run).values():
        device, region, direction, width = judge.cell_key(run, cell)
        if (device, region) == (EDU, "BAR0"):
            counts = cell["device_accesses"].get("counts", {})
            cells[direction, width] = collections.Counter({w: counts.get(str(w), 0) for w in WIDTHS})
    return cells


def sources(run):
    """{(device, region): what its cells say, all of them}"""
    found = collections.defaultdict(set)
    for cell in run["cells"]:
        device, region, *_ = judge.cell_key(run, cell)
        found[device, region].add(cell["device_accesses"]["source"])
        if cell["device_accesses"]["source"] == "unknown" and "counts" in cell["device_accesses"]:
            found[device, region].add("counts of what is unknown")
    return found


# --- the tests -------------------------------------------------------------------------------------


def different(what, got, wanted):
    return [] if +got == +wanted else [f"{what}: {figures(got)}, not {figures(wanted)}"]


def cell_faults(got, wanted):
    faults = []
    for key in sorted(got.keys() | wanted.keys()):
        if key not in got or key not in wanted:
            faults.append(f"{','.join(key)}: a cell too {'many' if key in got else 'few'}")
        else:
            faults += different(",".join(key), got[key], wanted[key])
    return faults


def source_faults(found):
    return [f"{' '.join(key)}: {' and '.join(sorted(found.get(key, ['no cell'])))}, not {SOURCES.get(key)}"
            for key in sorted(found.keys() | SOURCES.keys()) if found.get(key) != {SOURCES.get(key)}]


def main():
    log, widest, directory = sys.argv[1], int(sys.argv[2]), sys.argv[3].rstrip("/")
    title = os.path.basename(directory)
    ops = read_script(f"{directory}/edu")
    with open(f"{directory}/run.json") as file:
        run = json.load(file)
    logged, logged_of_failed = cut_log(read_log(log), [op[1] for op in ops if MARKERS <= op[1] < BAR_SIZE - 0x1000])
    cells, failed = expect(ops, widest)
    got = derived_cells(run)

    for direction in judge.DIRS:
        derived = sum((counts for key, counts in got.items() if key[0] == direction),
                      collections.Counter())
        saw = by_width(logged, direction)
        judge.check(f"{title}: {direction}: the device saw what was derived: {figures(saw)}",
                    different("derived", derived, saw) + ([] if saw else ["it saw nothing"]))
    judge.check(f"{title}: each of {len(cells)} cells is what the rule makes of the script",
                cell_faults(got, cells))
    for direction in judge.DIRS:
        saw = by_width(logged_of_failed, direction)
        judge.check(f"{title}: {direction}: calls that failed issued some: {figures(saw)}",
                    different("it saw", saw, failed[direction]) + ([] if saw else ["none"]))
    judge.check(f"{title}: what follows no known rule is unknown", source_faults(sources(run)))
    return judge.done()


if __name__ == "__main__":
    sys.exit(main())
