#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Calls are counted by process, on 6.1
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
guest 6.1 process
done_testing
