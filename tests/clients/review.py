#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The question of a review, in TAP: would a driver that takes 8-byte reads only break a client?

review.py VFIOSCOPE POLICY LOG WIDEST DIR: what `vfioscope audit` says of the runs of guest/qemu.sh (see
qemu.py for LOG, WIDEST and DIR), held against what the device's log says of the same clients. POLICY
is of another device: its rules are taken, for edu.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import client_log  # it also finds the next one
import judge

EDU_IDS = {"vendor": "0x1234", "device": "0x11e8"}


def policy_for_edu(path, to):
    policy = json.loads(pathlib.Path(path).read_text())
    policy["devices"] = [EDU_IDS]
    to.write_text(json.dumps(policy))
    return to


def audit(vfioscope, policy, directory, name):
    """Exit status, and what it says"""
    done = subprocess.run([vfioscope, "audit", "--json", "--policy", policy, directory / name / "run.json"],
                          capture_output=True, check=False)
    sys.stdout.write("".join(f"# {line}\n" for line in done.stderr.decode().splitlines()))
    return done.returncode, json.loads(done.stdout or "{}")


def narrow_reads(clients):
    """Counter of the reads that are not of 8 bytes, by width"""
    return collections.Counter(width for _, calls in clients for (direction, _, width), _ in calls
                               if direction == "read" and width != 8)


def check_status(name, what, status, wanted):
    judge.check(f"{name}: {what}: exit status {status}", [] if status == wanted else [f"not {wanted}"])


def check_violated(name, clients, status, said):
    check_status(name, "narrow reads break the rule", status, 1)
    logged = narrow_reads(clients)
    found = collections.Counter()
    for finding in said["findings"]:
        if (finding["region"], finding["dir"], finding["clause"]) == ("BAR0", "read", "widths"):
            found[int(finding["width"])] += finding["would_break"]["min"]
    for width in sorted(logged | found):
        judge.check(f"{name}: BAR0 read {width}: would break {found[width]}, in the device's log {logged[width]}",
                    [] if found[width] == logged[width] else ["not the same"])
    wanted, broken = sum(logged.values()), said["rules"][0]["would_break"]
    judge.check(f"{name}: no other call would break",
                [] if broken == {"min": wanted, "max": wanted} else [f"{broken}, not {wanted}"])


def check_held(name, clients, status, said):
    """Nothing is against the rule; that alone makes no clean verdict where a blind spot is unknown."""
    logged = sum(call[:1] == ("read",) for _, calls in clients for call, _ in calls)
    rule = said["rules"][0]
    judge.check(f"{name}: the rule held over {rule['calls']} reads, in the device's log {logged}",
                [] if rule["result"] == "held" and rule["calls"] == logged and not said["findings"]
                else [str(rule), str(said["findings"])])
    unknown = [item["text"] for item in said["undecided"]]
    judge.check(f"{name}: it is undecided (3) only for blind spots of which nothing is known, else clean (0)",
                [text for text in unknown if not text.startswith("blind spot ") or ": unknown" not in text])
    check_status(name, "8-byte reads only", status, 3 if unknown else 0)
    verdict = said["verdict"]
    judge.check(f"{name}: a clean verdict has units and a bound: {verdict['units']}, {verdict['bound_95']}",
                [] if unknown or (verdict["units"] and verdict["bound_95"] is not None) else [str(verdict)])


def check_mapped(name, clients, status, said):
    reads = sum(narrow_reads(clients).values())
    check_status(name, f"{reads} narrow reads in the device's log, through a mapping", status, 3)
    judge.check(f"{name}: the mapping is named as a reason",
                [] if any(item["text"].startswith("blind spot mmap: ") for item in said["undecided"])
                and reads and not said["findings"] else [str(said["undecided"])])


CHECKS = {"default": check_violated, "exact": check_violated, "eight": check_held, "mapped": check_mapped}


def main():
    vfioscope, policy, log, widest, directory = sys.argv[1:]
    directory = pathlib.Path(directory)
    runs, _ = client_log.read_runs(log, int(widest), directory)
    with tempfile.TemporaryDirectory() as scratch:
        policy = policy_for_edu(policy, pathlib.Path(scratch) / "policy.json")
        for name, clients in runs.items():
            CHECKS[name](name, clients, *audit(vfioscope, policy, directory, name))
    return judge.done()


sys.exit(main())
