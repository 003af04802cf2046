#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# make demo-ism: Linux' own ISM driver on an emulated s390x, with the ISM device model, traced while
# barbench uses it; compares what barbench issued, what vfioscope counted, and what reached the device.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh
# shellcheck source=scripts/demo-lib.sh
. scripts/demo-lib.sh

out=${O:-out}
demo=$out/demo-ism

progress "building Linux' ISM driver (Debian's newest kernel for s390x)"
driver=$(O=$out scripts/build-module.sh s390x)
libraries=$(scripts/sysroot.sh --libraries s390x "$out"/bin-s390x/{vfioscope,barbench})
adds=()
for library in $libraries; do
	adds+=(--add "$library")
done
progress 'fetching a QEMU that takes the device model'
scripts/fetch-qemu.sh >/dev/null

progress 'booting the guest, an emulated s390x: allow it a minute or two'
rm -rf "$demo"
mkdir -p "$demo"
O=$out scripts/ism-guest.sh "$demo/device.log" --timeout 400 --out "$demo" --mod "$driver" "${adds[@]}" \
	--add "$out/bin-s390x/vfioscope:/opt/bin/vfioscope" --add "$out/bin-s390x/barbench:/opt/bin/barbench" \
	--add /usr/share/misc/pci.ids:/usr/share/misc/pci.ids \
	--add scripts/demo-ism-guest.sh:/opt/demo.sh -- sh /opt/demo.sh

echo
status=0
reached=$(scripts/demo_ism.py "$demo/trace.json" "$demo/device.log") || status=1
printf '%s\n' "${reached%$'\n'*}"
echo
echo "files: $demo/trace.json $demo/control.json $demo/stores.json $demo/device.log"
n=$(issued "$demo/control.json" "$demo/stores.json")
c=$(account counted "$demo/trace.json") l=$(account lost "$demo/trace.json")
echo "issued $n counted $c lost $l; ${reached##*$'\n'}"
((n == c + l && status == 0))
