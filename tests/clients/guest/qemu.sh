# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# qemu.sh KERNEL CLIENT...: traces QEMU while it accesses edu. Leaves the runs in /out, and their
# names in /out/order, for ../qemu.py on the host. CLIENT: qtest, multiboot
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh
# shellcheck source=tests/clients/guest/clients.sh
. /opt/vm/clients.sh

qtest_script eight narrow split >qtest-mixed
qtest_script eight >qtest-eight

# traced NAME PROPERTIES CLIENT ARG OPTION...: one client, with its BAR mapped unless PROPERTIES say no
traced()
{
	local name="$1" properties="$2" client="$3" arg="$4"

	shift 4
	{
		echo ". /opt/vm/lib.sh; . /opt/vm/clients.sh"
		echo "$client $name '$properties' '$arg'"
	} >client
	trace "$name" -D "$EDU" "$@" -- sh ./client
	mkdir -p "/out/$name"
	mv run.json "/out/$name"
	echo "$name" >>/out/order
}

shift
ok "$EDU is bound to vfio-pci" bind vfio-pci "$EDU"
for client; do
	[ "$client" = qtest ] && arg=qtest-mixed || arg=''
	traced "$client" ,x-no-mmap=on "$client" "$arg"
	traced "$client-exact" ,x-no-mmap=on "$client" "$arg" --exact
	traced "$client-mapped" '' "$client" "$arg"
done
done_testing
