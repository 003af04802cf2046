#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Offsets and exact widths, at every offset of two pages, on 6.1
# shellcheck source=tests/vm/offsets.sh
. "$(dirname "$0")/offsets.sh"

needs_kernel 6.1
offsets 6.1 fentry kprobe
done_testing
