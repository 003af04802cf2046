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

import client_log  # it also finds the next two
import judge
from device_log import EDU

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
    """Counter of the reads that are not of 8 bytes, by offset and width"""
    return collections.Counter((offset, width) for _, calls in clients for (direction, offset, width), _ in calls
                               if direction == "read" and width != 8)


def by_width(places):
    widths = collections.Counter()
    for (_, width), count in places.items():
        widths[width] += count
    return widths


def found_places(findings):
    """Counter of the calls by offset and width; each client has findings of its own"""
    places = collections.Counter()
    for finding in findings:
        for place in finding["places"]:
            places[int(place["offset"], 0), int(place["width"])] += place["calls"]
    return places


def check_status(name, what, status, wanted):
    judge.check(f"{name}: {what}: exit status {status}", [] if status == wanted else [f"not {wanted}"])


def check_violated(name, clients, status, said):
    check_status(name, "narrow reads break the rule", status, 1)
    logged = narrow_reads(clients)
    found = collections.Counter()
    for finding in said["findings"]:
        if (finding["region"], finding["dir"], finding["clause"]) == ("BAR0", "read", "widths"):
            found[int(finding["width"])] += finding["would_break"]["min"]
    for width, count in sorted(by_width(logged).items()):
        judge.check(f"{name}: BAR0 read {width}: would break {found[width]}, in the device's log {count}",
                    [] if found[width] == count else ["not the same"])
    whose = {(finding["process"]["comm"], finding["process"].get("vm")) for finding in said["findings"]}
    wanted = {("qemu-system-x86", client) for client, calls in clients if narrow_reads([(client, calls)])}
    judge.check(f"{name}: by whom is told: {' and '.join(sorted(vm for _, vm in wanted))}",
                [] if whose == wanted else [f"{whose}, not {wanted}"])
    wanted, broken = sum(logged.values()), said["rules"][0]["would_break"]
    judge.check(f"{name}: no other call would break",
                [] if broken == {"min": wanted, "max": wanted} else [f"{broken}, not {wanted}"])


def check_violated_where(name, clients, status, said):
    check_violated(name, clients, status, said)
    logged, found = narrow_reads(clients), found_places(said["findings"])
    judge.check(f"{name}: each of {len(logged)} offsets and widths is told, with its count in the device's log",
                [f"{place}: {found[place]}, not {logged[place]}" for place in sorted(logged.keys() | found.keys())
                 if found[place] != logged[place]])


def check_held(name, clients, status, said):
    logged = sum(call[0] == "read" for _, calls in clients for call, _ in calls)
    rule, verdict = said["rules"][0], said["verdict"]
    check_status(name, "8-byte reads only", status, 0)
    judge.check(f"{name}: the rule held over {rule['calls']} reads, in the device's log {logged}",
                [] if rule["result"] == "held" and rule["calls"] == logged and not said["findings"]
                else [str(rule), str(said["findings"])])
    judge.check(f"{name}: that is over {verdict['units']} unit, traced from open on, with a bound of {verdict['bound_95']}",
                [] if verdict["units"] == verdict["seen"]["phases"]["from_open"] == 1
                and verdict["bound_95"] is not None else [str(verdict)])


def check_mapped(name, clients, status, said):
    reads = sum(narrow_reads(clients).values())
    check_status(name, f"{reads} narrow reads in the device's log, through a mapping", status, 3)
    reasons = [item["text"] for item in said["undecided"]]
    judge.check(f"{name}: the mapping is named as a reason, with its process",
                [] if reads and any(reason.startswith(f"blind spot mmap: yes ({EDU}, BAR0): mapped by qemu-system-x86[")
                                    for reason in reasons) else reasons)


CHECKS = {"default": check_violated, "exact": check_violated_where, "eight": check_held, "mapped": check_mapped}


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
