# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# offsets.sh KERNEL FLAVOUR...: accesses at every offset of two consecutive pages, and ones that fail, are
# short, repeated, wide or by io_uring. Leaves each run with its script in /out, for offsets.py on the host.
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh

# every_offset DIR
every_offset()
{
	awk -v dir="$1" 'BEGIN {
		for (offset = 0; offset < 8192; offset++)
			for (width = 1; width <= 8; width *= 2)
				print dir, "BAR2", offset, width, 1, "call"
	}'
}

cat >kinds <<'END'
read BAR2 0 4 5 call
read BAR2 end 4 3 call want=EINVAL
read BAR2 0 4 2 call buf=null want=EFAULT
read BAR2 end-2 4 3 call want=short
read BAR2 0x2001 9 7 call
read BAR2 0x2001 10 5 call
read BAR2 0x2001 16 3 call
write BAR2 0x2ffc 4096 2 call
write BAR2 0x3000 4097 2 call
write BAR2 0x3000 5000 2 call
read BAR2 0x4000 1+2+4+8 11 vector
read BAR2 0x5004 4 13 uring
write BAR2 0x5008 8+8 3 uring
END

# run NAME SCRIPT OPTION...
run()
{
	local name="$1" script="$2"

	shift 2
	mkdir -p "/out/$name"
	cp "$script" "/out/$name/script"
	trace "$name" "$@" -- client -o "/out/$name/client.cells" "$RAM" "$script"
	mv run.json "/out/$name"
}

every_offset read >read
every_offset write >write
shift
ok "$RAM is bound to vfio-pci" bind vfio-pci "$RAM"
run fentry-read read --attach fentry --offsets=65536
run kprobe-write write --attach kprobe --offsets=65536
run fentry-small read --attach fentry --offsets=1000
for flavour in "$@"; do
	run "$flavour-kinds" kinds --attach "$flavour" --offsets
done

# --- pages, with the reason why they were trapped; and a rule of the MSI-X table ---
XHCI=0000:00:05.0 # four pages in BAR0, the last one with the MSI-X table
E1000=0000:00:06.0 # ports in BAR1
ok "$XHCI and $E1000 are bound to vfio-pci" eval 'bind vfio-pci "$XHCI" && bind vfio-pci "$E1000"'
echo 'read BAR0 0 4 5 call
read BAR0 0x3000 8 3 call
read BAR0 0x3000 1 2 call
read CONFIG 0 4 2 call' >xhci
echo 'read BAR1 0 4 7 call' >e1000
trace "pages" --attach fentry --offsets -- sh -c "client -o /dev/null $XHCI xhci && client -o /dev/null $E1000 e1000"
sed -n '/^TRAPPED PAGES/,/^$/p' log | sed 's/  */ /g; s/^ //; s/ $//' | grep '^0000' | sort >got
cat >wanted <<END
$XHCI BAR0 0x0 5 0 0 client-did-not-map
$XHCI BAR0 0x3000 5 0 0 msix-page
$XHCI CONFIG 0x0 2 0 0 region-not-mappable
$E1000 BAR1 0x0 7 0 0 io-bar
END
same "pages: why each was trapped is told" got wanted
echo '{"schema": "vfioscope.policy/1", "name": "msix", "rules":
 [{"id": "dword-qword", "registers": ["msix_table"], "widths": [4, 8]}]}' >msix.json
vfioscope audit --policy msix.json run.json >audit 2>&1
is "pages: the rule of the MSI-X table is decided" $? 1
has "pages: with what touched the table" "0x3000" audit
done_testing
