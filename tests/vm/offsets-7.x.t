#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Offsets and exact widths, at every offset of two pages, on 7.x
# shellcheck source=tests/vm/offsets.sh
. "$(dirname "$0")/offsets.sh"

needs_kernel 7.x
offsets 7.x fentry kprobe kprobe_multi kprobe_session
done_testing
