#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make bench-many: how long `vfioscope compare` takes for 2 x 100 runs of 500 cells, and how much memory.

The runs are made from those of the tests, seeded, unless they are there already. A timing is no test:
the exit status is 0 whatever it is, and 2 if the runs could not be made or compared.
"""
import argparse
import concurrent.futures
import copy
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))
import compare_runs  # noqa: E402  pylint: disable=wrong-import-position

SIDES = ("base", "new")
RUNS = 100
DEVICES = 50
DIRECTIONS = ("read", "write")
WIDTHS = (1, 2, 3, 4, 8)
CELLS = DEVICES * len(DIRECTIONS) * len(WIDTHS)
ACCESSES = 400
LIMIT_S = 2
LIMIT_MB = 100


def latencies(device, width):
    """Of one cell: a level that differs by 0.4 % from run to run, and is right-skewed within one."""
    level = (800 + 50 * width + 3 * device) * random.gauss(1, 0.004)
    return [int(level * random.lognormvariate(0, 0.12)) for _ in range(ACCESSES)]


def make_cell(device, direction, width):
    cell = compare_runs.cell(direction, width, latencies(device, width))
    cell["device"] = device
    return cell


def make_run():
    run = compare_runs.trace(compare_runs.constant)
    run["devices"] = [copy.deepcopy(run["devices"][0]) for _ in range(DEVICES)]
    for i, device in enumerate(run["devices"]):
        device["name"] = f"0000:{i:02x}:00.0"
    run["cells"] = [make_cell(device, direction, width) for device in range(DEVICES)
                    for direction in DIRECTIONS for width in WIDTHS]
    for handler in run["segments"][0]["handlers"]:
        handler["counted"] = sum(cell["count"] for cell in run["cells"] if cell["dir"] == handler["dir"])
    run["limits"]["cells_used"] = CELLS
    return run


def make_side(directory, side):
    random.seed(side)
    compare_runs.files = RUNS * side
    for i in range(RUNS):
        (directory / f"{i}.json").write_text(json.dumps(make_run(), separators=(",", ":")))


def version():
    """Of the runs: a hash of all that they depend on."""
    sources = (pathlib.Path(__file__), pathlib.Path(compare_runs.__file__), compare_runs.RUNS / "trace.json")
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def make_runs(directory):
    """In a directory beside, renamed when all are there: what was interrupted is made again."""
    unfinished = directory.with_suffix(".unfinished")
    print("making the runs, a minute at most", file=sys.stderr)
    shutil.rmtree(unfinished, ignore_errors=True)
    with concurrent.futures.ProcessPoolExecutor() as pool:
        made = []
        for i, side in enumerate(SIDES):
            (unfinished / side).mkdir(parents=True)
            made.append(pool.submit(make_side, unfinished / side, i))
        for side in made:
            side.result()
    unfinished.rename(directory)


def buckets_of(directory):
    run = json.loads((directory / SIDES[0] / "0.json").read_text())
    return sum(len(cell["latency"]["buckets"]) for cell in run["cells"]) / CELLS


def megabytes_of(directory):
    return sum(path.stat().st_size for path in directory.glob("*.json")) / 1e6


def compare(program, directory):
    """What time(1) says of it: seconds it took, seconds of CPU, MB at most."""
    command = ["time", "-q", "-f", "%e %U %S %M", program, "compare", directory / SIDES[0], "--new",
               directory / SIDES[1]]
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode not in (0, 1, 3):
        raise RuntimeError(f"vfioscope compare ended with status {result.returncode}: {result.stderr}")
    elapsed, user, system, kib = map(float, result.stderr.split())
    return elapsed, user + system, kib * 1024 / 1e6


def measure(program, directory, times):
    compare(program, directory)
    elapsed, cpu, most = zip(*(compare(program, directory) for _ in range(times)))
    return {"cpus": len(os.sched_getaffinity(0)), "runs": RUNS, "cells": CELLS,
            "buckets": buckets_of(directory), "side_mb": megabytes_of(directory / SIDES[0]),
            "elapsed_s": elapsed, "cpu_s": cpu, "memory_mb": most}


def show(result):
    elapsed = result["elapsed_s"]
    print(f"2 x {RUNS} runs of {CELLS} cells, {result['buckets']:.0f} buckets in each, "
          f"{result['side_mb']:.0f} MB a side; {result['cpus']} CPUs")
    print(f"compared {len(elapsed)} times: {min(elapsed):.2f} to {max(elapsed):.2f} s (wanted: under {LIMIT_S}), "
          f"{max(result['cpu_s']):.2f} s of CPU, {max(result['memory_mb']):.1f} MB (under {LIMIT_MB})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path, help="vfioscope")
    parser.add_argument("directory", type=pathlib.Path, help="for the runs")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--times", type=int, default=9)
    options = parser.parse_args()
    if options.times < 1:
        parser.error("--times: 1 at least")
    try:
        directory = options.directory / version()
        if not directory.exists():
            make_runs(directory)
        result = measure(options.program, directory, options.times)
        options.output.write_text(json.dumps(result, indent=1) + "\n")
    except (OSError, RuntimeError) as error:
        print(f"many.py: {error}", file=sys.stderr)
        return 2
    show(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
