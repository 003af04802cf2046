#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# list: trees in place of this machine's, as text and as JSON, and what cannot be read.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

succeeds 'list --help' list --help
ok 'list --help has examples' out_has EXAMPLES
ok 'list --help fits 80 columns' awk 'length > 79 { bad = 1 } END { exit bad }' "$tmp/out"

if ! sysroot/make.sh "$tmp/sysroot" 2>"$tmp/err"; then
	ok 'the trees can be made' false
	done_testing
fi

for tree in vfio-pci variant ism mdev no-btf no-btf-at-all bad-btf built-in hostile sparse no-devices \
	nothing; do
	golden "list-$tree.txt" list --sysroot "$tmp/sysroot/$tree"
	ok "$tree: drives no terminal" is_harmless "$tmp/out"
	golden "list-$tree.json" list --json --sysroot "$tmp/sysroot/$tree"
	ok "$tree: the JSON is pure ASCII" eval "! LC_ALL=C grep -q '[^ -~]' '$tmp/out'"
	ok "$tree: the JSON is valid, and every device has all fields" json_is '
		report["schema"] == "vfioscope.list/1" and
		len({tuple(d) for d in report["devices"]}) <= 1 and
		all(len(d) == 15 for d in report["devices"])'
done

# What the golden files must say, lest UPDATE=1 writes down a fault.
devices()
{
	vfioscope list --json --sysroot "$tmp/sysroot/$1"
}
handlers='sorted(h["dir"] + " " + h["function"] for h in report["devices"][0]["handlers"])'
core='"read vfio_pci_core_read", "write vfio_pci_core_write"'
devices vfio-pci
ok 'vfio-pci: both, by name' \
	json_is '[d["name"] for d in report["devices"]] == ["0000:03:00.0", "0000:81:00.1"]'
ok 'vfio-pci: the handlers of vfio-pci-core and nothing near' json_is "$handlers == [$core]"
devices variant
ok 'variant: its own handlers and those of vfio-pci-core' json_is "$handlers == sorted([$core,
	'read hisi_acc_vfio_pci_read', 'write hisi_acc_vfio_pci_write'])"
ok 'variant: those of another driver are not for vfio-pci' json_is 'len(report["devices"][1]["handlers"]) == 2'
devices ism
ok 'ism: BTF of the other byte order' json_is "$handlers == sorted([$core,
	'read ism_vfio_pci_read', 'write ism_vfio_pci_write'])"
devices no-btf
ok 'no-btf: what is known, and that it is not all' \
	json_is "$handlers == [$core] and [d['btf'] for d in report['devices']] == [False, True]"
devices hostile
ok 'hostile: a name comes back as it was' json_is '
	report["devices"][1]["driver"].replace("\\\\", "\\") == "\x1b[31m\"red\\\n\\xff\x9b\u202eevil"'
ok 'no file says who has a device open' json_is 'all(d["openers"] is None for d in report["devices"])'

fails 'a tree that is not there' "--sysroot: cannot read $tmp/none/sys: No such file" \
	list --sysroot "$tmp/none"
fails 'a file for a tree' 'Not a directory' list --sysroot "$bin"
mkdir -p "$tmp/sysroot/loop/sys/class"
ln -s vfio-dev "$tmp/sysroot/loop/sys/class/vfio-dev"
fails 'a tree that cannot be read' 'cannot list VFIO devices: Too many levels of symbolic links' \
	list --sysroot "$tmp/sysroot/loop"
fails 'an empty path' "--sysroot: the path is empty; try 'vfioscope list --help'" list --sysroot=
fails 'an argument' "unexpected argument 'x'" list x

for form in '' --json; do
	status=0
	# shellcheck disable=SC2086
	"$bin" list $form --sysroot "$tmp/sysroot/variant" >/dev/full 2>"$tmp/err" || status=$?
	ok "full disk, list $form: exit status 2" status_is 2
	ok "full disk, list $form: says so" err_has 'No space left on device'
	ok "full disk, list $form: one line" err_is_one_line
done

done_testing
