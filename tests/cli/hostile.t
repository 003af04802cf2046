#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What tenants can name: escape sequences, line breaks, bidirectional marks, formulas.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "$0")/lib.sh"

golden hostile.txt report runs/hostile.json
ok 'text: drives no terminal' is_harmless expect/hostile.txt
golden hostile.report.json report --json runs/hostile.json
ok 'JSON: pure ASCII' eval "! LC_ALL=C grep -q '[^ -~]' expect/hostile.report.json"
golden hostile.csv report --format csv runs/hostile.json
ok 'CSV: drives no terminal' is_harmless expect/hostile.csv
ok 'CSV: no field starts a formula' eval "! grep -qP '(^|,\"?)[=+@-]' expect/hostile.csv"
ok 'CSV: a line a cell' test "$(wc -l <expect/hostile.csv)" -eq 3

# In a locale that is not UTF-8 a part of a character may be a control.
LC_ALL=C vfioscope report runs/hostile.json
ok 'C locale: pure ASCII' eval "! LC_ALL=C grep -q '[^ -~]' '$tmp/out'"
ok 'C locale: the letters are told' out_has 'gr\u{fc}\u{df}-\u{4eba}[1]'

done_testing
