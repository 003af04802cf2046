#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Single calls: all of them, those that filters leave, and how it ends, on 7.x
# shellcheck source=tests/vm/snoop.sh
. "$(dirname "$0")/snoop.sh"

needs_kernel 7.x
snoop 7.x all:fentry filtered:kprobe_session count:kprobe
done_testing
