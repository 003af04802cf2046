#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The guest's part of make bench-overhead: guest.sh VARIANT...
#
# Leaves in /out, for each variant: VARIANT.client (what the client measured), what the tracer
# counted (.run, .hist or .runs), VARIANT.err, and VARIANT.refused instead of those if
# this vfioscope does not have it.
set -u
# shellcheck source=scripts/guest-lib.sh
. /opt/lib/guest.sh
PATH=/opt/bench:$PATH

bdf=0000:00:04.0
count=20011
client="client $bdf $count" # bpftrace -c splits its command at spaces

fatal() {
	echo "bench-overhead: $*" >&2
	exit 2
}

# must COMMAND...: for the variant $name; its stderr is shown if it fails
must() {
	"$@" >/dev/null 2>"/out/$name.err" </dev/null && return
	cat "/out/$name.err" >&2
	fatal "$name failed: $*"
}

# The programs count nothing themselves: the kernel's count of their runs is of a second client.
empty_pair() {
	must stamp empty $client "/out/$name.client"
	must empty --runs "/out/$name.runs" stamp $client "/out/$name.second"
}


must_trace() {
	must stamp vfioscope trace "$@" -o "/out/$name.run" -- $client "/out/$name.client"
}

may_trace() {
	stamp vfioscope trace "$@" -o "/out/$name.run" -- $client "/out/$name.client" \
		>/dev/null 2>"/out/$name.err" </dev/null || mv "/out/$name.err" "/out/$name.refused"
}

bpftrace_hist() { # ENTRY EXIT
	must stamp bpftrace -f json -o "/out/$name.hist" -c "$client /out/$name.client" -e "
		$1 { @s[tid] = nsecs; }
		$2 { @ = hist(nsecs - @s[tid]); delete(@s[tid]); }"
}

variant() {
	case $name in
	untraced) must stamp $client "/out/$name.client" ;;
	empty_pair) empty_pair ;;
	vfioscope_fentry) must_trace --attach fentry ;;
	vfioscope_kprobe) must_trace --attach kprobe ;;
	vfioscope_kprobe_multi) may_trace --attach kprobe_multi ;;
	vfioscope_kprobe_session) may_trace --attach kprobe_session ;;
	vfioscope_exact) may_trace --exact ;;
	bpftrace_fentry) bpftrace_hist kfunc:vfio_pci_core_read kretfunc:vfio_pci_core_read ;;
	bpftrace_kprobe) bpftrace_hist kprobe:vfio_pci_core_read kretprobe:vfio_pci_core_read ;;
	*) fatal "no variant $name" ;;
	esac
}

bind vfio-pci "$bdf" || fatal "cannot bind $bdf to vfio-pci"
settle
uname -r >/out/release
for name in "$@"; do
	variant
done
