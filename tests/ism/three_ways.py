#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds three accounts of the same accesses against one another, in TAP.

three_ways.py DIR LOG: DIR is what guest/device.sh left: calls, the client's script; ism.cells, what
its calls returned; run.json, the trace. LOG is the device model's own.

What must have reached the device follows from the script by the rules of the ISM driver and of the
PCI store block instruction, which are written down here once more.
"""
import collections
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vm"))
import judge  # noqa: E402 # pylint: disable=wrong-import-position

REGISTERS = (HERE.parent / "models/ism_device/registers.h").read_text()
SIZES = {"BAR0": 1 << 48, "BAR2": 0x4000, "CONFIG": 0x100}
PAGE = 4096
MAXSTBL = 128  # of QEMU's emulated functions
WIDTHS = ("1", "2", "4", "8")

# A call as the driver gets it; of the buffer, only the first bytes may be there.
Call = collections.namedtuple("Call", "dir region offset width mapped")
# What the driver makes of it; kind: 1, 2, 4, 8, blocks or refused
Access = collections.namedtuple("Access", "kind offset length")


# --- the script, once more -------------------------------------------------------------------------


def call_offset(region, text):
    if text.startswith("end"):
        return SIZES[region] + int(text[3:] or "0", 0)
    return int(text, 0)


def read_calls(path):
    """Each handler call, in the order in which they were made"""
    for line in path.read_text().splitlines():
        direction, region, start, widths, times, _, *flags = line.split()
        mapped = 1 << 20
        for flag in flags:
            if flag.startswith("buf="):
                mapped = 0 if flag == "buf=null" else int(flag.partition(":")[2])
        for _ in range(int(times)):
            offset = call_offset(region, start)
            for width in map(int, widths.split("+")):
                yield Call(direction, region, offset, width, mapped)
                offset += width


def width_class(width):
    return str(width if width <= 8 else max(16, 1 << (width - 1).bit_length()))


def cell_of(call):
    region = call.region if call.region in judge.REGIONS else f"region {call.region}"
    return region, call.dir, width_class(call.width)


# --- the rules -------------------------------------------------------------------------------------


def loads(call, count, widest):
    """drivers/vfio/pci/ism/main.c, ism_vfio_pci_do_io_r(). The copy to the buffer follows each load."""
    done = 0
    while done < count:
        offset = call.offset + done
        width = next(w for w in (8, 4, 2, 1) if w <= widest and w <= count - done and not offset % w)
        yield Access(str(width), offset, width)
        done += width
        if done > call.mapped:
            return


def stores(call, count):
    """ism_vfio_pci_do_io_w(), then PCISTB: multiples of 8 above 8, at multiples of 8"""
    if count > MAXSTBL or call.offset % PAGE + count > PAGE or call.mapped < count:
        return
    takes = not call.offset % 8 and not count % 8 and count > 8
    yield Access("blocks" if takes else "refused", call.offset, count)


def is_kept_by_vfio(offset):
    """Of CONFIG, IDs and BARs are answered by VFIO itself (vfio_pci_config.c)."""
    return offset < 4 or 0x10 <= offset < 0x28


def accesses(call):
    if call.region not in SIZES or call.offset >= SIZES[call.region]:
        return []
    count = min(call.width, SIZES[call.region] - call.offset)
    if call.region == "CONFIG":
        return [load for load in loads(call, count, 4) if not is_kept_by_vfio(load.offset)]
    return list(loads(call, count, 8) if call.dir == "read" else stores(call, count))


def by_cell(calls):
    """cell -> {kind: accesses}"""
    sums = collections.defaultdict(collections.Counter)
    for call in calls:
        sums[cell_of(call)].update(access.kind for access in accesses(call))
    return sums


def on_the_wire(calls):
    """The lines of the device's log: a block arrives as writes of 8."""
    for call in calls:
        for access in accesses(call) if call.region != "CONFIG" else []:
            if access.kind == "blocks":
                for i in range(0, access.length, 8):
                    yield "write", call.region, access.offset + i, 8
            elif access.kind != "refused":
                yield "read", call.region, access.offset, access.length


# --- what was seen ---------------------------------------------------------------------------------


def cells_of(run):
    return {key[1:]: cell for key, cell in judge.merge_cells(run).items()}


def observed(cell):
    return collections.Counter({kind: n for kind, n in cell["device_accesses"]["counts"].items() if n})


def read_log(path):
    """Without CONFIG, where QEMU itself has traffic"""
    lines = []
    for line in path.read_text().splitlines():
        words = line.split()
        if len(words) > 1 and words[1] != "CONFIG":
            lines.append((words[0].lower(), words[1], int(words[2], 0), int(words[3])))
    return lines


# --- the tests -------------------------------------------------------------------------------------


def differences(name, got, wanted):
    return [f"{name} {key}: {got.get(key)}, not {wanted.get(key)}"
            for key in sorted(got.keys() | wanted.keys(), key=str) if got.get(key) != wanted.get(key)]


