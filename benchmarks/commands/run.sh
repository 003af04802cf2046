#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench, make bench-compare: what the commands and a traced access cost, of one revision or of two in turn.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

out=$(realpath -m "${O:-out}")
bench=$out/bench
runs=6
kernels=(6.1 7.x)
base='' host=1
unpacked='' measured='' # removed at the end, finished or not: part of a base, what was measured

usage() {
	cat <<-'END'
	Usage: benchmarks/commands/run.sh [OPTION]...

	Measures the work tree ("make bench"), or a git revision and the work tree in turn ("make bench-compare
	BASE=REVISION"), and compares them. Programs must be built: make does that first, and passes BASE=,
	KERNEL=, RUNS= and HOST= on. docs/benchmarking.md says what the figures mean.

	  --base REVISION    compare the work tree with this one, which is built in out/bench/src
	  --kernel 6.1|7.x   in a guest with this kernel only
	  --runs N           measurements of each side (6)
	  --no-host          only what is measured in guests, in instructions

	Leaves exports of hyperfine and bench runs in out/bench/store/REVISION, and with --base reports in
	out/bench/compare. What was measured on the host is shown, and decides nothing.

	Exit status: 0 measured, no regression; 1 a regression in a guest; 2 trouble; 3 undecided.

	Examples:
	  make bench
	  make bench-compare BASE=main
	  make bench-compare BASE=HEAD~3 KERNEL=6.1 HOST=no      while changing the hot path
	  out/bin/vfioscope compare --history out/bench/store/*/access-6.1
	END
}

parse_options() {
	while (($# > 0)); do
		case $1 in
		--base | --kernel | --runs) (($# > 1)) || die "$1 needs a value; try --help" ;;&
		--base) base=${2:?--base needs a revision}; shift ;;
		--kernel) kernels=("$2"); shift ;;
		--runs) runs=$2; shift ;;
		--no-host) host='' ;;
		-h | --help) usage; exit 0 ;;
		*) die "unknown argument '$1'; try --help" ;;
		esac
		shift
	done
	[[ ${kernels[*]} =~ ^(6\.1|7\.x|6\.1 7\.x)$ ]] || die "--kernel must be 6.1 or 7.x, not '${kernels[*]}'"
	[[ $runs =~ ^[1-9][0-9]?$ ]] || die "--runs: '$runs' is no number from 1 to 99"
}

# Prints the name of what is in the work tree: that of HEAD, and a hash of the files if they are others
work_tree_name() {
	local head tree index

	head=$(git rev-parse --short=12 HEAD)
	index=$(mktemp)
	cp "$(git rev-parse --git-path index)" "$index"
	GIT_INDEX_FILE=$index git add -A
	tree=$(GIT_INDEX_FILE=$index git write-tree)
	rm -f "$index"
	[[ $tree == "$(git rev-parse 'HEAD^{tree}')" ]] || head+=-dirty-${tree:0:8}
	printf '%s\n' "$head"
}

# Sets name and program of the sides: new is the work tree, base the revision
choose_sides() {
	local commit

	git rev-parse --git-dir >/dev/null 2>&1 || die "this is no git work tree: its revision cannot be told"
	sides=(new)
	name[new]=$(work_tree_name)
	program[new]=$out/bin/vfioscope
	[[ -n $base ]] || return 0
	commit=$(git rev-parse --verify --quiet --end-of-options "$base^{commit}") ||
		die "there is no revision '$base': see git log"
	sides=(base new)
	name[base]=$(git rev-parse --short=12 "$commit")
	[[ ${name[base]} != "${name[new]}" ]] || name[new]+=-again
	program[base]=$bench/src/${name[base]}/out/bin/vfioscope
	build "$commit"
}

# build COMMIT: the base's program, unless it was built before
build() {
	local dir=$bench/src/${name[base]} log=$bench/build.log

	[[ ! -x ${program[base]} ]] || return 0
	progress "building ${name[base]}"
	unpacked=$dir
	rm -rf "$dir"
	mkdir -p "$dir"
	git archive "$1" | tar -x -C "$dir"
	make -C "$dir" O=out out/bin/vfioscope >"$log" 2>&1 ||
		die "${name[base]} does not build: $log ends with: $(tail -n 1 "$log")"
	unpacked=''
}

# turn ROUND: prints the sides in the order in which they have their turn, another one in each round
turn() {
	if (($1 % 2)); then
		printf '%s\n' "${sides[@]}"
	else
		printf '%s\n' "${sides[@]}" | tac
	fi
}

make_input() {
	rm -rf "$bench/input"
	mkdir -p "$bench/input"
	(cd tests/cli && python3 compare_runs.py "$bench/input/runs" && sysroot/make.sh "$bench/input/sysroot") ||
		die "cannot make the files that are read"
	cp tests/cli/runs/trace.json "$bench/input/trace.json"
}

# add_command TITLE ARG...: a command of vfioscope, if all sides have it
add_command() {
	local side title=$1
	shift

	for side in "${sides[@]}"; do
		if ! "${program[$side]}" "$@" >/dev/null 2>&1; then
			[[ $side == base ]] || die "the work tree's program fails: vfioscope $*"
			progress "not measured: $title, which ${name[base]} does not have"
			return
		fi
	done
	titles+=("$title")
	commands+=("${*@Q}")
}

# measure_host: start-up, list, report and compare on this machine, in turn
measure_host() {
	local titles=() commands=() round side i options

	make_input
	add_command 'start-up' --version
	add_command 'list' list --sysroot "$bench/input/sysroot/variant"
	add_command 'report' report "$bench/input/trace.json"
	add_command 'compare' compare "$bench/input/runs/base" "$bench/input/runs/same"
	for ((round = 1; round <= runs; round++)); do
		progress "on this machine: round $round of $runs"
		for side in $(turn "$round"); do
			options=()
			for ((i = 0; i < ${#titles[@]}; i++)); do
				options+=(-n "${titles[i]}" "${program[$side]@Q} ${commands[i]}")
			done
			mkdir -p "$measured/$side/commands"
			hyperfine -N --style none --warmup 3 --runs 30 \
				--export-json "$measured/$side/commands/$round.json" "${options[@]}" >/dev/null 2>&1 ||
				die "hyperfine failed: ${options[*]}"
		done
	done
}

# measure_guest KERNEL
measure_guest() {
	local side tool adds=(--add benchmarks/commands/guest.sh:/opt/bench/guest.sh)

	for tool in "$out/bin/barbench" "$(command -v hyperfine)"; do
		adds+=(--add "$tool:/opt/bin/${tool##*/}")
	done
	for side in "${sides[@]}"; do
		adds+=(--add "${program[$side]}:/opt/$side/vfioscope")
	done
	progress "Linux $1: ${#sides[@]} x $runs runs, some minutes"
	scripts/guest.sh --kernel "$1" --icount --timeout 1500 --out "$measured/guest" "${adds[@]}" -- \
		sh /opt/bench/guest.sh "$runs" "${sides[@]}" >&2 || die "the measurement in Linux $1 failed"
	for side in "${sides[@]}"; do
		mkdir -p "$measured/$side"
		mv "$measured/guest/$side/access" "$measured/$side/access-$1"
		mv "$measured/guest/$side/commands" "$measured/$side/commands-$1"
	done
	rm -rf "$measured/guest"
}

