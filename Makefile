# SPDX-License-Identifier: GPL-2.0-only
#
# make            build out/bin/vfioscope and out/bin/barbench
# make demo       the main job in a guest: trace a test driver, compare issued with counted
# make demo-ism   the same on s390x: the real ISM driver, down to what reaches the device
# make check      all tests; SUITE=unit,cli,bpf,ism,clients,vm runs parts
# make bench-limit  barbench against a bare loop and memcpy(), to out/bench/limit.json
# make bench-stats  how often compare calls what is not there, and finds what is, to out/bench/stats.json
# make bench-many   how long compare takes for 2 x 100 runs of 500 cells, to out/bench/many.json
# make lint       compilers' and linters' warnings, and the layering rules
# make bench      what commands and a traced access cost, kept in out/bench/store
# make bench-compare BASE=REVISION  the same of a revision and the work tree in turn, compared
# make bench-overhead
#                 what tracing costs, in guest instructions, against peers
# make install    DESTDIR= PREFIX=
#
# O=DIR puts the output elsewhere, V=1 shows commands. ARCH=s390x cross-builds to out/bin-s390x;
# CROSS_COMPILE=, SYSROOT= and PKG_CONFIG= replace what scripts/cross.mk takes.

HOST_ARCH := $(shell uname -m | sed 's/aarch64/arm64/')
ARCH ?= $(HOST_ARCH)
ifneq ($(ARCH),$(HOST_ARCH))
include scripts/cross.mk
endif
CROSS_COMPILE ?=
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
CLANG ?= clang
# Debian installs bpftool where the PATH of an ordinary user does not look.
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
ifeq ($(origin PKG_CONFIG),undefined)
PKG_CONFIG := $(firstword $(shell command -v $(CROSS_COMPILE)pkg-config) pkg-config)
endif
INSTALL ?= install
O ?= out
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/vfioscope

V ?= 0
ifeq ($(V),0)
Q := @
say = @printf '  %-8s %s\n' $(1) $(2)
endif

VERSION := $(shell sed -n 's/^\#define VFIOSCOPE_VERSION "\(.*\)"/\1/p' user/run/version.h)

OBJ := $(O)/obj/$(ARCH)
BIN := $(O)/bin
TESTS := $(O)/tests
ifneq ($(CROSS_COMPILE),)
BIN := $(O)/bin-$(ARCH)
TESTS := $(O)/tests-$(ARCH)
endif

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wshadow -Wpointer-arith
override CFLAGS += -std=gnu11 $(WARN) -D_GNU_SOURCE -I. -I$(OBJ) $(CROSS_CFLAGS)
override LDFLAGS += $(CROSS_LDFLAGS)

# --- what links what ---------------------------------------------------------------------------

objects = $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard $(1))))

