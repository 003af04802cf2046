#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds the runs of guest/qemu.sh against the device model's own log, in TAP.

qemu.py LOG WIDEST DIR: LOG is QEMU's, of memory_region_ops_* and guest_errors; WIDEST are the bytes
of the widest piece that the kernel makes; DIR/order has a line for each run, in the order in which
they were made: its name, and those of its clients; DIR/NAME/run.json is the run.
"""
import collections
import json
import pathlib
import sys

import client_log  # it also finds the next two
import judge
from device_log import EDU, by_width, figures

# --- what the run says -----------------------------------------------------------------------------


def bar_cells(run):
    """{(dir, width): cell} of edu's BAR0; more cells of one key are added up"""
    cells = {}
    for cell in run["cells"]:
        device, region, direction, width = judge.cell_key(run, cell)
        if (device, region) == (EDU, "BAR0"):
            cells.setdefault((direction, width), []).append(cell)
    return cells


def total(cells, name):
    return sum(cell[name] for cell in cells)


def derived(cells, direction):
    """Counter of the device accesses, by width"""
    counts = collections.Counter()
    for key, same in cells.items():
        for cell in same if key[0] == direction else []:
            accesses = cell["device_accesses"]
            counts.update({int(width): n for width, n in accesses.get("counts", {}).items() if width.isdigit()})
    return counts


# --- the tests -------------------------------------------------------------------------------------


def check_account(title, run):
    handlers = judge.handlers(run)
    counted, lost = (sum(handler[name] for handler in handlers) for name in ("counted", "lost"))
    in_cells = total(run["cells"], "count")
    kinds = {handler["lost_kind"] for handler in handlers}
    faults = []
    if lost or kinds != {"exact"} or len(run["segments"]) != 1:
        faults.append(f"lost {lost} {'/'.join(sorted(kinds))}, {len(run['segments'])} segments")
    if in_cells != counted:
        faults.append(f"in the cells {in_cells}")
    judge.check(f"{title}: counted {counted}, all of them in cells, lost {lost}", faults)


def check_cells(title, cells, calls):
    """Every cell of the run, and every one that the log has"""
    logged = collections.Counter((direction, str(width)) for (direction, _, width), _ in calls)
    for key in sorted(logged.keys() | cells.keys()):
        count = total(cells.get(key, []), "count")
        untrue = [f"{name} {total(cells[key], name)}" for name in ("unaligned", "crossing", "shorts")
                  if key in cells and total(cells[key], name)]
        if count != logged[key]:
            untrue.append("not the same")
        judge.check(f"{title}: BAR0 {' '.join(key)}: counted {count}, in the device's log {logged[key]}", untrue)


def check_accesses(title, cells, calls):
    accesses = [access for _, pieces in calls for access in pieces]
    for direction in judge.DIRS:
        got, saw = derived(cells, direction), by_width(accesses, direction)
        judge.check(f"{title}: {direction}: device accesses {figures(got)}, in the device's log {figures(saw)}",
                    [] if +got == +saw else ["not the same"])


def check_widths(title, calls):
    """That the client made what makes this a test"""
    saw = [f"{direction} {figures(by_width([call for call, _ in calls], direction))}" for direction in judge.DIRS]
    missing = [f"no {direction} of {width}" for direction in judge.DIRS for width in (1, 2, 4, 8)
               if not any(call[0] == direction and call[2] == width for call, _ in calls)]
    judge.check(f"{title}: in the device's log are calls of every width: {', '.join(saw)}", missing)


def check_mapped(title, cells, calls, run):
    count = sum(total(same, "count") for same in cells.values())
    judge.check(f"{title}: BAR0: counted {count}, in the device's log {len(calls)}",
                ["a blind spot was none"] if count or not calls else [])
    spots = [spot for spot in run["blind_spots"] if spot.get("device") == EDU and spot.get("region") == 0
             and (spot["kind"], spot["answer"]) == ("mmap", "yes")]
    judge.check(f"{title}: the mapping is a blind spot of BAR0, of QEMU",
                [] if spots and all("qemu-system-x86[" in spot["detail"] for spot in spots)
                else [str(run["blind_spots"])])


def check_run(name, run, calls):
    cells = bar_cells(run)
    check_account(name, run)
    if name == "mapped":
        check_mapped(name, cells, calls, run)
    else:
        check_cells(name, cells, calls)
        check_accesses(name, cells, calls)


def main():
    log, widest, directory = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
    runs, faults = client_log.read_runs(log, widest, directory)

    judge.check(f"the log has the clients of {len(runs)} runs, and nothing else reached BAR0", faults)
    for name, clients in runs.items():
        for client, calls in clients:
            if client.endswith("-mixed"):
                check_widths(f"{name}, {client}", calls)
        run = json.loads((directory / name / "run.json").read_text())
        check_run(name, run, [call for _, calls in clients for call in calls])
    return judge.done()


sys.exit(main())
