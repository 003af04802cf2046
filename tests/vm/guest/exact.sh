# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# exact.sh KERNEL: all kinds of accesses to two devices at once are counted exactly, by both flavours
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh
# shellcheck source=tests/vm/guest/scripts.sh
. /opt/vm/scripts.sh

# What is traced: one phase after another on the RAM device, while another client uses edu, on
# another CPU if there is one (the 7.x kernel preempts programs; two clients on a CPU lose records)
cat >phases <<'END'
client --cpu 1 -o edu.expect --repeat 3 0000:00:03.0 edu &
client --cpu 0 -o ram.expect 0000:00:04.0 ram || exit 1
. ./rules.sh || exit 1
wait $! || exit 1
END

# rules.sh: a cell has room for eight errnos
cat >other.sed <<'END'
/region 9,read,6,/s/ EOPNOTSUPP:7//
/region 9,read,6,/s/ ETIMEDOUT:7/ other:14/
END

ram_script >ram
edu_script >edu
own_region_script >>ram
cp /opt/vm/rules.sh .
ok "the test driver goes in" test_driver
ok "$RAM is bound to it" bind vfioscope_test "$RAM"
ok "$EDU is bound to vfio-pci" bind vfio-pci "$EDU"

check_handlers()
{
	local dir ram edu

	for dir in read write; do
		ram=$(total expect "$RAM" $dir)
		edu=$(total expect "$EDU" $dir)
		is "$1: the test driver's ${dir}s counted once, as its own" \
			"$(handler_account vfioscope_test_$dir log)" "$ram 0"
		is "$1: edu's ${dir}s counted as vfio-pci's" \
			"$(handler_account vfio_pci_core_$dir log)" "$edu 0"
	done
}

for flavour in fentry kprobe; do
	rm -f ./*.expect
	trace $flavour --attach $flavour --no-by-process --max-cells 192 -- sh ./phases # 172 are met
	[ -e edu.expect ] || continue
	merge ./*.expect >expect
	sed -f other.sed expect >tmp && mv tmp expect
	check_run $flavour expect
	check_handlers $flavour
	is "$flavour: all handlers are attached by it" "$(methods log)" "$flavour"
done
done_testing