RUN_OBJS := $(call objects,user/run/*.c)
RENDER_OBJS := $(call objects,user/analyze/*.c user/render/*.c)
VFIOSCOPE_OBJS := $(RUN_OBJS) $(RENDER_OBJS) $(call objects,user/discover/*.c user/trace/*.c user/cli/*.c)
STATISTICS_OBJS := $(addprefix $(OBJ)/user/analyze/,ranks.o rank_test.o sample.o shift.o)
BARBENCH_OBJS := $(RUN_OBJS) $(STATISTICS_OBJS) $(call objects,benchmarks/barbench/*.c benchmarks/barbench/verify/*.c)
UNIT_TESTS := $(patsubst tests/unit/%.c,$(TESTS)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
CLIENTS := $(TESTS)/vm/client $(TESTS)/vm/map_reader $(TESTS)/vm/mapper $(TESTS)/vm/bpf_objects

pkg = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)
RUN_LIBS = $(call pkg,jansson) -lm
VFIOSCOPE_LIBS = $(call pkg,libbpf libelf zlib smartcols libpci) $(RUN_LIBS) -pthread
BARBENCH_LIBS = $(RUN_LIBS) -pthread

.PHONY: all
all: $(BIN)/vfioscope $(BIN)/barbench

$(BIN)/vfioscope: $(VFIOSCOPE_OBJS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(VFIOSCOPE_LIBS)

$(BIN)/barbench: $(BARBENCH_OBJS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(BARBENCH_LIBS)

$(OBJ)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

# --- BPF: one object an architecture, one skeleton a program file -----------------------------

BPF_ARCHS := x86_64 s390x arm64
BPF_TARGET_x86_64 := bpf -D__TARGET_ARCH_x86
BPF_TARGET_s390x := bpfeb -D__TARGET_ARCH_s390
BPF_TARGET_arm64 := bpf -D__TARGET_ARCH_arm64
BPF_CFLAGS := -g -O2 -mcpu=v3 -Wall -Werror -I.
BPF_SRCS := $(sort $(wildcard bpf/*.bpf.c))
SKELETONS := $(patsubst bpf/%.bpf.c,$(OBJ)/bpf/%.skel.h,$(BPF_SRCS))

define bpf_rule
$(O)/obj/$(1)/%.bpf.o: %.bpf.c
	$$(call say,BPF,$$@)
	$(Q)mkdir -p $$(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -target $(BPF_TARGET_$(1)) -Ivmlinux/$(1) -MMD -MP -c -o $$@ $$<
endef
$(foreach arch,$(BPF_ARCHS),$(eval $(call bpf_rule,$(arch))))

$(OBJ)/%.skel.h: $(OBJ)/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $(subst -,_,$(notdir $*))_bpf > $@.tmp
	$(Q)mv $@.tmp $@

$(call objects,user/trace/*.c): | $(SKELETONS)

.PHONY: bpf
bpf: $(foreach arch,$(BPF_ARCHS),$(patsubst bpf/%.bpf.c,$(O)/obj/$(arch)/bpf/%.bpf.o,$(BPF_SRCS)))

# --- tests -------------------------------------------------------------------------------------

# Archives, so that a test links what it uses and no more.
PARTS := $(OBJ)/barbench.a $(OBJ)/vfioscope.a

$(OBJ)/barbench.a: $(filter-out %/main.o $(RUN_OBJS),$(BARBENCH_OBJS))
$(OBJ)/vfioscope.a: $(filter-out %/main.o,$(VFIOSCOPE_OBJS))
$(PARTS):
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(CROSS_COMPILE)ar rcs $@ $^

$(TESTS)/unit/%: $(OBJ)/tests/unit/%.o $(PARTS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg,cmocka) $(VFIOSCOPE_LIBS)

# They share no code with what they test.
$(TESTS)/vm/client: $(call objects,tests/vm/client/*.c)
$(TESTS)/vm/client: CLIENT_LIBS = $(call pkg,liburing) -pthread
$(TESTS)/vm/map_reader: $(OBJ)/tests/vm/map_reader.o
$(TESTS)/vm/mapper: $(OBJ)/tests/vm/mapper.o $(OBJ)/tests/vm/client/device.o
$(TESTS)/vm/bpf_objects: $(OBJ)/tests/vm/bpf_objects.o
$(CLIENTS):
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CLIENT_LIBS)

# Both run on the host or in a guest of its architecture, whatever is built: they are not cross-built.

# The device that a guest of the ism suite has, a vfio-user server
$(O)/tests/ism_device: $(call objects,tests/models/ism_device/*.c)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# What runs in the virtual machine of a guest of the clients suite, which is an x86
$(O)/tests/clients/multiboot: tests/clients/multiboot.S
	$(call say,AS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -m32 -ffreestanding -nostdlib -static -Wl,-N,-Ttext=0x100000,--build-id=none,--no-warn-rwx-segments -o $@ $<

ifeq ($(ARCH),$(HOST_ARCH))
HOST_TESTS := $(O)/tests/ism_device $(if $(filter x86_64,$(ARCH)),$(O)/tests/clients/multiboot)
endif

.PHONY: tests
tests: all $(UNIT_TESTS) $(CLIENTS) $(HOST_TESTS)

.PHONY: setup
setup:
	$(Q)scripts/setup.sh

SUITE ?= unit,cli,bpf,ism,clients,vm

.PHONY: check
check: setup
	$(Q)$(MAKE) --no-print-directory tests
	$(Q)O=$(O) tests/run $(SUITE)

.PHONY: demo
demo: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)O=$(O) scripts/demo.sh

.PHONY: demo-ism
demo-ism: setup
	$(Q)$(MAKE) --no-print-directory $(O)/tests/ism_device
	$(Q)$(MAKE) --no-print-directory ARCH=s390x all
	$(Q)O=$(O) scripts/demo-ism.sh

# --- measurements: figures, never tests --------------------------------------------------------

$(O)/bench/bare: $(OBJ)/benchmarks/limit/bare.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<

.PHONY: bench-limit
bench-limit: setup
	$(Q)$(MAKE) --silent --no-print-directory $(O)/bench/bare $(BIN)/barbench
	$(Q)benchmarks/limit/limit.py $(O)/bench/bare $(BIN)/barbench $(O)/bench/limit.json

$(O)/bench/simulate: $(OBJ)/benchmarks/stats/simulate.o $(PARTS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(OBJ)/vfioscope.a $(RUN_LIBS)

# COMPARISONS=, SEED=, NOISE= and THRESHOLD= as benchmarks/stats/stats.py --help says
.PHONY: bench-stats
bench-stats: setup
	$(Q)$(MAKE) --silent --no-print-directory $(O)/bench/simulate
	$(Q)benchmarks/stats/stats.py $(O)/bench/simulate $(O)/bench/stats.json \
		$(if $(COMPARISONS),--comparisons $(COMPARISONS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(NOISE),--noise $(NOISE)) $(if $(THRESHOLD),--threshold $(THRESHOLD))

# TIMES=N compares so often
.PHONY: bench-many
bench-many: setup
	$(Q)$(MAKE) --silent --no-print-directory $(BIN)/vfioscope
	$(Q)mkdir -p $(O)/bench
	$(Q)benchmarks/many/many.py $(BIN)/vfioscope $(O)/bench/many $(O)/bench/many.json $(if $(TIMES),--times $(TIMES))

.PHONY: lint
lint: setup $(SKELETONS) $(OBJ)/benchmarks/overhead/empty.skel.h
	$(Q)O=$(O) scripts/lint.sh

# --- what tracing costs, against peers ---------------------------------------------------------

OVERHEAD := $(addprefix $(O)/benchmarks/overhead/,client empty stamp)

$(O)/benchmarks/overhead/%: $(OBJ)/benchmarks/overhead/%.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(OVERHEAD_LIBS)

$(O)/benchmarks/overhead/empty: OVERHEAD_LIBS = $(call pkg,libbpf libelf zlib)
$(OBJ)/benchmarks/overhead/empty.o: | $(OBJ)/benchmarks/overhead/empty.skel.h

# KERNEL=6.1|7.x and ONLY=NAME,... measure less: benchmarks/overhead/run.sh --help
.PHONY: bench-overhead
bench-overhead: setup
	$(Q)$(MAKE) --no-print-directory all $(OVERHEAD)
	$(Q)O=$(O) benchmarks/overhead/run.sh $(if $(KERNEL),--kernel $(KERNEL)) $(if $(ONLY),--only $(ONLY))

# --- what a revision costs, and which one made it dearer ----------------------------------------

ifneq ($(filter bench-compare,$(MAKECMDGOALS)),)
ifeq ($(BASE),)
$(error bench-compare: BASE= is missing: make bench-compare BASE=<git revision>)
endif
endif

# BASE=REVISION, KERNEL=6.1|7.x, RUNS=N and HOST=no as benchmarks/commands/run.sh --help says
BENCH_OPTIONS = $(if $(KERNEL),--kernel $(KERNEL)) $(if $(RUNS),--runs $(RUNS)) $(if $(filter no,$(HOST)),--no-host)

.PHONY: bench
bench: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)O=$(O) benchmarks/commands/run.sh $(BENCH_OPTIONS)

.PHONY: bench-compare
bench-compare: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)O=$(O) benchmarks/commands/run.sh --base '$(BASE)' $(BENCH_OPTIONS)

# --- install -----------------------------------------------------------------------------------

.PHONY: install
install: all
	$(INSTALL) -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(DATADIR)/policies
	$(INSTALL) -m 755 $(BIN)/vfioscope $(BIN)/barbench $(DESTDIR)$(SBINDIR)
	$(INSTALL) -m 644 $(wildcard docs/man/*.1) $(DESTDIR)$(MANDIR)/man1
	$(INSTALL) -m 644 $(wildcard docs/*.schema.json) $(DESTDIR)$(DATADIR)
	$(INSTALL) -m 644 $(wildcard user/policies/*.json) $(DESTDIR)$(DATADIR)/policies

.PHONY: clean
clean:
	$(Q)rm -rf $(O)/obj $(O)/bin $(O)/bin-* $(O)/tests $(O)/tests-* $(O)/modules $(O)/benchmarks

-include $(shell test -d $(O) && find $(O) -name '*.d')
.SECONDARY:
.DELETE_ON_ERROR:
