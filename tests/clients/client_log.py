# SPDX-License-Identifier: GPL-2.0-only
"""The device's log by the runs and the clients of guest/qemu.sh. Used by qemu.py and review.py.

QEMU makes aligned calls of 1, 2, 4 and 8 bytes. So each is one access of the device; but where the
kernel makes pieces of 4, one of 8 is two, and can be told by them (see guest/clients.sh).
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "vm"))
from device_log import read_log  # noqa: E402 # pylint: disable=wrong-import-position

FIRST = ("read", 0xf0000, 8)
LAST = ("read", 0xf0008, 8)


def calls_of(accesses, widest):
    """[(call, [access])]: the accesses of the device by the calls that they are pieces of"""
    calls = []
    i = 0
    while i < len(accesses):
        direction, offset, width = accesses[i]
        pair = accesses[i:i + 2] == [(direction, offset, 4), (direction, offset + 4, 4)]
        if widest == 4 and offset % 8 == 0 and pair:
            calls.append(((direction, offset, 8), accesses[i:i + 2]))
            i += 2
        else:
            calls.append((accesses[i], accesses[i:i + 1]))
            i += 1
    return calls


def cut_log(calls):
    """[[(call, [access])]] of each client, and what is of none"""
    clients, strays, inside = [], [], False
    for call in calls:
        if call[0] == FIRST:
            clients.append([])
            inside = True
        (clients[-1] if inside else strays).append(call)
        if call[0] == LAST:
            inside = False
    return clients, strays


def read_runs(log, widest, directory):
    """{run: [(client, [(call, [access])])]} and what is wrong with the log. WIDEST are the bytes of the
    widest piece that the kernel makes. DIRECTORY/order has a line for each run, in the order in which
    they were made: its name, and those of its clients."""
    clients, faults = cut_log(calls_of(read_log(log), widest))
    order = [line.split() for line in (directory / "order").read_text().splitlines()]
    wanted = sum(len(names) for _, *names in order)
    if len(clients) != wanted:
        faults = [f"{len(clients)} clients, not {wanted}"]
        clients += [[] for _ in range(wanted - len(clients))]
    return {run: [(name, clients.pop(0)) for name in names] for run, *names in order}, faults
