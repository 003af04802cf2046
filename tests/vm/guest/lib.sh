# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Helpers of the scripts that run in a guest: TAP, and what all of them need. Sourced, for busybox sh:
#
#   . /opt/vm/lib.sh
#   ok "it works" true
#   done_testing

# shellcheck disable=SC2034 # for those who source this
# shellcheck source=scripts/guest-lib.sh
. /opt/lib/guest.sh

EDU=0000:00:03.0 # registers in BAR0
RAM=0000:00:04.0 # 1 MB of RAM in BAR2
tests=0
failures=0
mkdir -p /tmp/vm
cd /tmp/vm || exit 2

diag() { sed 's/^/# /'; }

pass()
{
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

fail()
{
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - $1"
}

# ok NAME COMMAND...: the command must succeed
ok()
{
	local name="$1"

	shift
	if "$@"; then
		pass "$name"
		return
	fi
	fail "$name"
	echo "# failed: $*"
	return 0
}

# is NAME GOT WANTED
is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
		return
	fi
	fail "$1"
	echo "got:    $2" | diag
	echo "wanted: $3" | diag
}

# same NAME FILE WANTED: the files are the same
same()
{
	if cmp -s "$2" "$3"; then
		pass "$1"
		return
	fi
	fail "$1"
	echo "# -wanted +got"
	diff -U 0 "$3" "$2" | tail -n +3 | head -n 40 | diag
}

# has NAME TEXT FILE: one line of the file has the text
has()
{
	if grep -qF -e "$2" "$3"; then
		pass "$1"
		return
	fi
	fail "$1"
	echo "no line of $3 has: $2" | diag
	head -n 16 "$3" | diag
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

# test_driver [PARAMETER=VALUE]...: inserts the test driver, anew if it is there
test_driver()
{
	if [ -e /sys/module/vfioscope_test ]; then
		rmmod vfioscope_test || return 1
	fi
	insmod /opt/ko/vfioscope_test.ko "$@"
}

# parameter NAME VALUE: of the test driver that is inserted
parameter() { echo "$2" >"/sys/module/vfioscope_test/parameters/$1"; }

# wait_for COMMAND...: until it succeeds, a minute or more
wait_for()
{
	local tries=0

	while ! "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 1200 ] || return 1
		usleep 50000
	done
}
