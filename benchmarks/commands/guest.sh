#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The guest's part of make bench: guest.sh RUNS SIDE..., where /opt/SIDE/vfioscope is what each measures.
#
# Leaves in /out, for each side and run: SIDE/access/RUN.json (what the client of a tracer saw, a bench run)
# and SIDE/commands/RUN.json (an export of hyperfine).
set -u
# shellcheck source=scripts/guest-lib.sh
. /opt/lib/guest.sh

bdf=0000:00:04.0
client="barbench $bdf --region BAR2 --length 4k --no-latency --quiet --write --mode pread,pwrite"
client="$client --width 1,2,4,8,64 --count 4000"

fatal() {
	echo "bench: $*" >&2
	exit 2
}

# measure SIDE RUN
measure() {
	local trace="/opt/$1/vfioscope trace -D $bdf"
	local access="/out/$1/access/$2.json"

	hyperfine -N --style none --runs 1 --export-json "/out/$1/commands/$2.json" \
		-n 'trace, start to end' "$trace -o /tmp/start-$1-$2.json -- true" \
		-n 'barbench' "$client" \
		-n 'barbench, traced' "$trace -o /tmp/traced-$1-$2.json -- $client -o $access" \
		>/tmp/log 2>&1 && [ -s "$access" ] && return
	cat /tmp/log >&2
	fatal "run $2 of $1 failed"
}

runs=$1
shift
bind vfio-pci "$bdf" || fatal "cannot bind $bdf to vfio-pci"
settle
for side in "$@"; do
	mkdir -p "/out/$side/access" "/out/$side/commands"
done
back=$(for side in "$@"; do echo "$side"; done | tac | tr '\n' ' ')
for run in $(seq "$runs"); do
	order=$*
	[ $((run % 2)) = 1 ] || order=$back
	for side in $order; do
		measure "$side" "$run"
	done
done
