#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The test driver's known delays show as latencies, on 6.1 with an exact clock
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
guest 6.1 latency --icount
done_testing
