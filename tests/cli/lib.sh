# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Golden-output tests of the commands, in TAP. Sourced by *.t; needs no privileges.
#
# VFIOSCOPE_BIN  the program (default: out/bin/vfioscope of this tree)
# UPDATE=1       write the expectations instead of comparing with them

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
bin=${VFIOSCOPE_BIN:-../../out/bin/vfioscope}
bin=$(realpath "$bin") || exit 1
if [ ! -x "$bin" ]; then
	echo "Bail out! $bin cannot be run: build it, or set VFIOSCOPE_BIN"
	exit 1
fi
export LC_ALL=C.UTF-8 TZ=UTC
unset COLUMNS ARGP_HELP_FMT POSIXLY_CORRECT LIBSMARTCOLS_DEBUG

# shellcheck source=tests/tap.sh
. ../tap.sh

# vfioscope ARG...: output in $tmp/out and $tmp/err, exit status in $status
vfioscope()
{
	status=0
	"$bin" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

status_is() { [ "$status" -eq "$1" ]; }
out_is_empty() { [ ! -s "$tmp/out" ]; }
err_is_empty() { [ ! -s "$tmp/err" ]; }
out_has() { grep -qF -e "$1" "$tmp/out"; }
err_has() { grep -qF -e "$1" "$tmp/err"; }
err_is_one_line() { [ "$(wc -l <"$tmp/err")" -eq 1 ] && [ "$(tail -c 1 "$tmp/err")" = "" ]; }

# No byte that drives a terminal: all that is not printable ASCII, but newline and UTF-8.
is_harmless() { ! LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]' "$1"; }

# succeeds NAME ARG...: exit status 0 and nothing on stderr
succeeds()
{
	local name=$1

	shift
	vfioscope "$@"
	ok "$name: exit status 0" status_is 0
	ok "$name: nothing on stderr" err_is_empty
}

# fails NAME MESSAGE ARG...: exit status 2, one line that has MESSAGE, nothing on stdout
fails()
{
	local name=$1 message=$2

	shift 2
	vfioscope "$@"
	ok "$name: exit status 2" status_is 2
	ok "$name: says \"$message\"" err_has "$message"
	ok "$name: one line on stderr" err_is_one_line
	ok "$name: nothing on stdout" out_is_empty
	ok "$name: drives no terminal" is_harmless "$tmp/err"
}

# json_is EXPRESSION [FILE]: it holds (in Python) for the document in FILE, by default the output
json_is()
{
	python3 -c 'import json, sys
with open(sys.argv[2]) as file:
    report = json.load(file)
with open("runs/trace.json") as file:
    trace = json.load(file)
sys.exit(not eval("(" + sys.argv[1] + ")"))' "$1" "${2:-$tmp/out}"
}

same()
{
	diff -u "$1" "$2" >"$tmp/diff" && return
	sed 's/^/# /' "$tmp/diff"
	return 1
}

# golden FILE ARG...: succeeds, with the output that is in expect/FILE
golden()
{
	local file=expect/$1

	shift
	succeeds "$file" "$@"
	if [ -n "${UPDATE:-}" ]; then
		cp "$tmp/out" "$file"
		return
	fi
	ok "$file: the output is as expected" same "$file" "$tmp/out"
}