def client_cells(directory):
    """cell -> count, bytes, errnos, shorts, unaligned, crossing"""
    cells = {}
    for key, fields in judge.client_lines(directory, "cells"):
        errnos = dict(word.split(":") for word in fields.pop(3).split())
        cells[key[1:]] = [int(field) for field in fields] + [{e: int(n) for e, n in errnos.items()}]
    return cells


def handler_faults(run, directory):
    got = {key: judge.cell_counts(cell) + [cell["errors"]] for key, cell in cells_of(run).items()}
    return differences("cell", got, client_cells(directory))


def account_faults(run, calls):
    faults = []
    counted = sum(handler["counted"] for handler in judge.handlers(run))
    if counted != len(calls):
        faults.append(f"{counted} counted, {len(calls)} made")
    for handler in judge.handlers(run):
        if handler["lost"] or handler["lost_kind"] != "exact":
            faults.append(f"{handler['function']}: lost {handler['lost']} {handler['lost_kind']}")
    return faults


def method_faults(run):
    faults = [f"{handler['function']} by {handler['method']}" for handler in judge.handlers(run)
              if handler["method"] != "kprobe"]
    for segment in run["segments"]:
        if "no BPF compiler (JIT)" not in segment.get("reason", ""):
            faults.append(f"the reason is {segment.get('reason')}")
    return faults


def device_faults(run):
    device = run["devices"][0]
    regions = {judge.REGIONS[r["index"]]: int(r["size"], 0) for r in device["regions"]}
    faults = [f"{name} has {regions.get(name)} bytes" for name in ("BAR0", "BAR2")
              if regions.get(name) != SIZES[name]]
    if device["offset_shift"] != {"value": 48, "source": "reported"}:
        faults.append(f"offset_shift is {device['offset_shift']}")
    return faults


def access_faults(run, calls):
    faults = [f"{key}: {cell['device_accesses']['source']}" for key, cell in cells_of(run).items()
              if cell["device_accesses"]["source"] != "observed"]
    if not faults:
        faults = differences("cell", {key: observed(cell) for key, cell in cells_of(run).items()},
                             by_cell(calls))
    return faults


def run_sums(run):
    """What of the run's cells must be in the log: of blocks, the bytes that were stored, by 8"""
    sums = collections.Counter()
    for (region, direction, _), cell in cells_of(run).items():
        if region == "CONFIG":
            continue
        for width in WIDTHS:
            sums[direction, region, int(width)] += cell["device_accesses"]["counts"][width]
        if direction == "write":
            sums[direction, region, 8] += cell["bytes"] // 8
    return {key: n for key, n in sums.items() if n}


def log_sums(log):
    return dict(collections.Counter((direction, region, width) for direction, region, _, width in log))


def order_faults(log, calls):
    wanted = list(on_the_wire(calls))
    faults = [f"access {i}: {got}, not {want}" for i, (got, want) in enumerate(zip(log, wanted))
              if got != want]
    if len(log) != len(wanted):
        faults.append(f"{len(log)} accesses, not {len(wanted)}")
    return faults


def slow_faults(run, calls):
    """Pages of a known delay: their calls have cells of their own."""
    first = int(re.search(r"ISM_FAULTS \(1ULL << (\d+)\)", REGISTERS)[1])
    faults, found = [], collections.Counter()
    delays = {(1 << first) + int(page) * PAGE: int(ms) * 10**6
              for ms, page in re.findall(r"ISM_SLOW_(\d+)MS = (\d+)", REGISTERS)}
    for call in calls:
        if call.region == "BAR0" and call.offset in delays:
            found[cell_of(call), delays[call.offset]] += 1
    for (key, delay), count in found.items():
        cell = cells_of(run)[key]
        timed = sum(n for _, n in cell["latency"]["buckets"])
        if timed != count or cell["latency"]["min"] < delay:
            faults.append(f"{key}: {timed} of {count} timed, the fastest {cell['latency']['min']} ns")
    return faults if found else ["no call was slow"]


def main():
    directory, log_path = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    run = json.loads((directory / "run.json").read_text())
    calls = list(read_calls(directory / "calls"))
    log = read_log(log_path)
    cells = len(run["cells"])

    judge.check(f"{len(calls)} calls are counted, none is lost, exactly", account_faults(run, calls))
    judge.check("kprobe is the method, for there is no BPF compiler", method_faults(run))
    judge.check("the driver reported a shift of 48, and BAR0 and BAR2", device_faults(run))
    judge.check(f"handlers: each of {cells} cells is as the client made it", handler_faults(run, directory))
    judge.check("device accesses: each cell has those of the rules", access_faults(run, calls))
    judge.check(f"the device's log has as many, by direction, BAR and width: {len(log)} in all",
                differences("accesses", log_sums(log), run_sums(run)))
    judge.check("the device's log is what the rules say, access by access", order_faults(log, calls))
    judge.check("slow accesses have at least their delay", slow_faults(run, calls))
    print(f"1..{judge.tests}")
    return judge.failures > 0


if __name__ == "__main__":
    sys.exit(main())
