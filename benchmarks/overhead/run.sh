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
only='' docs=''
page=docs/overhead.md
variants=(
	untraced empty_pair
	vfioscope_fentry vfioscope_kprobe
	vfioscope_kprobe_multi vfioscope_kprobe_session vfioscope_exact
	vfioscope_offsets vfioscope_snoop vfioscope_snoop_filtered
	bpftrace_fentry_unguarded bpftrace_kprobe_unguarded
	bpftrace_fentry bpftrace_kprobe
	memory
)

usage() {
	cat <<-'END'
	Usage: benchmarks/overhead/run.sh [OPTION]...

	Measures what a 4-byte pread of a BAR costs in a guest whose clock counts instructions, untraced
	and with each tracer; prints a table, also to out/bench/overhead.txt, and writes
	out/bench/overhead.json. Programs must be built: "make bench-overhead" does that first, and
	passes KERNEL= and ONLY= on. docs/overhead.md says what the figures mean.

	  --kernel 6.1|7.x   this kernel only
	  --only NAME,...    "untraced", and what begins with one of these names: empty_pair,
	                     vfioscope_fentry, vfioscope_kprobe, vfioscope_kprobe_multi,
	                     vfioscope_kprobe_session, vfioscope_exact, vfioscope_offsets,
	                     vfioscope_snoop, vfioscope_snoop_filtered,
	                     bpftrace_fentry_unguarded, bpftrace_kprobe_unguarded,
	                     bpftrace_fentry, bpftrace_kprobe, memory
	  --docs             puts the table into docs/overhead.md; with all kernels and variants only

	Exit status: 0 measured; 2 something failed, such as a tracer that did not count every read.

	Examples:
	  make bench-overhead
	  make bench-overhead KERNEL=7.x ONLY=empty,vfioscope_fentry     while changing the hot path
	END
}

parse_options() {
	while (($# > 0)); do
		case $1 in
		--kernel | --only) (($# > 1)) || die "$1 needs a value; try --help" ;;&
		--kernel) kernels=("$2"); shift ;;
		--only) only=$2; shift ;;
		--docs) docs=1 ;;
		-h | --help) usage; exit 0 ;;
		*) die "unknown argument '$1'; try --help" ;;
		esac
		shift
	done
	[[ -z $docs || (-z $only && ${#kernels[@]} -gt 1) ]] || die "--docs needs all kernels and variants"
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

wants() { [[ " ${wanted[*]}" == *" $1"* ]]; }

# boot KERNEL DIR OPTION... -- VARIANT...: leaves in DIR what the guest found out
boot() {
	local kernel=$1 dir=$2 options=()
	shift 2

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	progress "Linux $kernel: $*"
	scripts/guest.sh --kernel "$kernel" --timeout 600 --out "$dir" "${adds[@]}" "${options[@]}" -- \
		sh /opt/bench/guest.sh "$@" >&2 || die "the measurement in Linux $kernel failed"
}

# measure KERNEL: all in one guest, with the memory that bpftrace needs, so that a short run gives
# the figures of a long one. What a CPU more needs is seen in another guest; the exact clock is
# for one CPU.
measure() {
	local dir=$results/$1
	local adds=(--add "$built:/opt/bench" --add benchmarks/overhead/guest.sh:/opt/bench/guest.sh)

	! wants vfioscope_ && ! wants memory || adds+=(--add "$out/bin/vfioscope:/opt/bin/vfioscope")
	! wants memory || adds+=(--add "$(PATH=$PATH:/usr/sbin command -v bpftool):/opt/bin/bpftool")
	! wants memory || boot "$1" "$dir/two-cpus" --smp 2 -- memory
	! wants bpftrace_ || adds+=(--add "$(command -v bpftrace):/opt/bin/bpftrace")
	boot "$1" "$dir" --icount --mem 1024 -- "${wanted[@]}"
}

update_page() {
	{
		sed '/^<!-- begin/q' "$page"
		echo
		sed 's/^./    &/' "$out/bench/overhead.txt"
		echo
		sed -n '/^<!-- end/,$p' "$page"
	} >"$page.new"
	mv "$page.new" "$page"
}

main() {
	local wanted kernel dirs=()

	parse_options "$@"
	choose_variants
	rm -rf "$results" "$out"/bench/overhead.{json,txt}
	mkdir -p "$results"
	for kernel in "${kernels[@]}"; do
		measure "$kernel"
		dirs+=("$results/$kernel")
	done
	benchmarks/overhead/summary.py "$out/bench/overhead.json" "${dirs[@]}" | tee "$out/bench/overhead.txt"
	[[ -z $docs ]] || update_page
}

main "$@"