# Replaces what was measured of the same revisions before, now that all is there
store() {
	local side part

	for side in "${sides[@]}"; do
		mkdir -p "$bench/store/${name[$side]}"
		for part in "$measured/$side"/*; do
			rm -rf "$bench/store/${name[$side]:?}/${part##*/}"
			mv "$part" "$bench/store/${name[$side]}"
		done
	done
}

# show PART: run by run
show() {
	printf '\n# %s: %s\n\n' "$1" "${name[new]}"
	"$out/bin/vfioscope" compare --history "$bench/store/${name[new]}/$1"
}

# compare PART: as text on stdout, as JSON into out/bench/compare
compare() {
	local command=("$out/bin/vfioscope" compare "$bench/store/${name[base]}/$1" "$bench/store/${name[new]}/$1") status=0

	printf '\n# %s: %s against %s\n\n' "$1" "${name[base]}" "${name[new]}"
	"${command[@]}" || status=$?
	[[ $status == [013] ]] || die "what was measured cannot be compared: $1"
	"${command[@]}" --json >"$bench/compare/$1.json" || [[ $? == "$status" ]] ||
		die "cannot write the report $bench/compare/$1.json"
}

main() {
	local sides kernel part parts=()
	local -A name program

	parse_options "$@"
	choose_sides
	measured=$(mktemp -d)
	[[ -z $host ]] || measure_host
	[[ -z $host ]] || parts+=(commands)
	for kernel in "${kernels[@]}"; do
		measure_guest "$kernel"
		parts+=("access-$kernel" "commands-$kernel")
	done
	store
	progress "kept in $bench/store:" "${name[@]}"
	if [[ -z $base ]]; then
		for part in "${parts[@]}"; do
			show "$part"
		done
		return
	fi
	rm -rf "$bench/compare"
	mkdir -p "$bench/compare"
	for part in "${parts[@]}"; do
		compare "$part"
	done
	benchmarks/commands/verdict.py "$bench/compare"
}

# shellcheck disable=SC2317 # called by the trap
clean_up() {
	rm -rf ${measured:+"$measured"} ${unpacked:+"$unpacked"}
}

trap clean_up EXIT
main "$@"
