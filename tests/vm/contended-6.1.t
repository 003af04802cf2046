#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# More threads than CPUs: the account holds and no latency is of another call, on 6.1
# shellcheck source=tests/vm/contended.sh
. "$(dirname "$0")/contended.sh"

needs_kernel 6.1
contended 6.1 "fentry exact"
done_testing
