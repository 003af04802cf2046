# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Tests of the build for s390x, a big-endian machine, run by qemu-user. Sourced by *.t, from the top
# of the tree.

# shellcheck source=tests/tap.sh
. tests/tap.sh
out=${O:-out}

# s390x__skip REASON: skips the whole test
s390x__skip()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# s390x__build TARGET...: makes them, and sets the array run to what runs their programs
s390x__build()
{
	local log=$tmp/build sysroot

	[ "$(uname -m)" != s390x ] || s390x__skip 'this machine is one, and runs the tests themselves'
	{ command -v qemu-s390x && command -v s390x-linux-gnu-gcc; } >/dev/null ||
		s390x__skip 'no qemu-s390x or no s390x-linux-gnu-gcc: run scripts/setup.sh'
	sysroot=$(scripts/sysroot.sh s390x 2>"$log") || s390x__skip "$(tail -n 1 "$log")"
	# One at a time: tests that run side by side build the same files.
	if ! flock "$out/s390x.lock" env -u MAKEFLAGS make -j2 ARCH=s390x "O=$out" "$@" >"$log" 2>&1; then
		echo 1..1
		echo 'not ok 1 - builds for s390x'
		sed 's/^/# /' "$log"
		exit 1
	fi
	run=(qemu-s390x -L "$sysroot")
}

# passes NAME COMMAND...: a test in TAP, of which all must hold and something must
passes()
{
	local name=$1 status=0

	shift
	"$@" >"$tmp/tap" 2>&1 || status=$?
	ok "$name: $(grep -c '^ok' "$tmp/tap") hold" all_hold "$status"
}

all_hold()
{
	[ "$1" -eq 0 ] && grep -q '^ok' "$tmp/tap" && ! grep -q '^not ok' "$tmp/tap" && return
	echo "# exit status $1"
	grep -v '^ok' "$tmp/tap" | sed 's/^/# /'
	return 1
}
