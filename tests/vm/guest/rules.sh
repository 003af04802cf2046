# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Phases of exact.sh with the test driver: it refuses widths and stores as ISM drivers did, cuts
# reads short, and fails with more errnos than a cell has room for. What must be counted goes to
# *.expect.

parameter() { echo "$2" >"/sys/module/vfioscope_test/parameters/$1"; }

# phase NAME: runs the script on stdin. All on one CPU, for each has cells of its own to have room in.
phase() { client --cpu 0 -o "$1.expect" 0000:00:04.0 - || exit 1; }

parameter read_widths 8
phase reads <<'END'
read BAR2 0 1 11 call want=EINVAL
read BAR2 0 2 13 call want=EINVAL
read BAR2 0 4 17 call want=EINVAL
read BAR2 0 8 19 call
read BAR2 0 16 23 call want=EINVAL
read 9 0 4 29 call want=EINVAL
read BAR2 0 8+8+4 7 vector next=EINVAL
read CONFIG 0 4 31 call
write BAR2 0 4 37 call
END
parameter read_widths 15

parameter write_min 16
parameter write_max 128
parameter write_multiple 8
parameter write_no_cross 1
phase writes <<'END'
write BAR2 0 8 11 call want=EINVAL
write BAR2 0 16 13 call
write BAR2 0 20 17 call want=EINVAL
write BAR2 0 128 19 call
write BAR2 0 136 23 call want=EINVAL
write BAR2 4088 16 29 call want=EINVAL
write 9 4080 16 31 call
write 9 4096 4096 5 call want=EINVAL
write BAR2 0 16+64+128+8 3 vector next=EINVAL
write CONFIG 0x10 4 7 call
read BAR2 0 4 37 call
END
parameter write_min 0
parameter write_max 0
parameter write_multiple 0
parameter write_no_cross 0

parameter short_reads 5
phase short <<'END'
read 9 0 4 11 call
read 9 0 5 13 call
read 9 0 8 17 call want=short
read 9 0 4096 19 call want=short
read 9 0 4+8+8 7 vector want=short
read BAR2 0 8 23 call
write 9 0 8 29 call
END
parameter short_reads 0

# Page 8 fails with ten errnos in turn: a cell has room for eight, the rest is "other"
for errno in 1:EPERM 5:EIO 6:ENXIO 11:EAGAIN 12:ENOMEM 16:EBUSY 19:ENODEV 28:ENOSPC 95:EOPNOTSUPP \
	110:ETIMEDOUT; do
	parameter fail_errno "${errno%:*}"
	echo "read 9 0x8100 6 7 call want=${errno#*:}" | phase "errno-${errno%:*}"
done
parameter fail_errno 5
