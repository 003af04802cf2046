#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# More threads than CPUs: the account holds and no latency is of another call, on 7.x
# shellcheck source=tests/vm/contended.sh
. "$(dirname "$0")/contended.sh"

needs_kernel 7.x
contended 7.x "fentry kprobe_multi kprobe_session exact"
# In a guest of its own: it detaches under load, which is what the emulator has its race in.
contended 7.x auto
done_testing
