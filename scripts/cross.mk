# SPDX-License-Identifier: GPL-2.0-only
#
# What a cross build needs where nothing else was said: Debian's cross compiler, and Debian 12's
# libraries for the architecture. Included by the Makefile where ARCH is not the machine's.

TRIPLET := $(if $(filter s390x,$(ARCH)),s390x-linux-gnu)
ifneq ($(TRIPLET),)

CROSS_COMPILE ?= $(TRIPLET)-

# Looked for when it is first used, and then once: nothing is fetched for 'make clean'.
ifeq ($(origin SYSROOT),undefined)
SYSROOT = $(eval SYSROOT := $(shell scripts/sysroot.sh $(ARCH)))$(or $(SYSROOT),$(error no libraries for $(ARCH)))
endif

# z13: the first with ISM devices, and with vector instructions.
CROSS_CFLAGS = -march=z13 -isystem $(SYSROOT)/usr/include -isystem $(SYSROOT)/usr/include/$(TRIPLET)
CROSS_LDFLAGS = -L$(SYSROOT)/usr/lib/$(TRIPLET) -Wl,-rpath-link,$(SYSROOT)/usr/lib/$(TRIPLET)
PKG_CONFIG ?= PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(TRIPLET)/pkgconfig pkg-config

# libbpf before 1.6 refuses objects of the other byte order, so an emulator runs the bpftool that
# has the same.
BPFTOOL ?= qemu-$(ARCH) -L $(SYSROOT) $(SYSROOT)/usr/sbin/bpftool

endif
