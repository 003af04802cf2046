#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write the BTF of a kernel image as a raw file: kernel_btf.py IMAGE OUT

An image is a boot stub with a compressed kernel inside (x86, s390x) or the
kernel itself (arm64). The compressed payload is found by its magic number and
the BTF inside by its header, so that nothing here depends on the architecture
or on the image being an ELF file.
"""
import struct
import subprocess
import sys

BTF_MAGIC = 0xEB9F
BTF_HEADER_LEN = 24
# vmlinux BTF is several megabytes. Anything small is a chance hit.
BTF_PLAUSIBLE_LEN = 1 << 20

# Magic number and tool. The magic of LZ4 is that of its legacy frame, the only
# one the kernel uses.
COMPRESSIONS = (
    (b"\xfd7zXZ\0", "xz"),
    (b"\x02\x21\x4c\x18", "lz4"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x1f\x8b\x08", "gzip"),
)


def payloads(image):
    """Yield the image itself, then everything in it that decompresses.

    What follows the payload makes the tools complain and exit non-zero after
    they wrote it all, so their output counts and their status does not.
    """
    yield image
    for magic, tool in COMPRESSIONS:
        at = image.find(magic)
        while at >= 0:
            result = subprocess.run([tool, "-dc"], input=image[at:], check=False,
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            yield result.stdout
            at = image.find(magic, at + 1)


def find_btf(data):
    """Return the first BTF blob in data, or None. See struct btf_header."""
    for order in "<", ">":
        # magic, version 1, flags 0, header length
        header = struct.pack(order + "HBBI", BTF_MAGIC, 1, 0, BTF_HEADER_LEN)
        at = data.find(header)
        while at >= 0:
            fixed = data[at + 8:at + BTF_HEADER_LEN]
            if len(fixed) == BTF_HEADER_LEN - 8:
                type_off, type_len, str_off, str_len = struct.unpack(order + "4I", fixed)
                end = BTF_HEADER_LEN + str_off + str_len
                if (type_off == 0 and str_off >= type_len and end >= BTF_PLAUSIBLE_LEN
                        and at + end <= len(data)):
                    return data[at:at + end]
            at = data.find(header, at + 1)
    return None


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: kernel_btf.py IMAGE OUT")
    with open(sys.argv[1], "rb") as file:
        image = file.read()
    for data in payloads(image):
        btf = find_btf(data)
        if btf:
            with open(sys.argv[2], "wb") as file:
                file.write(btf)
            return
    sys.exit(f"kernel_btf.py: no BTF in {sys.argv[1]}")


if __name__ == "__main__":
    main()
