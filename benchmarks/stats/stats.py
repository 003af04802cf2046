#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make bench-stats: the rule by which `vfioscope compare` calls a regression, on runs whose truth is known.

Three models of latency, two at a time; seeded, so that the figures are the same on every machine. The
targets are printed beside what was reached. A figure is no test: the exit status is 0 whatever they are,
and 2 if the simulation could not be run.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

MODELS = ("heavy-tailed", "bimodal", "drifting")
MOST_FALSE = 0.01
LEAST_FOUND = 0.95
COVERAGE = 0.01


def simulate(args, model):
    numbers = (args.comparisons, args.seed, args.noise, args.threshold)
    command = [args.program, model, *map(str, numbers)]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    print(f"  {model}: done", file=sys.stderr)
    return json.loads(result.stdout)


def print_table(header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    for row in (header, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |")
    print()


def percent(share):
    return f"{100 * share:.1f} %"


def print_rules(results):
    header = ["rule"]
    for result in results:
        header += [f"{result['model']}: false calls", "found"]
    rows = []
    for i, rule in enumerate(results[0]["rules"]):
        row = [rule["rule"]]
        for result in results:
            row += [percent(result["rules"][i]["false_calls"]), percent(result["rules"][i]["found"])]
        rows.append(row)
    print_table(header, rows)


def print_intervals(results):
    rows = []
    for result in results:
        for interval in result["intervals"]:
            rows.append([result["model"], interval["metric"], percent(interval["says"]),
                         percent(interval["covers"])])
    print_table(["model", "interval of", "says", "covers"], rows)


def missed(results):
    for result in results:
        rule = result["rules"][0]
        if rule["false_calls"] > MOST_FALSE:
            yield f"{result['model']}: {percent(rule['false_calls'])} false calls"
        if rule["found"] < LEAST_FOUND:
            yield f"{result['model']}: found in {percent(rule['found'])} only"
        for interval in result["intervals"]:
            if abs(interval["covers"] - interval["says"]) > COVERAGE:
                yield (f"{result['model']}: the interval of {interval['metric']} says "
                       f"{percent(interval['says'])} and covers {percent(interval['covers'])}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--comparisons", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", type=float, default=1, help="between runs, in %% (1)")
    parser.add_argument("--threshold", type=float, default=1, help="of compare, in %% (1)")
    args = parser.parse_args()

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            results = list(pool.map(
                lambda model: simulate(args, model), MODELS))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"stats.py: {error}", file=sys.stderr)
            return 2
    args.output.parent.mkdir(parents=True, exist_ok=True)
    document = {"seed": args.seed, "noise": args.noise, "threshold": args.threshold, "models": results}
    args.output.write_text(json.dumps(document, indent=1) + "\n")

    first = results[0]
    print(f"{first['comparisons']} comparisons of {first['cells']} cells with nothing changed, and as many "
          f"with a shift of {percent(first['shift'])} in one cell; {first['runs']} runs a side; noise "
          + ", ".join(f"{100 * result['noise']:.2f} %" for result in results) + "\n")
    print_rules(results)
    print_intervals(results)
    for line in missed(results):
        print(f"MISSED  {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
