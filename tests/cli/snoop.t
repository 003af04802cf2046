#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# snoop on a machine where it cannot trace: help, wrong command lines, what does not go together.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

try="; try 'vfioscope snoop --help'"

succeeds 'snoop --help' snoop --help
ok 'snoop --help has examples' out_has EXAMPLES
ok 'snoop --help fits 80 columns' awk 'length > 79 { bad = 1 } END { exit bad }' "$tmp/out"

for value in '' x 1.5x -1; do
	fails "--slower-than '$value'" "--slower-than: '$value' is no duration" snoop "--slower-than=$value"
	fails "--count '$value'" "--count: '$value' is no number$try" snoop "--count=$value"
	fails "--buffer '$value'" "--buffer: '$value' is no number$try" snoop "--buffer=$value"
done
for value in 0 3601 99999999999; do
	fails "--slower-than $value" "--slower-than: '$value' is out of range, 1ns to 3600s$try" \
		snoop --slower-than "$value"
done
fails '--count 0' "--count: '0' is out of range" snoop -n 0
for value in 0 63 1048577; do
	fails "--buffer $value" "--buffer: '$value' is out of range, 64 to 1048576$try" snoop --buffer "$value"
done
fails '--buffer 100' "--buffer: '100' is no power of two$try" snoop --buffer 100
for value in '' ',' '1,' x 2-1 1- -1 1-2-3 4294967296; do
	fails "--width '$value'" "--width: '$value' is no list of widths such as 1,2,9-4096$try" \
		snoop "--width=$value"
done
fails 'nine widths' "--width: '1,2,3,4,5,6,7,8,9' has more than 8 widths$try" snoop --width 1,2,3,4,5,6,7,8,9
for value in '' 'both,' KERNEL; do
	fails "--stack '$value'" "--stack: '$value' is none of kernel, user, both$try" snoop "--stack=$value"
done
fails 'a hostile value' "--stack: '\\x1b[2J\\x0a'" snoop --stack $'\e[2J\n'

fails '--interval' "--interval is for tables, which snoop does not print$try" snoop -i 1
fails '-o -' "-o - and the lines both want standard output$try" snoop -o -
fails '--exact and fentry' '--exact contradicts --attach fentry' snoop --exact --attach fentry
fails 'a command without --' "unexpected argument 'barbench' (a command goes after --)" \
	snoop -d 1 barbench 03:00.0
fails 'a process that is not there' '--pid: there is no process 4194304' snoop -p 4194304

done_testing
