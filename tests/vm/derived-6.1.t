#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Derived device accesses are those that the device saw, on 6.1: in pieces of up to 4 bytes
# shellcheck source=tests/vm/derived.sh
. "$(dirname "$0")/derived.sh"

needs_kernel 6.1
derived 6.1 4
done_testing
