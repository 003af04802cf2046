#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The ISM device model by itself, over its socket: protocol, contents, faults, log, and clients that
do not keep to the protocol.
"""
import errno
import os
import pathlib
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / os.environ.get("O", "out") / "tests/ism_device"
REGISTERS = (ROOT / "tests/models/ism_device/registers.h").read_text()

VERSION, DMA_MAP, DMA_UNMAP, GET_INFO, GET_REGION_INFO, GET_REGION_IO_FDS = 1, 2, 3, 4, 5, 6
GET_IRQ_INFO, SET_IRQS, READ, WRITE, RESET, WRITE_MULTI = 7, 8, 9, 10, 13, 15
REPLY, NO_REPLY, ERROR = 0x1, 0x10, 0x20
HEADER = struct.Struct("=HHIII")
BAR0, BAR2, BAR4, CONFIG, MSIX = 0, 2, 4, 7, 2
TRANSFER = 65536
PATIENCE = 20


def fault(name):
    page = int(re.search(rf"ISM_{name} = (\d+)", REGISTERS)[1])
    return (1 << 47) + page * 0x1000


def contents(offset, count):
    """The documented function once more, so that a change of it is noticed"""
    return bytes((o * 0x9e3779b97f4a7c15 % (1 << 64) >> 56) % 255
                 for o in range(offset, offset + count))


class Tap:
    def __init__(self):
        self.number = 0
        self.failed = 0

    def same(self, got, wanted, name):
        self.number += 1
        self.failed += got != wanted
        print(f"{'ok' if got == wanted else 'not ok'} {self.number} - {name}")
        if got != wanted:
            print(f"# got {got!r}, not {wanted!r}", flush=True)

    def true(self, holds, name):
        self.same(bool(holds), True, name)


class Refused(Exception):
    def __init__(self, number):
        super().__init__(errno.errorcode.get(number, str(number)))


class Client:
    def __init__(self, path, greet=True):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))
        self.socket.settimeout(PATIENCE)
        self.id = 0
        if greet:
            self.call(VERSION, struct.pack("=HH", 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, command, payload=b"", flags=0, size=None):
        self.id = (self.id + 1) % 65536
        size = HEADER.size + len(payload) if size is None else size
        self.socket.sendall(HEADER.pack(self.id, command, size, flags, 0) + payload)

    def receive(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionError("closed")
            data += part
        return data

    def answer(self, command):
        number, what, size, flags, error = HEADER.unpack(self.receive(HEADER.size))
        payload = self.receive(size - HEADER.size)
        assert (number, what) == (self.id, command), "the answer is to another message"
        assert flags in (REPLY, REPLY | ERROR), f"flags {flags:#x}"
        if flags & ERROR:
            assert not payload, "an error has a payload"
            raise Refused(error)
        return payload

    def call(self, command, payload=b"", **how):
        self.send(command, payload, **how)
        return self.answer(command)

    def read(self, region, offset, count):
        access = struct.pack("=QII", offset, region, count)
        reply = self.call(READ, access)
        assert reply[:16] == access, "another access was answered"
        return reply[16:]

    def write(self, region, offset, data):
        access = struct.pack("=QII", offset, region, len(data))
        assert self.call(WRITE, access + data) == access, "another access was answered"

    def region(self, index):
        reply = self.call(GET_REGION_INFO, struct.pack("=IIIIQQ", 32, 0, index, 0, 0, 0))
        argsz, flags, got, _, size, _ = struct.unpack("=IIIIQQ", reply)
        assert (argsz, got) == (32, index)
        return flags, size

    def error_of(self, function, *args, **how):
        try:
            function(*args, **how)
        except Refused as refused:
            return str(refused)
        except (ConnectionError, socket.timeout) as err:
            return type(err).__name__
        return "none"


class Server:
    """The program, in a directory of its own"""
    def __init__(self, *options):
        self.directory = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.directory.name) / "socket"
        self.log = pathlib.Path(self.directory.name) / "log"
        self.output = pathlib.Path(self.directory.name) / "output"
        self.errors = pathlib.Path(self.directory.name) / "errors"
        with open(self.output, "w") as output, open(self.errors, "w") as errors:
            self.process = subprocess.Popen(
                [PROGRAM, "--socket", self.path, "--log", self.log, *options],
                stdout=output, stderr=errors)
        self.wait(self.path.exists)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.directory.cleanup()

    @staticmethod
    def wait(condition):
        deadline = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.01)

    def logged(self):
        return self.log.read_text().splitlines()

    def printed(self):
        return self.output.read_text().splitlines()

    def end(self):
        """Returns the exit status and what was printed"""
        status = self.process.wait(timeout=PATIENCE)
        return status, self.printed(), self.errors.read_text()


def test_handshake(tap, path):
    with Client(path, greet=False) as client:
        tap.same(client.error_of(client.region, BAR0), "EINVAL", "nothing before the version")
        tap.same(client.error_of(client.call, VERSION, struct.pack("=HH", 1, 0)),
                 "EPROTONOSUPPORT", "another major version")
        data = b'{"capabilities":{"write_multiple":true}}\0'
        reply = client.call(VERSION, struct.pack("=HH", 0, 1) + data)
        tap.same(struct.unpack("=HH", reply[:4]), (0, 0), "the version is 0.0")
        tap.same(reply[4:], b'{"capabilities":{"max_msg_fds":8,"max_data_xfer_size":65536}}\0',
                 "several writes in one message are not offered")
        tap.same(client.error_of(client.call, VERSION, struct.pack("=HH", 0, 0)), "EINVAL",
                 "the version once")


def test_description(tap, path):
    with Client(path) as client:
        info = struct.unpack("=IIII", client.call(GET_INFO, struct.pack("=IIII", 16, 0, 0, 0)))
        tap.same(info, (16, 3, 9, 5), "a PCI device that can be reset, 9 regions, 5 kinds of interrupts")
        for index, size in ((0, 1 << 48), (1, 0), (2, 0x4000), (3, 0), (4, 0x1000), (5, 0), (6, 0),
                            (7, 0x100), (8, 0)):
            tap.same(client.region(index), (3 if size else 0, size), f"region {index}")
        tap.same(client.error_of(client.region, 9), "EINVAL", "no region 9")
        tap.same(client.error_of(client.region, 0xffffffff), "EINVAL", "no region 2^32-1")
        for index, count in ((0, 0), (1, 0), (MSIX, 1), (3, 0), (4, 0)):
            reply = client.call(GET_IRQ_INFO, struct.pack("=IIII", 16, 0, index, 0))
            tap.same(struct.unpack("=IIII", reply), (16, 9 if count else 0, index, count),
                     f"interrupt kind {index}")
        tap.same(client.error_of(client.call, GET_REGION_IO_FDS, struct.pack("=IIII", 16, 0, 0, 0)),
                 "ENOTSUP", "no descriptors for regions")


def test_config(tap, path):
    with Client(path) as client:
        config = client.read(CONFIG, 0, 256)
        tap.same(struct.unpack("<HH", config[:4]), (0x1014, 0x04ed), "vendor and device")
        tap.same(config[8:12], bytes(4), "revision and class, as of the real one")
        tap.same([struct.unpack_from("<I", config, 16 + 4 * bar)[0] for bar in range(6)],
                 [4, 0, 4, 0, 4, 0], "three BARs of 64 bits")
        at = config[0x34]
        tap.same(struct.unpack_from("<BBHII", config, at), (0x11, 0, 0, 4, 0x804), "MSI-X, in BAR4")
        for bar in (0, 2, 4):
            client.write(CONFIG, 16 + 4 * bar, b"\xff" * 8)
            got = struct.unpack("<Q", client.read(CONFIG, 16 + 4 * bar, 8))[0]
            size = client.region(bar)[1]
            tap.same(got, (1 << 64) - size | 4, f"BAR{bar} tells its size when written")
        client.write(CONFIG, 0, b"\xff" * 4)
        tap.same(client.read(CONFIG, 0, 4), config[:4], "what is read-only stays")


def test_contents(tap, path):
    with Client(path) as client:
        tap.true(all(contents(o, 4096).count(255) == 0 for o in (0, 1 << 40)), "no byte is 0xff")
        for width in (1, 2, 4, 8, 16):
            same = [client.read(BAR0, base + shift, width) == contents(base + shift, width)
                    for base in (0, 0xff8, 1 << 32, (1 << 47) + 0x10000, (1 << 48) - 32)
                    for shift in range(9)]
            tap.true(all(same), f"BAR0: {width} bytes at every alignment")
        tap.same(client.read(BAR0, 0, TRANSFER), contents(0, TRANSFER), "BAR0: the most at once")
        client.write(BAR0, 0x100, b"12345678")
        tap.same(client.read(BAR0, 0x100, 8), contents(0x100, 8), "BAR0: a store is not kept")
        for width in (1, 2, 4, 8, 16):
            client.write(BAR2, 0x103, bytes(range(width)))
            tap.same(client.read(BAR2, 0x102, width + 2),
                     contents(0x102, 1) + bytes(range(width)) + contents(0x103 + width, 1),
                     f"BAR2: {width} bytes are kept")
            client.call(RESET)
            tap.same(client.read(BAR2, 0x100, 32), contents(0x100, 32), "BAR2: until a reset")
        client.write(BAR4, 0, b"table!")
        tap.same(client.read(BAR4, 0, 8), b"table!\0\0", "BAR4: is kept")


def test_range(tap, path):
    with Client(path) as client:
        for region, offset, count in ((BAR0, 1 << 48, 1), (BAR0, (1 << 48) - 4, 8),
                                      (BAR0, (1 << 64) - 4, 8), (BAR2, 0x3fff, 2), (BAR4, 0x1000, 4),
                                      (CONFIG, 0xfd, 4), (1, 0, 1), (6, 0, 4), (8, 0, 1), (9, 0, 1),
                                      (0xffffffff, 0, 1)):
            name = f"{count} at {offset:#x} of region {region}"
            tap.same(client.error_of(client.read, region, offset, count), "EINVAL", f"read {name}")
            tap.same(client.error_of(client.write, region, offset, bytes(count)), "EINVAL",
                     f"write {name}")
        tap.same(client.error_of(client.read, BAR0, 0, TRANSFER + 1), "EINVAL", "read of too much")


def test_faults(tap, path):
    with Client(path) as client:
        page = fault("REFUSE")
        for offset, wanted in ((page - 1, "none"), (page, "EIO"), (page + 0xfff, "EIO"),
                               (page - 0x1000, "none")):
            tap.same(client.error_of(client.read, BAR0, offset, 1), wanted, f"read {offset:#x}")
            tap.same(client.error_of(client.write, BAR0, offset, b"1"), wanted, f"write {offset:#x}")
        for name, least in (("SLOW_1MS", 0.001), ("SLOW_10MS", 0.01), ("SLOW_100MS", 0.1)):
            begin = time.monotonic()
            tap.same(client.read(BAR0, fault(name), 8), contents(fault(name), 8), f"{name} reads")
            tap.true(time.monotonic() - begin >= least, f"{name} takes its time")
        tap.same(client.error_of(client.write, BAR0, fault("GONE"), b"1"), "ENODEV", "gone")
        for region in (BAR0, BAR2, BAR4):
            tap.same(client.error_of(client.read, region, 0, 8), "ENODEV", f"region {region} is gone")
        tap.same(client.error_of(client.read, CONFIG, 0, 4), "none", "CONFIG is not")
        client.call(RESET)
        tap.same(client.error_of(client.read, BAR2, 0, 8), "none", "it is back after a reset")
        client.error_of(client.read, BAR0, fault("GONE"), 1)
        tap.same(client.error_of(client.read, BAR0, fault("BACK"), 1), "none", "back")
        tap.same(client.error_of(client.read, BAR2, 0, 8), "none", "it is back after that")
        client.error_of(client.read, BAR0, fault("GONE"), 1)
    with Client(path) as client:
        tap.same(client.error_of(client.read, BAR2, 0, 8), "none", "and after another connection")
        tap.same(client.error_of(client.read, BAR0, fault("HANG_UP"), 4), "ConnectionError", "hangs up")


def test_memory_and_interrupts(tap, path):
    with Client(path) as client:
        before = len(os.listdir(f"/proc/{client_server(client)}/fd"))
        payload = struct.pack("=IIQQQ", 32, 3, 0, 0, 1 << 20)
        for _ in range(20):
            send_with_fd(client, DMA_MAP, payload)
            client.answer(DMA_MAP)
        payload = struct.pack("=IIQQ", 24, 0, 0, 1 << 20)
        tap.same(client.call(DMA_UNMAP, payload), payload, "unmap answers with what was unmapped")
        for _ in range(20):
            send_with_fd(client, SET_IRQS, struct.pack("=IIIII", 20, 4 | 32, MSIX, 0, 1))
            client.answer(SET_IRQS)
        tap.same(len(os.listdir(f"/proc/{client_server(client)}/fd")), before,
                 "descriptors that came are closed")
        for index, start, count, wanted in ((MSIX, 0, 0, "none"), (MSIX, 0, 2, "EINVAL"),
                                            (MSIX, 1, 0xffffffff, "EINVAL"), (0, 0, 1, "EINVAL"),
                                            (5, 0, 0, "EINVAL"), (MSIX, 2, 0, "EINVAL")):
            payload = struct.pack("=IIIII", 20, 1 | 32, index, start, count)
            tap.same(client.error_of(client.call, SET_IRQS, payload), wanted,
                     f"SET_IRQS {index} {start} {count}")


def client_server(client):
    """The process at the other end"""
    credentials = client.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return struct.unpack("=iII", credentials)[0]


def send_with_fd(client, command, payload):
    client.id += 1
    message = HEADER.pack(client.id, command, HEADER.size + len(payload), 0, 0) + payload
    with open("/dev/null") as file:
        socket.send_fds(client.socket, [message], [file.fileno()])


def test_malformed(tap, path):
    """@path: of a server that serves more than one"""
    def still_serves(name):
        with Client(path) as client:
            tap.same(client.read(BAR2, 0, 8), contents(0, 8), f"serves after: {name}")

    with Client(path) as client:
        for command in (0, 11, 12, 14, WRITE_MULTI, 16, 17, 18, 65535):
            tap.same(client.error_of(client.call, command, bytes(64)), "ENOTSUP",
                     f"unknown command {command}")
        for command, size in ((GET_INFO, 15), (GET_REGION_INFO, 31), (GET_IRQ_INFO, 15),
                              (SET_IRQS, 19), (READ, 15), (WRITE, 15), (DMA_MAP, 31), (DMA_UNMAP, 23)):
            for short in (0, size):
                tap.same(client.error_of(client.call, command, bytes(short)), "EINVAL",
                         f"command {command} with {short} bytes")
        for command, payload in ((GET_INFO, bytes(16)), (GET_REGION_INFO, bytes(32)),
                                 (GET_IRQ_INFO, bytes(16))):
            tap.same(client.error_of(client.call, command, payload), "EINVAL",
                     f"command {command} has no room for the answer")
        for count in (7, 9, 0, 0xffffffff):
            payload = struct.pack("=QII", 0, BAR2, count) + bytes(8)
            tap.same(client.error_of(client.call, WRITE, payload), "EINVAL",
                     f"a write of {count} that carries 8")
        client.send(WRITE, struct.pack("=QII", 0, BAR2, 1) + b"x", flags=NO_REPLY)
        tap.same(client.read(BAR2, 0, 1), b"x", "a write that wants no answer gets none")
        for byte in HEADER.pack(client.id + 1, RESET, HEADER.size, 0, 0):
            client.socket.sendall(bytes([byte]))
        client.id += 1
        tap.same(client.answer(RESET), b"", "a message byte by byte")

    for name, size, flags in (("a size of 0", 0, 0), ("a size of 15", 15, 0),
                              ("a size of 2^32-1", 0xffffffff, 0),
                              ("one byte too many", 16 + 16 + TRANSFER + 1, 0),
                              ("a reply", 16, REPLY), ("type 2", 16, 2)):
        with Client(path) as client:
            tap.same(client.error_of(client.call, RESET, flags=flags, size=size), "ConnectionError",
                     f"{name} ends the connection")
        still_serves(name)
    for name, data in (("half a header", HEADER.pack(1, READ, 32, 0, 0)[:7]),
                       ("half a message", HEADER.pack(1, READ, 32, 0, 0) + bytes(5)),
                       ("nothing", b"")):
        with Client(path, greet=False) as client:
            client.socket.sendall(data)
        still_serves(name)
    with Client(path) as client:
        client.send(READ, struct.pack("=QII", 0, BAR0, TRANSFER))
    still_serves("leaving before the answer")
    with Client(path) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(8):
            client.send(READ, struct.pack("=QII", 0, BAR0, TRANSFER))
    still_serves("leaving with many answers outstanding")


def test_random(tap, path):
    """Messages of which much is right, so that they get far; the answers matter to nobody"""
    chance = random.Random(os.environ.get("SEED", "1"))

    def number(bits):
        return chance.choice([chance.randrange(9), chance.getrandbits(bits), (1 << bits) - 1,
                              1 << chance.randrange(bits)])

    for _ in range(int(os.environ.get("ROUNDS", "300"))):
        with Client(path, greet=chance.random() < 0.8) as client:
            client.socket.settimeout(0.002)
            for _ in range(chance.randrange(20)):
                payload = struct.pack("=QIIQ", number(64), number(32), number(32), number(64))
                payload += bytes(chance.randrange(40))
                size = HEADER.size + len(payload)
                try:
                    client.send(number(4), payload[:chance.randrange(len(payload))],
                                flags=chance.choice([0, 0, 0, NO_REPLY, number(6)]),
                                size=chance.choice([None, None, None, size, number(32)]))
                except (BrokenPipeError, ConnectionResetError):
                    break
    with Client(path) as client:
        tap.same(client.read(BAR2, 0, 8), contents(0, 8), "serves after random messages")


def test_log(tap):
    with Server() as server:
        with Client(server.path) as client:
            client.read(BAR0, 0xfffffffffff8, 8)
            client.read(CONFIG, 0, 4)
            client.write(BAR2, 0x10, bytes.fromhex("00a0ff"))
            client.write(BAR0, 0, bytes(range(16)))
            client.read(BAR2, 3, 8)
            client.error_of(client.read, BAR0, fault("REFUSE"), 2)
            client.error_of(client.write, BAR2, 0x4000, b"\1")
            client.error_of(client.read, 9, 0, 1)
            client.call(RESET)
            lines = ["READ BAR0 0xfffffffffff8 8", "READ CONFIG 0x0 4", "WRITE BAR2 0x10 3 00a0ff",
                     "WRITE BAR0 0x0 16 000102030405060708090a0b0c0d0e0f", "READ BAR2 0x3 8",
                     f"READ BAR0 {fault('REFUSE'):#x} 2 EIO", "WRITE BAR2 0x4000 1 01 EINVAL", "RESET"]
            tap.same(server.logged(), lines, "the log while the connection lasts")
            counts = ["COUNT READ BAR0 2 1", "COUNT READ BAR0 8 1", "COUNT READ BAR2 8 1",
                      "COUNT READ CONFIG 4 1", "COUNT WRITE BAR0 16 1", "COUNT WRITE BAR2 1 1",
                      "COUNT WRITE BAR2 3 1"]
            server.process.send_signal(signal.SIGUSR1)
            server.wait(lambda: server.printed() == counts)
            tap.same(server.printed(), counts, "counts upon SIGUSR1")
            client.read(BAR2, 3, 8)
        final = [line.replace("BAR2 8 1", "BAR2 8 2") for line in counts]
        tap.same(server.end(), (0, counts + final, ""), "counts at the end, which the client brings")
        tap.true(not server.path.exists(), "the socket is gone")


def test_ends(tap):
    with Server() as server:
        with Client(server.path) as client:
            client.send(RESET, size=3)
            tap.same(server.end(), (2, [], "ism_device: connection: what came is no message\n"),
                     "a client that makes no sense ends it with 2")
    with Server() as server:
        with Client(server.path) as client:
            client.error_of(client.read, BAR0, fault("HANG_UP"), 4)
            tap.same(server.end(), (0, ["COUNT READ BAR0 4 1"], ""), "a fault that hangs up ends it with 0")
    with Server("--keep") as server:
        for _ in range(2):
            with Client(server.path) as client:
                client.read(BAR2, 0, 1)
                server_pid = client_server(client)
        tap.same(server_pid, server.process.pid, "--keep serves the next one")
        with Client(server.path):
            server.process.terminate()
            tap.same(server.end(), (0, ["COUNT READ BAR2 1 1"] * 2, ""),
                     "SIGTERM ends it; each connection has counts of its own")


def test_options(tap):
    def run(*args):
        done = subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=PATIENCE)
        return done.returncode, done.stdout, done.stderr

    status, out, _ = run("--help")
    tap.same((status, "Example:" in out), (0, True), "--help has an example")
    tap.same(run()[0], 2, "no socket")
    tap.same(run("--nonsense")[0], 2, "unknown option")
    with tempfile.TemporaryDirectory() as directory:
        tap.same(run("--socket", directory + "/" + "x" * 200)[2].split(": ")[-1], "File name too long\n",
                 "a path that is too long")
        path = pathlib.Path(directory) / "file"
        path.write_text("precious")
        tap.same((run("--socket", path)[0], path.read_text()), (2, "precious"),
                 "a file is not replaced by a socket")
        tap.same(run("--socket", directory + "/s", "--log", directory + "/no/log")[0], 2,
                 "a log that cannot be written")


def main():
    tap = Tap()
    signal.alarm(300)
    with Server("--keep") as server:
        for test in (test_handshake, test_description, test_config, test_contents, test_range,
                     test_faults, test_memory_and_interrupts, test_malformed, test_random):
            test(tap, server.path)
    for test in (test_log, test_ends, test_options):
        test(tap)
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


sys.exit(main())
