# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Cells as tables of device,region,dir,width,count,bytes,errors,errnos,short,unaligned,crossing:
# what a client must have made, and what a trace has. Sourced after lib.sh.

# The errnos of a cell, in the order of their names.
awk_sorted='
function sorted(text, words, n, i, j, word) {
	n = split(text, words, " ")
	for (i = 2; i <= n; i++) {
		word = words[i]
		for (j = i - 1; j >= 1 && words[j] > word; j--)
			words[j + 1] = words[j]
		words[j + 1] = word
	}
	text = words[1]
	for (i = 2; i <= n; i++)
		text = text " " words[i]
	return text
}'

# process_cells RUN: those of a run, a line each, with the process behind; one that is there twice stays so
process_cells()
{
	vfioscope report --format csv -o csv "$1" || return 1
	awk -F, -v OFS=, "$awk_sorted"'
		NR > 1 { print $1, $3, $4, $5, $7, $9, $10, sorted($11), $12, $13, $14, $6 }' csv | sort
}

# cells RUN: the same of all processes together; but what one process has twice stays so
cells()
{
	process_cells "$1" >by_process || return 1
	awk -F, 'seen[$1, $2, $3, $4, $12]++ { print "twice: " $0 }' by_process
	merge by_process
}

# merge FILE...: the sum of the cells that clients expect
merge()
{
	awk -F, -v OFS=, "$awk_sorted"'
		{
			key = $1 "," $2 "," $3 "," $4
			keys[key] = 1
			for (i = 5; i <= 11; i++)
				sum[key, i] += $i
			n = split($8, words, " ")
			for (i = 1; i <= n; i++) {
				split(words[i], pair, ":")
				if (!((key, pair[1]) in errnos))
					names[key] = names[key] " " pair[1]
				errnos[key, pair[1]] += pair[2]
			}
		}
		END {
			for (key in keys) {
				n = split(names[key], words, " ")
				text = ""
				for (i = 1; i <= n; i++)
					text = text " " words[i] ":" errnos[key, words[i]]
				print key, sum[key, 5], sum[key, 6], sum[key, 7], sorted(text),
				      sum[key, 9], sum[key, 10], sum[key, 11]
			}
		}' "$@" | sort
}

# total CELLS [DEVICE [DIR]]: accesses
total()
{
	awk -F, -v device="$2" -v dir="$3" '
		(device == "" || $1 == device) && (dir == "" || $3 == dir) { n += $5 }
		END { print n + 0 }' "$1"
}

# The handler's count and loss in a log of trace: "COUNTED LOST"
handler_account() { awk -v name="$1" '$1 == name { print $5, $6 }' "$2"; }

# The methods that a log of trace names for its handlers.
methods() { awk '$7 ~ /^(exact|upper|unprovable)/ { print $4 }' "$1" | sort -u; }

# trace NAME ARG...: to run.json and log; it and its command must succeed
trace()
{
	local name="$1"

	shift
	vfioscope trace -o run.json "$@" >log 2>&1
	is "$name: trace succeeds" $? 0
	has "$name: so does its command" "exited with status 0" log
}

# check_run NAME EXPECTED: the cells of run.json, and that what was issued was counted and none lost.
# That each cell's count is the sum of its buckets and "untimed" is checked by whoever reads a run.
check_run()
{
	local n

	n=$(total "$2")
	[ "$n" -gt 0 ] || fail "$1: there is something to count"
	if ! cells run.json >counted; then
		fail "$1: the run can be read"
		diag <log
		return
	fi
	same "$1: every cell is exact ($n accesses, $(wc -l <"$2") cells)" counted "$2"
	has "$1: issued = counted + lost, and lost is 0" "issued $n counted $n lost 0" log
}
