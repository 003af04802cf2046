# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# harness.sh KERNEL: the machine, the module, and that the driver takes a function by its name only
# shellcheck source=tests/vm/guest/lib.sh
. /opt/vm/lib.sh
# shellcheck source=tests/ism/guest/ism.sh
. /opt/vm/ism.sh

is "the machine is an s390x" "$(uname -m)" s390x
ok "the zPCI function is there" [ -e "/sys/bus/pci/devices/$RNG" ]
ok "the ISM driver goes in" ism_driver
ok "it has BTF" [ -s "/sys/kernel/btf/$ISM" ]
bind ism-vfio-pci "$RNG" 2>err
has "it does not bind by the name of its ops" "bind: $RNG is bound to none, not to ism-vfio-pci" err
ok "$RNG is bound to it" bind $ISM "$RNG"
is "the driver of $RNG" "$(driver_of "$RNG")" $ISM
is "it is a VFIO device" "$(basename "$(readlink -f "/sys/bus/pci/devices/$RNG"/vfio-dev/*)")" vfio0
ok "VFIO has its group" [ -c /dev/vfio/0 ]
is "the kernel has no complaint" "$(dmesg | grep -c 'WARNING\|BUG\|Oops')" 0
done_testing
