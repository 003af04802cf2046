# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# contended.sh KERNEL FLAVOUR...: more threads than CPUs, which the kernel may preempt within our
# programs. Leaves each run in /out with what its clients know, for judge.py on the host.
#
# A trace takes seconds to attach in an emulated guest, so one has all numbers of threads and all ways
# to make an access; a second one has a neighbour that reads BPF maps beside it.
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh

# Hammers: fast calls, so that our programs are most of what runs; 47 handler calls
cat >calls <<'END'
read BAR2 0 4 20 call
write BAR2 8 8 10 call
read BAR2 1 2+4+8 5 vector
read BAR2 end 4 2 call want=EINVAL
END
# io_uring counts no system calls, and with the same buffer nothing else tells a thread's calls apart;
# 64 handler calls
cat >rings <<'END'
read BAR2 0 4 16 uring
write BAR2 16 8+8 8 uring
read BAR2 8 8 16 uring-async
read BAR2 0 4+8 8 uring-async
END
# More calls under way at once than there are instances of a kretprobe by default (10 on two CPUs)
echo "read BAR0 0 4096 20 call" >slow
# Tags: slow calls, likely to be preempted, with a sleep in between that is longer than any of them. A
# latency from the start of the call before would have that sleep in it. Each way has a width of its
# own, so that no other call is in its cell.
cat >tags <<'END'
read BAR0 0 4096 1 call
sleep 100000
read BAR0 0 2048+2048 1 vector
sleep 100000
read BAR0 0 1024 1 uring
sleep 100000
read BAR0 0 512 1 uring-async
sleep 100000
END
# The same with the delays of the test driver's own region
sed -e 's/BAR0 0/9 0x3000/' -e 's/4096/2/; s/2048+2048/3+3/; s/1024/5/; s/512/6/' tags >variant.tags

cat >clients.sh <<'END'
# issue NAME THREADS BDF SCRIPT OPTION...
issue()
{
	name=$1 threads=$2 device=$3 script=$4
	shift 4
	echo "$name at $(cut -d' ' -f1 /proc/uptime)"
	client --threads "$threads" -o "$name.cells" --times "$name.times" "$@" "$device" "$script"
}

# tagged NAME HAMMERS TAGS SCRIPT SECONDS
tagged()
{
	rm -f stop
	issue "hammers-$1" "$2" 0000:00:04.0 calls --until stop &
	hammers=$!
	issue "tags-$1" "$3" 0000:00:03.0 "$4" --until stop &
	sleep "$5"
	touch stop
	wait $! && wait $hammers
}
END
cat >calm <<'END'
. ./clients.sh
issue calls-1 1 0000:00:04.0 calls --repeat 100 || exit
issue rings-1 1 0000:00:04.0 rings --repeat 10 || exit
issue inline-1 1 0000:00:04.0 rings --repeat 10 --nonblock || exit
issue calls-2 2 0000:00:04.0 calls --repeat 100 || exit
issue calls-6 6 0000:00:04.0 calls --repeat 60 || exit
issue rings-6 6 0000:00:04.0 rings --repeat 10 --nonblock || exit
tagged 6 2 4 tags 1 || exit
issue calls-48 48 0000:00:04.0 calls --repeat 10 || exit
issue rings-48 48 0000:00:04.0 rings || exit
issue slow-48 48 0000:00:03.0 slow || exit
tagged 48 8 40 tags 2 || exit
sleep 1 # so that losses are met before the end
issue end 1 0000:00:04.0 calls
END
cat >reader <<'END'
. ./clients.sh
map_reader 1 &
reader=$!
issue calls-1 1 0000:00:04.0 calls --repeat 100 &&
issue calls-6 6 0000:00:04.0 calls --repeat 60 &&
issue rings-6 6 0000:00:04.0 rings --repeat 10 &&
issue calls-48 48 0000:00:04.0 calls --repeat 10 &&
issue inline-48 48 0000:00:04.0 rings --nonblock &&
sleep 1 &&
issue end 1 0000:00:04.0 calls
status=$?
kill $reader && exit $status
END
cat >variant <<'END'
. ./clients.sh
tagged 48 8 40 variant.tags 3 || exit
issue end 1 0000:00:04.0 calls
END

# both_bound DRIVER
both_bound()
{
	ok "$RAM is bound to $1" bind "$1" "$RAM"
	ok "$EDU is bound to $1" bind "$1" "$EDU"
}

# run FLAVOUR LOAD
run()
{
	local how

	case $1 in
	auto) how= ;;
	exact) how=--exact ;;
	*) how="--attach $1" ;;
	esac
	rm -f ./*.cells ./*.times
	# shellcheck disable=SC2086 # two words
	vfioscope trace $how -o run.json -- sh "./$2" >log 2>&1
	is "$1, $2: trace succeeds" $? 0
	has "$1, $2: so do its clients" "exited with status 0" log
	ok "$1, $2: the run can be read" vfioscope report --format csv -o csv run.json
	mkdir "/out/$1-$2"
	mv run.json log ./*.cells ./*.times "/out/$1-$2"
}

kernel=$1
shift
both_bound vfio-pci
for flavour; do
	run "$flavour" calm
	run "$flavour" reader
done
if [ "$kernel" = 6.1 ]; then
	ok "the test driver goes in" test_driver
	both_bound vfioscope_test
	run "$1" variant
else
	cat >policy.json <<-'END'
		{"schema": "vfioscope.policy/1", "name": "small", "devices": [{"driver": "vfio-pci"}],
		 "rules": [{"id": "page", "regions": ["BAR2"], "max": 4096}]}
	END
	vfioscope audit --policy policy.json --live --attach fentry -D "$RAM" -- sh ./reader >audit 2>err
	is "audit: live, by a method that lost calls, a clean verdict is undecided" $? 3
	has "audit: why" "calls were lost: " audit
fi
done_testing
