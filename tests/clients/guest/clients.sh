# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# QEMU as a client of vfio-pci in the guest: Debian's own program, driven by qtest or by what runs in
# its machine. Sourced after lib.sh.
#
# Each client's first and last accesses are 8-byte reads of two offsets that nothing else reads: at
# them the device's log is cut. Aligned 4-byte accesses are at offsets of 4 in 8, never of 0 and then
# 4: so in the log of a kernel that makes two pieces of 8 bytes, such a pair is always one call.
# The program of -kernel (../multiboot.S) keeps the same rules.

BAR=0xe0000000  # where qtest puts BAR0: above the machine's memory
EXIT_PORT=0x501 # isa-debug-exit: QEMU ends with status (value << 1) | 1
EXIT_VALUE=16   # no status of QEMU's own

# command N TEXT: so often
command_times() { yes "$2" | head -n "$1"; }

# at OFFSET: its address in the machine
at() { echo $((BAR + $1)); }

# begin: BAR0 is placed, memory accesses are enabled
begin()
{
	echo "outl 0xcf8 0x80002810"
	echo "outl 0xcfc $BAR"
	echo "outl 0xcf8 0x80002804"
	echo "outl 0xcfc 0x2"
	echo "readq $(at 0xf0000)"
}

end()
{
	echo "readq $(at 0xf0008)"
	echo "outb $EXIT_PORT $EXIT_VALUE"
}

eight()
{
	command_times 107 "readq $(at 0x1008)"
	command_times 109 "writeq $(at 0x1008) 0x1122334455667788"
}

narrow()
{
	command_times 67 "readb $(at 0x1000)"
	command_times 71 "readw $(at 0x1002)"
	command_times 73 "readl $(at 0x1004)"
	command_times 79 "writeb $(at 0x1000) 0x11"
	command_times 83 "writew $(at 0x1002) 0x1122"
	command_times 89 "writel $(at 0x1004) 0x11223344"
}

# QEMU makes aligned accesses of these, and of 8 bytes at most.
split()
{
	command_times 3 "readw $(at 0x1021)"
	command_times 5 "readl $(at 0x1029)"
	command_times 7 "readq $(at 0x1031)"
	command_times 11 "read $(at 0x1040) 0x10"
	command_times 3 "writew $(at 0x1021) 0x1122"
	command_times 5 "writel $(at 0x1029) 0x11223344"
	command_times 7 "writeq $(at 0x1031) 0x1122334455667788"
	command_times 11 "write $(at 0x1040) 0x10 0x00112233445566778899aabbccddeeff"
}

# qtest_script mixed|8: accesses of all widths, or of 8 bytes only
qtest_script()
{
	begin
	eight
	if [ "$1" = mixed ]; then
		narrow
		split
	fi
	end
}

# machine NAME PROPERTIES ARG...: EDU in a virtual machine, with these properties of its device
machine()
{
	local name="$1" properties="$2" status=0

	shift 2
	qemu-system-x86_64 -name "guest=$name" -accel tcg -machine q35 -m 64 -nodefaults \
		-display none -device isa-debug-exit \
		-device "vfio-pci,host=$EDU,addr=05.0$properties" "$@" || status=$?
	[ $status -eq $((EXIT_VALUE << 1 | 1)) ]
}

# qtest NAME PROPERTIES mixed|8
qtest()
{
	qtest_script "$3" >script
	machine "$1" "$2" -S -qtest stdio -qtest-log none <script >answers
}

# multiboot NAME PROPERTIES mixed|8
multiboot() { machine "$1" "$2" -kernel /opt/clients/multiboot -append "$3"; }
