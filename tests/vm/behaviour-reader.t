#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A reader of standard output that stops: the trace ends all the same, with its run, on 6.1
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
guest 6.1 behaviour-reader --add /usr/bin/nice:/opt/bin/nice
done_testing
