#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# 50 times attached and detached while a client runs at full speed; by kprobe also one on the other CPU
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
guest 6.1 behaviour-attach --add /usr/bin/nice:/opt/bin/nice -- 45 fentry
guest 6.1 behaviour-attach --add /usr/bin/nice:/opt/bin/nice --smp 2 -- 5 kprobe
done_testing
