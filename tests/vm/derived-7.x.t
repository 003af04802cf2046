#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Derived device accesses are those that the device saw, on 7.x: in pieces of up to 8 bytes
# shellcheck source=tests/vm/derived.sh
. "$(dirname "$0")/derived.sh"

needs_kernel 7.x
derived 7.x 8
done_testing
