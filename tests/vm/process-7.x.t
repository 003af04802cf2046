#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Calls are counted by process, on 7.x
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 7.x
guest 7.x process
done_testing
