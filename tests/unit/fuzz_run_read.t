#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A few thousand mutated run files through the reader, under the sanitizers. ROUNDS, SEED: more.
set -eu
cd "$(dirname "$0")/../.."

CC=${CC:-cc}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

echo 1..1
# shellcheck disable=SC2046 # flags are words
if ! $CC -std=gnu11 -O1 -g -D_GNU_SOURCE -DSTANDALONE -I. -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -o "$tmp/fuzz" tests/fuzz/fuzz_run_read.c user/run/*.c \
	$(pkg-config --cflags --libs jansson) -lm 2>"$tmp/log"; then
	sed 's/^/# /' "$tmp/log"
	echo "not ok 1 - the fuzzer builds"
	exit 1
fi
if "$tmp/fuzz" "${ROUNDS:-2000}" "${SEED:-1}" tests/fuzz/corpus/* >"$tmp/log" 2>&1; then
	echo "ok 1 - $(cat "$tmp/log")"
else
	sed 's/^/# /' "$tmp/log"
	echo "not ok 1 - mutated run files"
	exit 1
fi
