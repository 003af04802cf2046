#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# 9 times attached and detached while a client runs at full speed; by kprobe also one on the other CPU
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 7.x
guest 7.x behaviour-attach --add /usr/bin/nice:/opt/bin/nice -- 6 fentry
guest 7.x behaviour-attach --add /usr/bin/nice:/opt/bin/nice --smp 2 -- 3 kprobe
done_testing
