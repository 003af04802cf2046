#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# More threads than CPUs: the account holds and no latency is of another call, on 7.x
# shellcheck source=tests/vm/contended.sh
. "$(dirname "$0")/contended.sh"

needs_kernel 7.x
contended 7.x "fentry kprobe_multi kprobe_session exact auto"
done_testing
