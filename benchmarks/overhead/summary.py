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
    "vfioscope_offsets",
    "vfioscope_snoop",
    "vfioscope_snoop_filtered",
    "bpftrace_fentry",
    "bpftrace_kprobe",
    "bpftrace_fentry_unguarded",
    "bpftrace_kprobe_unguarded",
)

# Of what each adds to an untraced read: at most so many times as much.
TARGETS = (
    ("vfioscope_fentry", "empty_pair", 2.3),
    ("vfioscope_fentry", "bpftrace_fentry", 0.36),
    ("vfioscope_kprobe", "bpftrace_kprobe", 0.60),
    ("vfioscope_fentry", "bpftrace_fentry_unguarded", 0.36),
    ("vfioscope_kprobe", "bpftrace_kprobe_unguarded", 0.60),
)

LABEL, COLUMN = 44, 26


class Trouble(Exception):
    pass


def load(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Trouble(f"{path}: {error}") from error


def counted_by_vfioscope(path, method):
    """Calls that the account has, which must be those in the cells of BAR2 reads of 4 bytes."""
    run = load(path)
    offsets = method == "offsets"
    method = "fentry" if offsets or method.startswith("snoop") else method
    handlers = [h for s in run["segments"] for h in s["handlers"]]
    used = {h["method"] for h in handlers}
    if method != "exact" and used != {method}:
        raise Trouble(f"{path}: attached by {', '.join(sorted(used))}")
    cells = [c for c in run["cells"] if (c["region"], c["dir"], c["width"]) == (2, "read", 4)]
    counted = sum(h["counted"] for h in handlers)
    if sum(c["count"] for c in cells) != counted:
        raise Trouble(f"{path}: the cell of BAR2 reads of 4 bytes has not what was counted, {counted}")
    if offsets and sum(o["count"] for o in run["hot_offsets"]) != counted:
        raise Trouble(f"{path}: the offsets have not what was counted, {counted}")
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
        counts = [counted_by_vfioscope(directory / f"{name}.run", name.removeprefix("vfioscope_"))]
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


def measure_memory(directory):
    """From runs with more cells and with one more CPU than the first."""
    base, more = (load(directory / f"{name}.run")["limits"] for name in ("memory", "memory-more"))
    other = load(directory / "two-cpus" / "memory.run")["limits"]
    maps = load(directory / "memory.maps")
    return {
        "kernel_bytes": base["kernel_bytes"],
        "kernel_bytes_bpftool": sum(m["bytes_memlock"] for m in maps),
        "kernel_bytes_per_cell": (more["kernel_bytes"] - base["kernel_bytes"])
        // (more["max_cells"] - base["max_cells"]),
        "kernel_bytes_per_cpu": other["kernel_bytes"] - base["kernel_bytes"],
    }


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
    if (directory / "memory.run").exists():
        found.update(measure_memory(directory))
    return found


def print_row(label, columns):
    print(f"{label:{LABEL}}" + "".join(f"{column:>{COLUMN}}" for column in columns))


def print_costs(kernels):
    for name in VARIANTS:
        if any(name in found for found in kernels):
            print_row(
                name,
                [
                    f"{found[name]}  {'+' + str(found[name] - found['untraced']):>6}"
                    if name in found
                    else "-"
                    for found in kernels
                ],
            )


def verdict(found, over, under, target):
    if over not in found or under not in found:
        return "-"
    ratio = (found[over] - found["untraced"]) / (found[under] - found["untraced"])
    return f"{ratio:.3f} (<= {target:.2f}) {'met' if ratio <= target else 'missed':>6}"


def print_ratios(kernels):
    for over, under, target in TARGETS:
        columns = [verdict(found, over, under, target) for found in kernels]
        if any(column != "-" for column in columns):
            print_row(f"{over} / {under}", columns)


def print_others(kernels):
    for name in dict.fromkeys(name for found in kernels for name in found if name not in VARIANTS):
        print_row(name, [found.get(name, "-") for found in kernels])


def main():
    output, directories = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    kernels = {}
    for directory in directories:
        kernels[(directory / "release").read_text().strip()] = measure(directory)
    output.write_text(json.dumps(kernels, indent=2) + "\n")
    print_row("instructions of a 4-byte pread: total, added", kernels)
    print_costs(kernels.values())
    print("\nratios of what is added, and their targets")
    print_ratios(kernels.values())
    print()
    print_others(kernels.values())


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        print(f"summary.py: error: {trouble}", file=sys.stderr)
        sys.exit(2)
