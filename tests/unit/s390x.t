#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The unit tests hold for the build for s390x, whose byte order is the other one.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/s390x.sh
. tests/s390x.sh

s390x__build tests
for program in "$out"/tests-s390x/unit/test_*; do
	passes "${program##*/}" env CMOCKA_MESSAGE_OUTPUT=TAP "${run[@]}" "$program"
done
done_testing
