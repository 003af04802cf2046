#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench-overhead: what tracing adds to a read of a BAR, in guest instructions.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

out=${O:-out}
built=$out/benchmarks/overhead
results=$out/bench/overhead
kernels=(6.1 7.x)
only=''
variants=(
	untraced empty_pair
	vfioscope_fentry vfioscope_kprobe
	vfioscope_kprobe_multi vfioscope_kprobe_session vfioscope_exact
	bpftrace_fentry bpftrace_kprobe
)

usage() {
	cat <<-'END'
	Usage: benchmarks/overhead/run.sh [--kernel 6.1|7.x] [--only NAME,...]

	Measures what a 4-byte pread of a BAR costs in a guest whose clock counts instructions, untraced
	and with each tracer; prints a table and writes out/bench/overhead.json. Programs must be built:
	`make bench-overhead` does that first, and passes KERNEL= and ONLY= on.

	  --kernel 6.1|7.x   this kernel only
	  --only NAME,...    the variants whose name begins with one of these, and "untraced":
	                     empty_pair, vfioscope_fentry, vfioscope_kprobe, vfioscope_kprobe_multi,
	                     vfioscope_kprobe_session, vfioscope_exact, bpftrace_fentry, bpftrace_kprobe

	Exit status: 0 measured; 2 something failed, such as a tracer that did not count every read.

	Examples:
	  make bench-overhead
	  make bench-overhead KERNEL=7.x ONLY=empty,vfioscope_fentry     half a minute less
	END
}

parse_options() {
	while (($# > 0)); do
		case $1 in
		--kernel | --only) (($# > 1)) || die "$1 needs a value; try --help" ;;&
		--kernel) kernels=("$2"); shift ;;
		--only) only=$2; shift ;;
		-h | --help) usage; exit 0 ;;
		*) die "unknown argument '$1'; try --help" ;;
		esac
		shift
	done
}

# Sets wanted: the variants that --only names
choose_variants() {
	local prefix name prefixes=() found

	wanted=("${variants[@]}")
	[[ -n $only ]] || return 0
	wanted=(untraced)
	IFS=, read -ra prefixes <<<"$only"
	for prefix in "${prefixes[@]}"; do
		found=''
		for name in "${variants[@]}"; do
			[[ $name == "$prefix"* ]] || continue
			found=1
			[[ " ${wanted[*]} " == *" $name "* ]] || wanted+=("$name")
		done
		[[ -n $found ]] || die "--only: no variant's name begins with '$prefix'; try --help"
	done
}

# measure KERNEL: leaves what the guest found out in $results/KERNEL. All variants of a kernel run in
# one guest, and memory is what bpftrace needs, so that a short run gives the figures of a long one.
measure() {
	local adds=(--add "$built:/opt/bench" --add benchmarks/overhead/guest.sh:/opt/bench/guest.sh)

	[[ " ${wanted[*]} " != *' vfioscope_'* ]] || adds+=(--add "$out/bin/vfioscope:/opt/bin/vfioscope")
	[[ " ${wanted[*]} " != *' bpftrace_'* ]] || adds+=(--add "$(command -v bpftrace):/opt/bin/bpftrace")
	progress "Linux $1: ${wanted[*]}"
	scripts/guest.sh --kernel "$1" --icount --mem 1024 --timeout 600 --out "$results/$1" "${adds[@]}" -- \
		sh /opt/bench/guest.sh "${wanted[@]}" >&2 || die "the measurement in Linux $1 failed"
}

main() {
	local wanted kernel dirs=()

	parse_options "$@"
	choose_variants
	rm -rf "$results"
	mkdir -p "$results"
	for kernel in "${kernels[@]}"; do
		measure "$kernel"
		dirs+=("$results/$kernel")
	done
	benchmarks/overhead/summary.py "$out/bench/overhead.json" "${dirs[@]}"
}

main "$@"
