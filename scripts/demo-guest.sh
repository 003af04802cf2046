#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of make demo.
set -eu
. /opt/lib/guest.sh

run() {
	printf '\n# %s\n' "$*"
	"$@"
}

bind vfioscope_test 0000:00:04.0
bind vfio-pci 0000:00:03.0

run vfioscope list
run vfioscope trace -D 00:03.0 -o /out/edu-trace.json -- \
	barbench 00:03.0 --region BAR0 --mode pread --width 4,8 --length 8 --count 500 \
	--i-may-reset -o /out/edu-bench.json
run vfioscope trace -o /out/trace.json -- \
	barbench 00:04.0 --region BAR2 --mode pread,pwrite,load,store --width 1,2,4,8,64,4096 --length 4096 \
	--count 1000 --write --i-may-reset -o /out/bench.json
