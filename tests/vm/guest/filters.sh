# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# shellcheck disable=SC2016 # the dollars are for awk
# filters.sh KERNEL place|task: a trace with a filter counts exactly the part that it asks for. Several
# traces run at once, one around the other.
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/vm/guest/cells.sh
. /opt/vm/cells.sh
# shellcheck source=tests/vm/guest/scripts.sh
. /opt/vm/scripts.sh

THIRD=0000:00:05.0 # pci-testdev

{ widths read BAR2 0 64; offsets write BAR2; own_region_script; config_script; file_position; } >ram
edu_script >edu
past_config_end read >third
ok "the test driver goes in" test_driver
ok "$RAM is bound to it" bind vfioscope_test "$RAM"
ok "$EDU is bound to vfio-pci" bind vfio-pci "$EDU"
ok "$THIRD is bound to vfio-pci" bind vfio-pci "$THIRD"

# A trace NAME with OPTIONs around the script ./run: the next one goes around this one.
around()
{
	local name="$1"

	shift
	mv run "in-$name"
	echo "vfioscope trace -o $name.json $* -- sh ./in-$name >$name.log 2>&1" >run
}

# check NAME CELLS: those that the trace should have, out of all in `expect`
check()
{
	mv "$1.json" run.json
	mv "$1.log" log
	ok "$1: there is something to count, and something to leave out" \
		test -s "$2" -a "$(total "$2")" -lt "$(total expect)"
	has "$1: the command succeeded" "exited with status 0" log
	check_run "$1" "$2"
}

# part AWK_CONDITION
part() { awk -F, "$1" expect >part; }

place()
{
	cat >run <<-'END'
	client -o edu.expect --repeat 2 0000:00:03.0 edu &
	client -o ram.expect 0000:00:04.0 ram && wait $!
	END
	around device --attach fentry -D "$RAM"
	around driver --attach kprobe --driver vfio-pci
	around region --attach fentry --region BAR0,CONFIG,9
	around dir --attach kprobe --dir write
	sh ./run
	merge ./*.expect >expect

	part '$1 == "0000:00:04.0"'
	check device part
	part '$1 == "0000:00:03.0"'
	check driver part
	part '$2 ~ /^(BAR0|CONFIG|region 9)$/'
	check region part
	part '$3 == "write"'
	check dir part
}

# Three processes: one that was there before, known by its pid; one of another name, in a cgroup, with
# two children; and a third.
task()
{
	local pid

	mkdir -p /sys/fs/cgroup/a/b
	cp /opt/bin/client /tmp/other
	sed -i '/ pos /d' ram # workers share the position
	client --threads 2 -o edu.expect --ready ready --go go "$EDU" edu &
	pid=$!
	wait_for test -e ready
	cat >other.sh <<-'END'
	echo $$ >/sys/fs/cgroup/a/b/cgroup.procs
	exec /tmp/other --processes 2 -o ram.expect 0000:00:04.0 ram
	END
	cat >run <<-'END'
	touch go
	sh ./other.sh || exit 1
	client -o third.expect 0000:00:05.0 third || exit 1
	while [ ! -e edu.expect ]; do
		usleep 20000
	done
	END
	around pid --attach fentry -p "$pid"
	around comm --attach kprobe --comm other --max-cells 200
	around cgroup --attach fentry --max-cells 200 --cgroup /sys/fs/cgroup/a
	around all --attach kprobe --comm other -D "$RAM" --region BAR2,9 --dir read
	sh ./run
	merge ./*.expect >expect

	merge edu.expect >part
	check pid part
	merge ram.expect >part
	check comm part
	check cgroup part
	part '$1 == "0000:00:04.0" && $2 ~ /^(BAR2|region 9)$/ && $3 == "read"'
	check all part
}

case $2 in
place) place ;;
task) task ;;
esac
done_testing
