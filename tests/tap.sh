# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# TAP of shell tests, and a directory $tmp for their files. Sourced.

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tests=0
failures=0

# ok NAME COMMAND...: the command must succeed
ok()
{
	local name=$1

	shift
	tests=$((tests + 1))
	if "$@"; then
		echo "ok $tests - $name"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $tests - $name"
	echo "# failed: $(printf '%q ' "$@")"
	[ -s "$tmp/err" ] && sed 's/^/# stderr: /' "$tmp/err"
	return 0
}

skip()
{
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

done_testing()
{
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit
}
