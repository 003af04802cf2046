#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make bench-limit: what barbench's throughput pass costs over a bare loop and over memcpy().

Both programs run in turn, as pairs, on one CPU; a pair gives one ratio, and the median of the ratios
is the verdict: whatever slows the machine for longer than a pair slows both sides of it. A timing is
no test: the exit status is 0 whatever the verdict, and 2 if a program could not be run.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

LENGTH = 16384  # with the buffer of a copy it fits the first-level cache of any CPU
REPS = 5
LIMIT = 1.02

# name of the row, of the bare side; mode of barbench, loop of bare; width, operations a repetition,
# and whether LIMIT is promised
ROWS = (
    ("load8", "bare", "load", "load", 8, 40_000_000, True),
    ("store8", "bare", "store", "store", 8, 40_000_000, False),
    ("copy4096", "memcpy", "load", "copy", 4096, 400_000, True),
)


def run(command):
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"limit.py: {error}", file=sys.stderr)
        sys.exit(2)


def time_bare(program, loop, width, operations):
    """Nanoseconds of an operation: the median repetition."""
    lines = run([program, loop, str(width), str(LENGTH), str(operations), str(REPS)]).splitlines()
    return statistics.median(int(ns) / int(ops) for ops, ns in map(str.split, lines))


def time_barbench(program, mode, width, operations):
    """The same, of barbench's throughput pass, and the width of its single loads or stores."""
    writing = ["--write"] if mode == "store" else []
    case = json.loads(run([
        program, "memory", "--mode", mode, "--width", str(width), "--length", str(LENGTH), *writing,
        "--count", str(operations), "--warmup", str(operations), "--reps", str(REPS),
        "--no-latency", "--json",
    ]))["bench"]["cases"][0]
    ns = statistics.median(s["elapsed_ns"] / s["ops"] for s in case["samples"])
    return ns, case["access_width"]


def measure(options, row):
    name, bare_name, mode, loop, width, operations, promised = row
    bare, barbench, access = [], [], 0
    for pair in range(options.pairs):
        # Which one comes first changes, so that a drift favours neither.
        for side in ("bare", "barbench") if pair % 2 else ("barbench", "bare"):
            if side == "bare":
                bare.append(time_bare(options.bare, loop, width, operations))
            else:
                ns, access = time_barbench(options.barbench, mode, width, operations)
                barbench.append(ns)
    ratios = sorted(there / here for here, there in zip(bare, barbench))
    ratio = statistics.median(ratios)
    lower, upper = ratios[len(ratios) // 4], ratios[len(ratios) * 3 // 4]
    verdict = "within" if ratio <= LIMIT else "above" if lower > LIMIT else "not told apart from"
    print(f"{name:9} {bare_name:>7} {statistics.median(bare):9.4f} {statistics.median(barbench):9.4f}"
          f" {access:6} {ratio:7.4f} {lower:7.4f} {upper:7.4f}  "
          + (f"{verdict} {LIMIT:.2f}" if promised else "(no limit set)"), flush=True)
    return {
        bare_name: statistics.median(bare),
        "barbench": statistics.median(barbench),
        "ratio": ratio,
        "pairs": options.pairs,
        "access_width": access,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=25, help="runs of each program (25; 11 or more)")
    parser.add_argument("--cpu", type=int, help="where to run (the last one allowed)")
    parser.add_argument("bare", help="the program of bare.c")
    parser.add_argument("barbench")
    parser.add_argument("output", type=pathlib.Path, help="where to write the figures as JSON")
    options = parser.parse_args()
    if options.pairs < 11:
        parser.error("--pairs: fewer than 11 show nothing on a machine that does other things")
    cpu = max(os.sched_getaffinity(0)) if options.cpu is None else options.cpu
    try:
        os.sched_setaffinity(0, {cpu})
    except OSError as error:
        parser.error(f"--cpu {cpu}: {error.strerror}")

    print(f"ns per operation on CPU {cpu}, medians of {options.pairs} pairs of runs of {REPS} "
          f"repetitions over {LENGTH} bytes;\nRATIO is the median of the pairs' ratios, Q1 and Q3 "
          "hold the middle half of them\n")
    print(f"{'ROW':9} {'AGAINST':>7} {'BARE':>9} {'BARBENCH':>9} {'ACCESS':>6} {'RATIO':>7} "
          f"{'Q1':>7} {'Q3':>7}  VERDICT")
    figures = {row[0]: measure(options, row) for row in ROWS}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"\nfigures: {options.output}")


main()
