#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Single calls: all of them, those that filters leave, and how it ends, on 6.1
# shellcheck source=tests/vm/snoop.sh
. "$(dirname "$0")/snoop.sh"

needs_kernel 6.1
snoop 6.1 all:fentry filtered:kprobe slow:fentry dropped:kprobe closed:fentry
done_testing
