# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# What the ISM tests share. Sourced after lib.sh.

# shellcheck disable=SC2034 # for those who source this
RNG=0010:00:00.0 # virtio-rng as a zPCI function, whose domain is its uid
FUNCTION=0011:00:00.0 # the ISM device model
# The name of the PCI driver, as driver_override wants it; that of its ops is ism-vfio-pci
ISM=ism_vfio_pci

ism_driver() { insmod /opt/ko/ism-vfio-pci.ko; }

# driver_of BDF
driver_of() { basename "$(readlink "/sys/bus/pci/devices/$1/driver")"; }
