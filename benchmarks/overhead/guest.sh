#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The guest's part of make bench-overhead: guest.sh VARIANT...
#
# Leaves in /out, for each variant: VARIANT.client (what the client measured), what the tracer
# counted (.run, .hist or .runs) and VARIANT.err; only the last if this vfioscope does not have it.
# And for "memory": memory.run, memory-more.run (with more cells) and memory.maps (what bpftool saw
# during the first).
set -u
# shellcheck source=scripts/guest-lib.sh
. /opt/lib/guest.sh
PATH=/opt/bench:$PATH

bdf=0000:00:04.0
f=vfio_pci_core_read
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


must_trace() { # OPTION...
	must stamp vfioscope trace "$@" -o "/out/$name.run" -- $client "/out/$name.client"
}

# Prints as well, on the client's CPU.
must_snoop() { # OPTION...
	must stamp vfioscope snoop --attach fentry "$@" -o "/out/$name.run" -- $client "/out/$name.client"
}

# may_trace OPTION...: a refusal (the client did not run) is an answer
may_trace() {
	stamp vfioscope trace "$@" -o "/out/$name.run" -- $client "/out/$name.client" \
		>/dev/null 2>"/out/$name.err" </dev/null && return
	[ ! -e "/out/$name.client" ] || fatal "$name failed: $(cat "/out/$name.err")"
	echo "not measured: $name: $(tail -n 1 "/out/$name.err")"
}

bpftrace_hist() { # ENTRY EXIT
	must stamp bpftrace -f json -o "/out/$name.hist" -c "$client /out/$name.client" -e "
		$1 { @s[tid] = nsecs; }
		$2 { @ = hist(nsecs - @s[tid]); delete(@s[tid]); }"
}

# bpftool's sum is vfioscope's memory only if nobody else has maps
memory() {
	[ "$(bpftool -j map show)" = '[]' ] || fatal "there are BPF maps already"
	must vfioscope trace -o /out/memory.run -- sh -c 'bpftool -j map show >/out/memory.maps'
	must vfioscope trace --max-cells 500 -o /out/memory-more.run -- true
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
	vfioscope_offsets) must_trace --attach fentry --offsets ;;
	vfioscope_snoop) must_snoop ;;
	vfioscope_snoop_filtered) must_snoop --errors-only ;;
	bpftrace_fentry_unguarded) bpftrace_hist "kfunc:$f" "kretfunc:$f" ;;
	bpftrace_kprobe_unguarded) bpftrace_hist "kprobe:$f" "kretprobe:$f" ;;
	bpftrace_fentry) bpftrace_hist "kfunc:$f" "kretfunc:$f /@s[tid]/" ;;
	bpftrace_kprobe) bpftrace_hist "kprobe:$f" "kretprobe:$f /@s[tid]/" ;;
	memory) memory ;;
	*) fatal "no variant $name" ;;
	esac
}

bind vfio-pci "$bdf" || fatal "cannot bind $bdf to vfio-pci"
settle
uname -r >/out/release
for name in "$@"; do
	variant
done
