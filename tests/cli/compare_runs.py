#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""compare_runs.py DIR: run files and exports of known content, for compare.t. Seeded: always the same.

base/ same/ slow/   six traces each: slow has 4-byte reads that take 5 % longer
exact-base/ exact-slow/   two traces each, without any variance: 2 % longer
kernel/             as same/, of another kernel; other-device/: of another device
bench-base.json bench-slow.json   a bench with eight repetitions: a tenth slower
commands-base.json commands-slow.json   exports of hyperfine, of ten repetitions
history/            twenty traces, slower by 10 % from the twelfth on
"""
import copy
import json
import pathlib
import random
import sys

RUNS = pathlib.Path(__file__).parent / "runs"
TEMPLATE = json.loads((RUNS / "trace.json").read_text())
BENCH = json.loads((RUNS / "bench.json").read_text())
ACCESSES = 2000
files = 0


def bucket_of(ns):
    index = ns
    if ns >= 64:
        shift = ns.bit_length() - 6
        index = (shift << 5) + (ns >> shift)
    return index


def latency_of(values):
    buckets = {}
    for ns in values:
        buckets[bucket_of(ns)] = buckets.get(bucket_of(ns), 0) + 1
    return {"unit": "ns", "scheme": "log-linear-32", "min": min(values), "max": max(values),
            "sum": sum(values), "buckets": sorted(buckets.items())}


def cell(direction, width, values):
    return {"device": 0, "region": 0, "dir": direction, "width": width, "count": len(values),
            "bytes": width * len(values), "errors": {}, "shorts": 0, "unaligned": 0, "crossing": 0,
            "untimed": 0, "device_accesses": {"source": "unknown"}, "latency": latency_of(values)}


def stamp(run):
    global files
    files += 1
    run["started"] = f"2026-01-31T12:{files // 60:02}:{files % 60:02}.000000000Z"


def trace(draw, slower=1.0):
    run = copy.deepcopy(TEMPLATE)
    for key in ("intervals", "hot_offsets", "mappings", "blind_spots", "processes"):
        run[key] = []
    run["devices"] = run["devices"][:1]
    run["cells"] = [cell("read", 4, draw(1000 * slower)), cell("read", 8, draw(1500)),
                    cell("write", 8, draw(700))]
    run["segments"] = run["segments"][:1]
    handlers = run["segments"][0]["handlers"][:2]
    for handler in handlers:
        handler["counted"] = sum(c["count"] for c in run["cells"] if c["dir"] == handler["dir"])
    run["segments"][0]["handlers"] = handlers
    run["limits"]["cells_used"] = len(run["cells"])
    stamp(run)
    return run


def noisy(ns):
    level = ns * random.gauss(1, 0.004)
    return [int(level * random.lognormvariate(0, 0.05)) for _ in range(ACCESSES)]


def constant(ns):
    return [int(ns)] * ACCESSES


def write(path, document):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def write_traces(directory, count, draw, edit=None, slower=lambda i: 1.0):
    for i in range(count):
        run = trace(draw, slower(i))
        if edit:
            edit(run)
        write(directory / f"{i + 1}.json", run)


def set_kernel(run):
    run["host"]["kernel"] = "7.3.0-1-amd64"


def set_device(run):
    run["devices"][0]["name"] = "0000:81:00.0"


def bench(slower):
    run = copy.deepcopy(BENCH)
    case = next(case for case in run["bench"]["cases"] if case["samples"])
    run["bench"]["cases"] = [case]
    case["samples"] = [{"ops": 500, "elapsed_ns": int((1000000 + 800 * i) * slower)} for i in range(8)]
    stamp(run)
    return run


def export(slower, command="vfioscope list"):
    return {"results": [{"command": command, "mean": 0.1, "unit": "s",
                         "times": [0.1 * slower + 0.0002 * i for i in range(10)],
                         "exit_codes": [0] * 10}]}


def main():
    root = pathlib.Path(sys.argv[1])
    random.seed(1)
    write_traces(root / "base", 6, noisy)
    write_traces(root / "same", 6, noisy)
    write_traces(root / "slow", 6, noisy, slower=lambda i: 1.05)
    write_traces(root / "exact-base", 2, constant)
    write_traces(root / "exact-slow", 2, constant, slower=lambda i: 1.02)
    write_traces(root / "kernel", 6, noisy, set_kernel)
    write_traces(root / "other-device", 6, noisy, set_device)
    write_traces(root / "history", 20, noisy, slower=lambda i: 1.0 if i < 11 else 1.1)
    write(root / "bench-base.json", bench(1))
    write(root / "bench-slow.json", bench(1.1))
    write(root / "commands-base.json", export(1))
    write(root / "commands-slow.json", export(1.2))
    hostile = "\x1b[31m<script>alert(1)</script>\u202e & \"'"
    write(root / "hostile-base.json", export(1, hostile))
    write(root / "hostile-slow.json", export(1.2, hostile))


if __name__ == "__main__":
    main()
