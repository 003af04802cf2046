#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a machine may lack, and devices that cannot be had, on 7.x
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 7.x
guest 7.x refused --add /usr/bin/nice:/opt/bin/nice
done_testing
