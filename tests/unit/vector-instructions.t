#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A vector access of barbench is one instruction, and its read-back another: what the loops of one
# access were compiled to.
# Needs a build for x86_64 and objdump.
object=${O:-out}/obj/x86_64/benchmarks/barbench/access_vector.o
number=0 failed=0

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ -f "$object" ] || skip "no build for x86_64"
command -v objdump >/dev/null || skip "no objdump"

code=$(objdump -d --no-show-raw-insn "$object")

# accesses FUNCTION REGISTERS: its moves between memory and registers that match, without the stack
accesses() {
	awk -v name="<$1>:" '
		$2 == name { inside = 1; next }
		/^$/ { inside = 0 }
		inside && /mov.*\(%/ && !/%rsp/ { sub(/^ *[0-9a-f]+:[ \t]*/, ""); print }
	' <<<"$code" | grep -E "$2"
}

check() { # NAME PATTERN FUNCTION REGISTERS: three accesses (a loop for each kind of pattern), alike
	local found

	number=$((number + 1))
	found=$(accesses "$3" "$4")
	if [ "$(grep -cE "$2" <<<"$found")" = 3 ] && ! grep -vqE "$2|$fetch" <<<"$found"; then
		echo "ok $number - $1"
		return
	fi
	echo "not ok $number - $1"
	sed 's/^/# /' <<<"$found"
	failed=1
}

word=',%e[a-z]+$|,%r[0-9]+d$' # 4 bytes
fetch='^$'
check '16-byte load' '^movdqa +\(%[a-z0-9,%]+\),%xmm' vload16_plain xmm
check '32-byte load' '^vmovdqa +\(%[a-z0-9,%]+\),%ymm' vload32_plain ymm
check '64-byte load' '^vmovdqa64 +\(%[a-z0-9,%]+\),%zmm' vload64_plain zmm
fetch='^v?movdqa(64)? +\(%[a-z0-9]+\),%[xyz]mm'
check '16-byte store' '^movdqa +%xmm[0-9]+,\(%[a-z0-9,%]+\)' vstore16_plain xmm
check '32-byte store' '^vmovdqa +%ymm[0-9]+,\(%[a-z0-9,%]+\)' vstore32_plain ymm
check '64-byte store' '^vmovdqa64 +%zmm[0-9]+,\(%[a-z0-9,%]+\)' vstore64_plain zmm
# The last 4 bytes are read back. What the loop fetches is the kind of pattern, the first member.
fetch='^mov +(0x0)?\(%[a-z0-9]+\),%'
last='^mov +-?0x[1-9a-f][0-9a-f]*\(%[a-z0-9]+\),%'
check 'read-back of a 16-byte store' "$last" vstore16_flushed_plain "$word"
check 'read-back of a 32-byte store' "$last" vstore32_flushed_plain "$word"
check 'read-back of a 64-byte store' "$last" vstore64_flushed_plain "$word"
echo "1..$number"
exit "$failed"
