#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Mappings and ioeventfds, by device and region, on 6.1
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
guest 6.1 mappings
done_testing
