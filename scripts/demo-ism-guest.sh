#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of make demo-ism.
set -eu
. /opt/lib/guest.sh

run() {
	printf '\n# %s\n' "$*"
	"$@"
}

# A user-space driver: control registers by loads of 8, data by store blocks
cat >/tmp/driver <<'END'
barbench 0011:00:00.0 --region BAR2 --mode pread --width 8 --length 4096 \
	--warmup 100 --count 200 --reps 3 --i-may-reset -o /out/control.json
barbench 0011:00:00.0 --region BAR0 --mode pwrite --width 16,32,64,128 --length 4096 --write --no-restore \
	--warmup 100 --count 200 --reps 3 --i-may-reset -o /out/stores.json
END

bind ism_vfio_pci 0011:00:00.0
run vfioscope list
printf '\n# cat /tmp/driver\n'
cat /tmp/driver
run vfioscope trace -o /out/trace.json -- sh -e /tmp/driver
