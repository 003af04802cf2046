# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Scripts for the client. Sourced after lib.sh.

# How often each width: primes, different from one another
WIDTHS="0:7 1:101 2:103 3:107 4:211 5:11 6:13 7:109 8:113 9:17 15:19 16:127 17:23 32:29 33:31 64:131
	65:37 128:41 200:43 256:47 512:53 1000:59 1024:61 2048:67 4095:71 4096:73 4097:5 10000:3"

# widths DIR REGION OFFSET MOST [VIA]: each width up to MOST, primes of times
widths()
{
	local pair

	for pair in $WIDTHS; do
		[ "${pair%:*}" -gt "$4" ] || echo "$1 $2 $3 ${pair%:*} ${pair#*:} ${5:-call}"
	done
}

# offsets DIR REGION: every class of alignment, at the start of a page and across its end
offsets()
{
	local offset width

	for offset in 0 1 2 3 4 5 6 7 8 4088 4089 4090 4091 4092 4093 4094 4095 8191; do
		for width in 1 2 3 4 5 7 8 16 64; do
			echo "$1 $2 $offset $width 3 call"
		done
	done
	for offset in 0 1 4 2048 4095; do
		echo "$1 $2 $offset 4096 3 call"
		echo "$1 $2 $offset 4097 2 call"
	done
}

# vectors DIR REGION OFFSET: a handler call for each element
vectors()
{
	echo "$1 $2 $3 4 17 vector"
	echo "$1 $2 $3 1+2+4+8 19 vector"
	echo "$1 $2 $3 8+8+8+8+8+8+8+8 5 vector"
	echo "$1 $2 $3 3+5+7+64 23 vector"
}

# past_end DIR REGION ERRNO: one byte too many, and all of them
past_end()
{
	echo "$1 $2 end-1 1 5 call"
	echo "$1 $2 end-1 2 7 call want=short"
	echo "$1 $2 end-3 8 11 call want=short"
	echo "$1 $2 end-8 16 13 call want=short"
	echo "$1 $2 end 1 7 call want=$3"
	echo "$1 $2 end+4 4 11 call want=$3"
	echo "$1 $2 end-12 8+8+8 13 vector want=short"
	echo "$1 $2 end-16 8+8+8 17 vector next=$3"
	echo "$1 $2 end 8+8 3 vector want=$3"
}

# The same of CONFIG, which refuses what crosses its end
past_config_end()
{
	echo "$1 CONFIG end-1 1 5 call"
	echo "$1 CONFIG end-1 2 7 call want=EFAULT"
	echo "$1 CONFIG end-8 16 13 call want=EFAULT"
	echo "$1 CONFIG end 4 11 call want=EFAULT"
	echo "$1 CONFIG end-16 8+8+8 17 vector next=EFAULT"
}

# bad_pointers DIR REGION: not mapped; mapped in part; refused before any handler is called
bad_pointers()
{
	echo "$1 $2 0 4 7 call buf=null want=EFAULT"
	echo "$1 $2 8 8 11 call buf=null want=EFAULT"
	echo "$1 $2 0 4+8 5 vector buf=null want=EFAULT"
	echo "$1 $2 0 64 13 call buf=edge:10 want=EFAULT"
	echo "$1 $2 0 8+8 3 vector buf=edge:8 next=EFAULT"
	echo "$1 $2 0 4 5 call buf=kernel want=EFAULT"
}

# no_such_region REGION...
no_such_region()
{
	for region in "$@"; do
		echo "read $region 0 4 5 call want=EINVAL"
		echo "write $region 0 8 3 call want=EINVAL"
		echo "read $region 3 2+2 2 vector want=EINVAL"
	done
}

# file_position: read, readv, write and writev move it on, from the start of BAR0
file_position()
{
	echo "read pos 0 4 7 call"
	echo "read pos 0 4+4 5 vector"
	echo "write pos 0 4 3 call"
	echo "write pos 0 4+8+4 3 vector"
	echo "read pos 0 1+2 3 vector"
	echo "read pos 0 0 3 call"
}

# ivshmem: RAM in BAR2
ram_script()
{
	file_position # BAR0: registers for interrupts, which a device without peers does not send
	for dir in read write; do
		widths $dir BAR2 0 10000
		widths $dir BAR2 0x4000 4096 vector
		offsets $dir BAR2
		vectors $dir BAR2 0x10
		past_end $dir BAR2 EINVAL
		bad_pointers $dir BAR2
	done
	config_script
	no_such_region ROM BAR4 VGA 14 15 16 8388607
}

# CONFIG: writes go to what is read-only or emulated, at 0x10 (the BARs) and up
config_script()
{
	widths read CONFIG 0 256
	widths write CONFIG 0x10 32
	vectors read CONFIG 0
	past_config_end read
	bad_pointers read CONFIG
	echo "write CONFIG 0 4 13 call"
	echo "write CONFIG 1 2 5 call"
	echo "write CONFIG 0 2+2 7 vector"
	echo "write CONFIG 0 4 5 call buf=null want=EFAULT"
	echo "write CONFIG end 4 3 call want=EFAULT"
	echo "read CONFIG 1 2 5 call"
	echo "read CONFIG 3 4 7 call"
	echo "read CONFIG 2 8 11 call"
}

# edu: registers in BAR0; of writes, only 4 bytes at 4 (it inverts them) do nothing else
edu_script()
{
	widths read BAR0 0 32
	vectors read BAR0 0
	past_end read BAR0 EINVAL
	echo "write BAR0 4 4 127 call"
	echo "write BAR0 4 4 131 vector"
	echo "write BAR0 end 4 3 call want=EINVAL"
	echo "write BAR0 4 4 7 call buf=null want=EFAULT"
	config_script
	no_such_region BAR2 ROM 20
}

# The test driver's region 9: RAM of its own; page 8 fails
own_region_script()
{
	for dir in read write; do
		widths $dir 9 0 10000
		offsets $dir 9
		vectors $dir 9 0x10
		past_end $dir 9 EINVAL
		bad_pointers $dir 9
		echo "$dir 9 0x8000 4 11 call want=EIO"
		echo "$dir 9 0x8ffc 8+8 3 vector want=EIO"
		echo "$dir 9 0x7ff8 8+8 5 vector next=EIO"
	done
	no_such_region 10
}
