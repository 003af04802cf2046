# SPDX-License-Identifier: GPL-2.0-only
"""What the outer QEMU's log says of edu's BAR0, which is what the device saw. Used by derived.py and
tests/clients/qemu.py; the log is that of vm_device_log in lib.sh."""
import collections
import re

EDU = "0000:00:03.0"
BAR_SIZE = 1 << 20
WIDTHS = (8, 4, 2, 1)

# edu takes no 1 and 2 bytes: such an access never gets to the trace point, but is a guest's error.
# The one has the address in the machine, the other the offset in the BAR.
LOG_LINES = (
    re.compile(r"memory_region_ops_(read|write) .* addr 0x(\w+) value \w+ size (\d+) name 'edu-mmio'"),
    re.compile(r"Invalid (read|write) at addr 0x(\w+), size (\d+), region 'edu-mmio'"),
)


def read_log(path):
    """[(dir, offset, width)] in the order of time"""
    accesses = []
    with open(path, errors="replace") as file:
        for line in file:
            for pattern in LOG_LINES:
                match = pattern.search(line)
                if match:
                    offset = int(match[2], 16) % BAR_SIZE
                    accesses.append((match[1], offset, int(match[3])))
    return accesses


def by_width(accesses, direction):
    return collections.Counter(width for way, _, width in accesses if way == direction)


def figures(counter):
    return " ".join(f"{width}:{counter[width]}" for width in sorted(WIDTHS))
