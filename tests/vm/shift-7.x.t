#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Region indexes at bit 48 and at bit 40, on 7.x
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 7.x
guest 7.x shift --smp 2
done_testing
