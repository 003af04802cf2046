#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The files the writer makes hold against docs/run.schema.json, and what it must refuse does not;
the shipped policies hold against docs/policy.schema.json.

The files are those of tests/fuzz/corpus, which test_json_roundtrip holds against the writer, and
any named as arguments.
"""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP no python3-jsonschema")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "tests/fuzz/corpus"


def drop(*path):
    def spoil(run):
        *parents, last = path
        for key in parents:
            run = run[key]
        del run[last]
    return spoil


def put(value, *path):
    def spoil(run):
        *parents, last = path
        for key in parents:
            run = run[key]
        run[last] = value
    return spoil


SPOILS = [
    ("trace", "another schema", put("vfioscope.run/2", "schema")),
    ("trace", "unknown kind", put("dream", "kind")),
    ("trace", "no host", drop("host")),
    ("trace", "no count", drop("cells", 0, "count")),
    ("trace", "negative count", put(-1, "cells", 0, "count")),
    ("trace", "fraction", put(1.5, "cells", 0, "bytes")),
    ("trace", "beyond int64", put(1 << 63, "cells", 0, "bytes")),
    ("trace", "no width class", put(9, "cells", 0, "width")),
    ("trace", "width in words", put("8", "cells", 0, "width")),
    ("trace", "region 16", put(16, "cells", 0, "region")),
    ("trace", "unit", put("us", "cells", 0, "latency", "unit")),
    ("trace", "bucket 960", put([960, 1], "cells", 0, "latency", "buckets", 0)),
    ("trace", "bucket of 0", put([60, 0], "cells", 0, "latency", "buckets", 0)),
    ("trace", "bucket of three", put([60, 1, 1], "cells", 0, "latency", "buckets", 0)),
    ("trace", "errno", put(1, "cells", 0, "errors", "nonsense")),
    ("trace", "error of 0", put(0, "cells", 0, "errors", "EIO")),
    ("trace", "accesses without counts", drop("cells", 0, "device_accesses", "counts")),
    ("trace", "unknown accesses with counts",
     put("unknown", "cells", 0, "device_accesses", "source")),
    ("trace", "offset as a number", put(8, "hot_offsets", 0, "offset")),
    ("trace", "hex in capitals", put("0xFF", "hot_offsets", 0, "offset")),
    ("trace", "a width at an offset without times", put(8, "hot_offsets", 2, "width")),
    ("trace", "errors at an offset without times", put(1, "hot_offsets", 2, "errors")),
    ("trace", "times at an offset without a width", drop("hot_offsets", 1, "width")),
    ("trace", "first error without a last", drop("hot_offsets", 0, "last_error_ns")),
    ("trace", "offsets dropped of none", drop("limits", "max_offsets")),
    ("trace", "bad escape", put("\\q", "processes", 0, "comm")),
    ("trace", "lost kind", put("some", "segments", 0, "handlers", 0, "lost_kind")),
    ("trace", "bench in a trace", put({"cases": []}, "bench")),
    ("trace", "local time", put("2026-01-31T12:00:00+01:00", "started")),
    ("bench", "bench without cases", drop("bench")),
    ("bench", "access width of 0", put(0, "bench", "cases", 1, "access_width")),
    ("bench", "governor as a number", put(1, "bench", "governor")),
    ("bench", "NUMA node -1", put(-1, "devices", 0, "numa_node")),
    ("bench", "store blocks of 0", put(0, "devices", 0, "maxstbl")),
    ("bench", "no samples", drop("bench", "cases", 0, "samples")),
]

FITS = [
    ("trace", "unknown fields", put(1, "cells", 0, "new")),
    ("trace", "an escape", put("a\\\\b\\xff", "processes", 0, "comm")),
    ("bench", "no setting", drop("bench", "governor")),
    ("bench", "no access width", drop("bench", "cases", 1, "access_width")),
    ("bench", "no store blocks", drop("devices", 0, "maxstbl")),
    ("trace", "no process", drop("cells", 0, "process")),
    ("trace", "killed by a signal", drop("command", "exit_status")),
]


POLICY_SPOILS = [
    ("another schema", put("vfioscope.policy/2", "schema")),
    ("no rules", put([], "rules")),
    ("an unknown key", put(1, "rules", 0, "offsets")),
    ("no widths", put([], "rules", 0, "widths")),
    ("a width that is no class", put([9], "rules", 0, "widths")),
    ("an unknown symbol", put("pages", "rules", 0, "max")),
    ("another boundary", put("maxstbl", "rules", 0, "no_crossing")),
    ("a multiple of 0", put(0, "rules", 0, "multiple_of")),
    ("a PCI id as a number", put(0x1014, "devices", 0, "vendor")),
    ("a device that is any", put({}, "devices", 0)),
    ("a rule that says nothing", put([{"id": "a"}], "rules")),
]


class Tap:
    def __init__(self):
        self.number = 0
        self.failed = 0

    def result(self, holds, name, why=""):
        self.number += 1
        self.failed += not holds
        print(f"{'ok' if holds else 'not ok'} {self.number} - {name}")
        if why and not holds:
            print("# " + why.replace("\n", "\n# "))


def check_policies(tap):
    schema = json.loads((ROOT / "docs/policy.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in sorted((ROOT / "user/policies").glob("*.json")):
        tap.result(validator.is_valid(json.loads(path.read_text())), f"{path.name} fits")
    for name, spoil in POLICY_SPOILS:
        policy = json.loads((ROOT / "user/policies/ism-v4.json").read_text())
        spoil(policy)
        tap.result(not validator.is_valid(policy), f"policy, {name}: does not")


def main():
    tap = Tap()
    schema = json.loads((ROOT / "docs/run.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def why_not(run):
        errors = validator.iter_errors(run)
        return "\n".join(f"{error.json_path}: {error.message[:200]}" for error in errors)

    for path in sorted(CORPUS.glob("*.json")) + [pathlib.Path(arg) for arg in sys.argv[1:]]:
        why = why_not(json.loads(path.read_text()))
        tap.result(not why, f"{path.name} fits", why)
    for fits, cases in ((False, SPOILS), (True, FITS)):
        for sample, name, spoil in cases:
            run = json.loads((CORPUS / f"{sample}.json").read_text())
            spoil(run)
            why = why_not(run)
            tap.result(fits == (not why), f"{name}: {'fits' if fits else 'does not'}", why)
    tap.result((CORPUS / "trace.json").read_text() in (ROOT / "docs/run-format.md").read_text(),
               "the example in docs/run-format.md is of this version")
    check_policies(tap)
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


sys.exit(main())
