# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# behaviour-attach.sh KERNEL TIMES METHOD: attach and detach while a client runs at full speed, and on a
# second CPU another, in the same handler
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/behaviour.sh
. /opt/vm/behaviour.sh

times=$2 method=$3 NICENESS=10

# wrong WHAT: of the run that was just made
wrong()
{
	wrongs=$((wrongs + 1))
	echo "run $i: $*" | diag
	grep -E '^vfio|^issued' out | diag
	[ ! -e run.json ] || grep -oE '"(left|entry_misses|exit_misses)": *[0-9]+' run.json | diag
}

# check: does the account of run.json hold?
check()
{
	local wanted

	cells=$(counted run.json) || { wrong "cannot be read"; return; }
	wanted="$cells $cells 0"
	[ "$(account out)" = "$wanted" ] || wrong "the account is $(account out), not $wanted"
	for event in lost no_start stale replaced evicted overflow no_device untimed; do
		[ "$(sum $event run.json)" = 0 ] || wrong "$event is $(sum $event run.json)"
	done
	[ "$(grep -o '"lost_kind":"[a-z_]*"' run.json | sort -u)" = '"lost_kind":"exact"' ] ||
		wrong "lost_kind is not exact"
	total=$((total + cells))
}

ok "the device is bound" bound "$1" "$RAM"
other=''
if [ "$(nproc)" -gt 1 ]; then
	ok "the other device is bound" bound "$1" "$EDU"
	start_client "$EDU" BAR0 --offset 4 --length 4
	other=$client
fi
start_client "$RAM" BAR2
i=0 wrongs=0 total=0
while [ $i -lt "$times" ]; do
	i=$((i + 1))
	rm -f run.json
	if vfioscope trace -D "$RAM" --dir read --attach "$method" -d 0.02 -o run.json >out 2>err; then
		check
	else
		wrong "trace failed: $(cat err)"
	fi
done
is "$method: $times times attached and detached, and every account holds" $wrongs 0
ok "something was counted" [ "$total" -gt 0 ]
stop_client
is "the client ends well" $client_status 0
is "the client saw no error" "$(grep -c '"errors":{}' bench.json)" 1
is "the client saw nothing short" "$(sum shorts bench.json)" 0
issued=$(sum issued bench.json)
ok "no more was counted ($total) than the client issued ($issued)" [ "$total" -lt "$issued" ]
[ -z "$other" ] || kill -INT "$other"
done_testing
