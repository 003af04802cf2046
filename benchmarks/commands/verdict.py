#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""verdict.py DIR: one line on the reports of `vfioscope compare --json` in DIR, PART.json each.

Parts end with the kernel of their guest; "commands" alone was measured on the host, whose time is no exact
clock, and decides nothing. Exit status: 0 no regression, 1 a regression, 2 a report is broken, 3 undecided.
"""
import json
import pathlib
import sys


def main():
    slower, undecided = [], []
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*-*.json")):
        try:
            report = json.loads(path.read_text())
        except ValueError as error:
            print(f"bench-compare: {path} is no report: {error}", file=sys.stderr)
            return 2
        cells = [cell["cell"] for cell in report["cells"] if cell["verdict"] == "regression"]
        if cells:
            slower.append(f"{path.stem} ({', '.join(cells)})")
        elif report["verdict"] == "undecided":
            undecided.append(path.stem)
    if slower:
        print("bench-compare: regression in", "; ".join(slower))
        return 1
    if undecided:
        print("bench-compare: undecided:", ", ".join(undecided))
        return 3
    print("bench-compare: no regression")
    return 0


if __name__ == "__main__":
    sys.exit(main())
