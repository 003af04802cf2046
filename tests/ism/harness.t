#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The ISM driver built from Debian's kernel source binds to a zPCI function of a stock s390x kernel
# shellcheck source=tests/ism/lib.sh
. "$(dirname "$0")/lib.sh"

needs_kernel s390x
needs_programs
ism_guest harness
done_testing
