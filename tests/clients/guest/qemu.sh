# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# qemu.sh KERNEL CLIENT...: traces QEMU while it accesses edu. Leaves the runs in /out, and in
# /out/order their names and those of their clients, for ../qemu.py on the host.
# CLIENT: qtest, multiboot
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh
# shellcheck source=tests/clients/guest/clients.sh
. /opt/vm/clients.sh

# traced NAME PROPERTIES mixed|8 OPTION...: one run with each client, after the other
traced()
{
	local name="$1" properties="$2" what="$3" client line="$1"

	shift 3
	echo "set -e; . /opt/vm/lib.sh; . /opt/vm/clients.sh" >client
	for client in $clients; do
		echo "$client $client-$what '$properties' $what"
		line="$line $client-$what"
	done >>client
	trace "$name" -D "$EDU" "$@" -- sh ./client
	mkdir -p "/out/$name"
	mv run.json "/out/$name"
	echo "$line" >>/out/order
}

shift
clients="$*"
ok "$EDU is bound to vfio-pci" bind vfio-pci "$EDU"
traced default ,x-no-mmap=on mixed
traced exact ,x-no-mmap=on mixed --exact --offsets
traced mapped '' mixed
clients=qtest
traced eight ,x-no-mmap=on 8
done_testing
