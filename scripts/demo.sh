#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# make demo: traces a test variant driver in a guest while barbench uses it, and compares what barbench
# issued with what vfioscope counted.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh
# shellcheck source=scripts/demo-lib.sh
. scripts/demo-lib.sh

out=${O:-out}
demo=$out/demo

progress 'building the test variant driver (Debian 12 kernel)'
driver=$(scripts/build-module.sh)

progress 'booting the guest'
rm -rf "$demo"
mkdir -p "$demo"
scripts/guest.sh --kernel 6.1 --out "$demo" --mod "$driver" \
	--add "$out/bin/vfioscope:/opt/bin/vfioscope" --add "$out/bin/barbench:/opt/bin/barbench" \
	--add /usr/share/misc/pci.ids:/usr/share/misc/pci.ids \
	--add scripts/demo-guest.sh:/opt/demo.sh -- sh /opt/demo.sh

echo
echo "files: $demo/trace.json $demo/bench.json (and edu-trace.json, edu-bench.json)"
echo "next:  $out/bin/vfioscope report --sort p99 $demo/trace.json"
n=$(issued "$demo/bench.json") c=$(account counted "$demo/trace.json") l=$(account lost "$demo/trace.json")
echo "issued $n counted $c lost $l"
((n == c + l))
