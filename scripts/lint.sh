#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# make lint: formatting, linters with warnings as errors, and the layering rules of docs/architecture.md.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
out=${O:-out}
failed=0

mapfile -t c_files < <(git ls-files '*.c' '*.h' ':!vmlinux/*/' ':!tests/models/vfioscope_test/')
mapfile -t user_files < <(git ls-files 'user/*.c' 'benchmarks/*.c' ':!*.bpf.c')
mapfile -t shell_files < <(git ls-files | xargs grep -lE '^#!.*(bash|/sh)( |$)' --)

step() { # DESCRIPTION COMMAND...
	local name=$1
	shift
	printf '  LINT     %s\n' "$name"
	if ! "$@"; then
		printf 'lint: %s failed\n' "$name" >&2
		failed=1
	fi
}

# forbid DESCRIPTION PATTERN PATH...: no file below these paths may match
forbid() {
	local name=$1 pattern=$2
	shift 2
	printf '  LINT     %s\n' "$name"
	if git grep -nE "$pattern" -- "$@"; then
		printf 'lint: rule broken: %s\n' "$name" >&2
		failed=1
	fi
}

has_spdx() {
	local file bad=0
	for file in $(git ls-files ':!*.json' ':!LICENSE' ':!tests/cli/expect/' ':!tests/cli/sysroot/' \
		':!tests/vm/guest/expect/' ':!tests/fuzz/corpus/' ':!.gitignore'); do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' && continue
		printf '%s: no SPDX line\n' "$file"
		bad=1
	done
	return $bad
}

# tidy_some GREP-OPTION CLANG-TIDY-OPTION...: those that do (-l) or do not (-L) include a skeleton
tidy_some() {
	local which=$1 flags=(-std=gnu11 -D_GNU_SOURCE -I. -isystem "$out/obj/$(uname -m)")
	shift
	grep "$which" '#include.*\.skel\.h"' "${user_files[@]}" |
		xargs -P 2 -n 8 sh -c 'clang-tidy --quiet '"$*"' "$@" -- '"${flags[*]}"' 2>/dev/null' clang-tidy
}

# Skeletons seem to leak: what frees them is out of the analyzer's sight, in libbpf.
tidy() {
	local bad=0
	tidy_some -L || bad=1
	tidy_some -l --checks=-clang-analyzer-unix.Malloc || bad=1
	return $bad
}

step 'SPDX lines' has_spdx
step clang-format clang-format --dry-run -Werror "${c_files[@]}"
step shellcheck shellcheck -x -S warning -P . "${shell_files[@]}"
step cppcheck cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -j 2 -I. -D_GNU_SOURCE \
	--enable=warning,performance,portability --suppress=missingIncludeSystem \
	--suppress=unknownMacro user benchmarks tests/models/ism_device
step clang-tidy tidy

forbid 'skeletons and libbpf.h only in user/trace, and for peers of it in benchmarks/overhead' \
	'#include.*(\.skel\.h|bpf/libbpf\.h|bpf/bpf\.h)' user benchmarks tests/unit \
	':!user/trace' ':!benchmarks/overhead'
forbid 'btf.h only in user/discover and user/trace' '#include.*bpf/btf\.h' \
	user benchmarks ':!user/trace' ':!user/discover'
forbid 'user/run uses only bpf/abi.h and itself' '#include "(user/(discover|trace|analyze|render|cli)|benchmarks)/' \
	user/run
forbid 'user/analyze uses only user/run' '#include "(user/(discover|trace|render|cli)|benchmarks)/' \
	user/analyze
forbid 'user/render uses only user/run and what user/analyze found' \
	'#include "(user/(discover|trace|cli)|benchmarks)/' user/render
forbid 'user/discover uses no other part' '#include "(user/(trace|run|analyze|render|cli)|benchmarks)/' \
	user/discover
forbid 'user/trace uses only user/run' '#include "(user/(discover|analyze|render|cli)|benchmarks)/' \
	user/trace
forbid 'nothing includes user/cli' '#include "user/cli/' user benchmarks ':!user/cli'
forbid 'benchmarks use only user/run and statistics, and what they measure of user/analyze in benchmarks/stats' \
	'#include "user/((discover|trace|render|cli)/|analyze/[^s]|analyze/s[^t])' benchmarks ':!benchmarks/stats'
forbid 'benchmarks/overhead shares no code with what it measures' '#include "(user|bpf)/' \
	benchmarks/overhead
forbid 'bpf/ uses nothing of user space' '#include "(\.\./)?(user|benchmarks)/' bpf

((failed)) || echo 'lint: clean'
exit "$failed"
