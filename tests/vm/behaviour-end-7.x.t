#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Signals, closed pipes, vanished terminals, kill -9: the table, the run, and nothing left behind
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 7.x
guest 7.x behaviour-end --add /usr/bin/nice:/opt/bin/nice --add /usr/bin/script:/opt/bin/script \
	-- INT
done_testing
