#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Helpers shared by the scripts in this directory. Sourced, never run.

# die MESSAGE...: one line on stderr, exit 2 ("trouble", as everywhere in vfioscope)
die() {
	printf '%s: error: %s\n' "${0##*/}" "$*" >&2
	exit 2
}

# progress MESSAGE...: what is being done, or what the caller should know
progress() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# cache_dir: creates and prints the directory for what was downloaded
cache_dir() {
	local dir=${VFIOSCOPE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/vfioscope}

	mkdir -p "$dir" || die "cannot create the cache directory $dir (set VFIOSCOPE_CACHE)"
	(cd "$dir" && pwd -P)
}

# retry TIMES COMMAND ARGS...: until it succeeds; waits 1, 2, ... seconds in between
retry() {
	local times=$1 try
	shift

	for ((try = 1; ; try++)); do
		"$@" && return 0
		((try < times)) || return 1
		progress "failed (attempt $try of $times), trying again: $*"
		sleep "$try"
	done
}

# fresh FILE SECONDS: does FILE exist and is it younger than SECONDS?
fresh() {
	local now mtime

	[[ -e $1 ]] || return 1
	printf -v now '%(%s)T' -1
	mtime=$(stat -c %Y -- "$1") || return 1
	((now - mtime < $2))
}

# lock FILE: holds an exclusive lock (as fd 9) until the script and what it left running ends
lock() {
	exec 9>>"$1"
	flock 9 || die "cannot lock $1"
}
