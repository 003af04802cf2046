#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""summary.py OUT.json DIR...: checks and sums up what guest.sh left in each DIR (one a kernel)."""
import json
import sys
from pathlib import Path

VARIANTS = (
    "untraced",
    "empty_pair",
    "vfioscope_fentry",
    "vfioscope_kprobe",
    "vfioscope_kprobe_multi",
    "vfioscope_kprobe_session",
    "vfioscope_exact",
    "bpftrace_fentry",
    "bpftrace_kprobe",
)

# Of what each adds to an untraced read: at most so many times as much.
TARGETS = (
    ("vfioscope_fentry", "empty_pair", 2.3),
    ("vfioscope_fentry", "bpftrace_fentry", 0.36),
    ("vfioscope_kprobe", "bpftrace_kprobe", 0.60),
)


class Trouble(Exception):
    pass


def load(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Trouble(f"{path}: {error}") from error


def counted_by_vfioscope(path):
    """Calls that the account has, which must be those in the cells of BAR2 reads of 4 bytes."""
    run = load(path)
    handlers = [h for s in run["segments"] for h in s["handlers"]]
    cells = [c for c in run["cells"] if (c["region"], c["dir"], c["width"]) == (2, "read", 4)]
    counted = sum(h["counted"] for h in handlers)
    if sum(c["count"] for c in cells) != counted:
        raise Trouble(f"{path}: the cell of BAR2 reads of 4 bytes has not what was counted, {counted}")
    return counted


def counted_by_bpftrace(path):
    total = 0
    for line in path.read_text().splitlines():
        message = json.loads(line)
        if message["type"] == "hist":
            total += sum(bucket["count"] for bucket in message["data"]["@"])
    return total


def check_counts(directory, name, client):
    """A tracer that did not count every read was not measured at its work."""
    issued = client["issued"]
    if name.startswith("vfioscope"):
        counts = [counted_by_vfioscope(directory / f"{name}.run")]
    elif name.startswith("bpftrace"):
        counts = [counted_by_bpftrace(directory / f"{name}.hist")]
    elif name == "empty_pair":
        counts = list(load(directory / f"{name}.runs").values())
    else:
        counts = []
    for counted in counts:
        if counted != issued:
            raise Trouble(f"{directory}: {name} counted {counted} of {issued} reads")


def per_read(client):
    return round(client["ns"] / client["count"])


def measure(directory):
    """What is known of one kernel: {name: value}."""
    found = {}
    for name in VARIANTS:
        if not (directory / f"{name}.client").exists():
            continue
        client = load(directory / f"{name}.client")
        check_counts(directory, name, client)
        found[name] = per_read(client)
        if name in ("vfioscope_fentry", "bpftrace_fentry"):
            tool = name.split("_")[0]
            found[f"{tool}_start_ns"] = client["start_ns"]
            found[f"{tool}_rss_kib"] = client["rss_kib"]
            found[f"{tool}_peak_rss_kib"] = client["peak_kib"]
    if "untraced" not in found:
        raise Trouble(f"{directory}: no figure of untraced reads")
    return found


def print_costs(release, found):
    print(f"\nLinux {release}: guest instructions of a 4-byte pread of BAR2")
    print(f"  {'':26}{'total':>8}{'added':>8}")
    for name in VARIANTS:
        if name in found:
            print(f"  {name:26}{found[name]:8}{found[name] - found['untraced']:8}")


def print_ratios(found):
    for over, under, target in TARGETS:
        if over not in found or under not in found:
            continue
        ratio = (found[over] - found["untraced"]) / (found[under] - found["untraced"])
        verdict = "met" if ratio <= target else "missed"
        print(f"  {over} / {under}: {ratio:.3f} (target <= {target:.2f}: {verdict})")


def print_others(found):
    for name, value in found.items():
        if name not in VARIANTS:
            print(f"  {name:26}{value:>16}")


def main():
    output, directories = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    kernels = {}
    for directory in directories:
        release = (directory / "release").read_text().strip()
        kernels[release] = measure(directory)
    output.write_text(json.dumps(kernels, indent=2) + "\n")
    for release, found in kernels.items():
        print_costs(release, found)
        print_ratios(found)
        print_others(found)


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"summary.py: error: {trouble}")
