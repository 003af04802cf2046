#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Region indexes at bit 48 and at bit 40, on 6.1
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel 6.1
guest 6.1 shift --add /usr/bin/setpriv:/opt/bin/setpriv
done_testing
