#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Fetches and unpacks Debian packages of any suite and architecture, without installing them.
#
# apt does the work (signatures, newest version, download) with lists of its own in the cache, so
# that the machine's package state is neither used nor changed. The mirror is the one that the
# machine's own apt sources name.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

# Package lists are not asked for again within this time
lists_max_age=$((6 * 3600))
# nor within this time after a failure
lists_retry_age=600
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

usage() {
	cat <<-'END'
	Usage: scripts/fetch-deb.sh [--arch ARCH] SUITE PACKAGE[=VERSION]...
	       scripts/fetch-deb.sh [--arch ARCH] --closure SUITE PACKAGE[=VERSION]...
	       scripts/fetch-deb.sh [--arch ARCH] --resolve META SUITE
	       scripts/fetch-deb.sh [--arch ARCH] --match REGEX SUITE

	Unpacks each package to CACHE/SUITE-ARCH/PACKAGE_VERSION/ and prints that directory. The
	newest version is resolved at run time; when the mirror cannot be reached, the newest one in
	the cache serves. CACHE is $VFIOSCOPE_CACHE, or ~/.cache/vfioscope.

	  --arch ARCH     architecture (default: the machine's), e.g. s390x
	  --closure       fetch all that the packages depend on as well
	  --resolve META  print what the newest META depends on exactly, as PACKAGE=VERSION lines
	  --match REGEX   print the names of the suite's packages that match REGEX, and of those in
	                  the cache, sorted by version

	Exit status: 0, or 2 with one line that names the package that cannot be had.

	Examples:
	  scripts/fetch-deb.sh --resolve linux-image-cloud-amd64 bookworm
	  scripts/fetch-deb.sh bookworm linux-headers-6.1.0-50-cloud-amd64=6.1.176-1
	  scripts/fetch-deb.sh --arch s390x --match '^linux-binary-7.*-s390x$' sid
	  scripts/fetch-deb.sh --closure sid gcc-s390x-linux-gnu make
	END
}

# Prints "URI CODENAME" of the Debian archives in the machine's apt sources
machine_mirrors() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(CREATED_BY) $(ORIGIN) $(REPO_URI) $(CODENAME)' |
		sed -n 's/^Packages Debian //p' | sort -u
}

# Prints the apt sources of $suite: the archive and, for a stable release, its security updates
suite_sources() {
	local mirrors main security

	mirrors=$(machine_mirrors)
	main=$(awk '$2 !~ /-security$/ { print $1; exit }' <<<"$mirrors")
	security=$(awk '$2 ~ /-security$/ { print $1; exit }' <<<"$mirrors")
	[[ -n $main ]] || return 1

	printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$main" "$suite"
	[[ $suite =~ ^(bookworm|trixie|forky)$ && -n $security ]] || return 0
	printf 'deb [signed-by=%s] %s %s-security main\n' "$keyring" "$security" "$suite"
}

# Writes apt's configuration for $suite and $arch to $apt/conf. Reading it with -c, after the
# machine's own, keeps the machine's proxies and lets #clear take effect.
write_apt_config() {
	local sources

	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	if sources=$(suite_sources); then
		printf '%s\n' "$sources" >"$apt/sources.list"
	elif [[ ! -s $apt/sources.list ]]; then
		die "apt on this machine knows no Debian mirror: run 'apt-get update' first"
	fi
	cat >"$apt/conf" <<-END
	APT::Architecture "$arch";
	#clear APT::Architectures;
	APT::Architectures { "$arch"; };
	Dir::State::Lists "$apt/lists/";
	Dir::State::status "$apt/status";
	Dir::Etc::SourceList "$apt/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	Dir::Cache "$apt/cache/";
	Dir::Cache::pkgcache "pkgcache.bin";
	APT::Sandbox::User "";
	Acquire::Languages "none";
	Acquire::Retries "2";
	Acquire::http::Timeout "30";
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	#clear Acquire::IndexTargets::deb::DEP-11;
	END
}

update_lists() {
	progress "reading the package lists of $suite ($arch)"
	apt-get -c "$apt/conf" -qq -o APT::Update::Error-Mode=any update >&2 || return 1
	touch "$apt/stamp"
}

# Has the lists read if they are older than lists_max_age; old ones do if that fails, and then
# the mirror is left alone for a while
need_lists() {
	fresh "$apt/stamp" "$lists_max_age" && return 0
	if ! fresh "$apt/failed" "$lists_retry_age"; then
		retry 2 update_lists && return 0
		touch "$apt/failed"
	fi
	[[ -e $apt/stamp ]] || return 1
	progress "cannot reach the mirror, using the package lists of $(date -Imin -r "$apt/stamp")"
}

# field NAME PACKAGE[=VERSION]: prints a field of the newest (or the given) version
field() {
	apt-cache -c "$apt/conf" show --no-all-versions "$2" 2>/dev/null | sed -n "s/^$1: //p;T;q" || :
}

# unpacked_dir PACKAGE VERSION: prints where it is unpacked; without the epoch, as in Debian's own
# file names
unpacked_dir() {
	printf '%s/%s_%s\n' "$store" "$1" "${2#*:}"
}

# newest_cached PACKAGE: prints the directory of the newest version in the cache, if there is one
newest_cached() {
	local name=$1

	(cd "$store" && shopt -s nullglob && printf '%s\n' "${name}"_*) | sort -V | tail -n 1 |
		sed "s|^.|$store/&|"
}

# Prints the names of the packages in the cache
cached_names() {
	(cd "$store" && shopt -s nullglob && printf '%s\n' *_*) | sed 's/_.*//'
}

# download PACKAGE=VERSION...: unpacks them to temporary names, then renames; all of them or none
download() {
	local tmp deb name

	progress "fetching $* ($suite, $arch)"
	tmp=$(mktemp -d "$store/.fetch.XXXXXX")
	if (cd "$tmp" && retry 3 apt-get -c "$apt/conf" -qq download "$@" >&2) && unpack "$tmp"; then
		for deb in "$tmp"/*.deb; do
			name=$(dpkg-deb --show --showformat '${Package} ${Version}' "$deb")
			mv -T "$deb.tree" "$(unpacked_dir "${name% *}" "${name#* }")"
		done
		rm -rf "$tmp"
	else
		rm -rf "$tmp"
		return 1
	fi
}

# unpack DIR: each DIR/X.deb to DIR/X.deb.tree
unpack() {
	local deb

	for deb in "$1"/*.deb; do
		dpkg -x "$deb" "$deb.tree" || return 1
	done
}

# fetch PACKAGE[=VERSION]: prints the directory; the newest version moves, so a failed download
# is tried once more with new lists
fetch() {
	local package=${1%%=*} version='' dir round
	[[ $1 == *=* ]] && version=${1#*=}

	for round in 1 2; do
		[[ $1 == *=* ]] || version=$(field Version "$package")
		if [[ -n $version ]]; then
			dir=$(unpacked_dir "$package" "$version")
			if [[ -d $dir ]] || download "$package=$version"; then
				printf '%s\n' "$dir"
				return 0
			fi
		fi
		[[ $round == 1 && -n $version ]] || break
		update_lists || break
	done

	[[ $1 == *=* ]] || dir=$(newest_cached "$package")
	[[ -d ${dir:-} ]] || die "cannot fetch package $1 of $suite ($arch), and the cache has none"
	progress "cannot fetch $package ${version:-(unknown version)}, using $(basename "$dir")"
	printf '%s\n' "$dir"
}

# expand PACKAGE[=VERSION]...: prints these and all that they depend on as PACKAGE=VERSION. Nothing
# is installed by this apt's account, so what it would install is all.
expand() {
	apt-get -c "$apt/conf" -qq --simulate --no-install-recommends install "$@" |
		sed -En 's/^Inst ([^ ]+) \(([^ ]+).*/\1=\2/p'
}

# closure PACKAGE[=VERSION]...: prints the directories of these and of all that they depend on. What
# they are moves, as in fetch.
closure() {
	local all spec dirs missing round

	for round in 1 2; do
		all=$(expand "$@") || die "cannot fetch $* of $suite ($arch): no such package, or one they need"
		dirs=() missing=()
		for spec in $all; do
			dirs+=("$(unpacked_dir "${spec%%=*}" "${spec#*=}")")
			[[ -d ${dirs[-1]} ]] || missing+=("$spec")
		done
		if ((${#missing[@]} == 0)) || download "${missing[@]}"; then
			printf '%s\n' "${dirs[@]}"
			return 0
		fi
		[[ $round == 1 ]] && update_lists || break
	done
	die "cannot fetch packages of $suite ($arch): ${missing[*]}"
}

resolve() {
	local lines

	lines=$(field Depends "$1" | tr ',' '\n' |
		sed -En 's/^ *([^ ]+) \(= ([^)]+)\).*/\1=\2/p')
	[[ -n $lines ]] || die "cannot resolve $1 in $suite ($arch): no such package, or no exact dependency"
	printf '%s\n' "$lines"
}

match() {
	local names

	names=$({
		apt-cache -c "$apt/conf" search --names-only "$1" | cut -d ' ' -f 1
		cached_names | grep -E -e "$1" || :
	} | sort -uV)
	[[ -n $names ]] || die "no package of $suite ($arch) matches $1"
	printf '%s\n' "$names"
}

main() {
	local arch='' mode=fetch pattern='' suite cache apt store p

	while (($# > 0)); do
		case $1 in
		--arch | --resolve | --match)
			[[ -n ${2:-} ]] || die "$1 needs a value; try --help"
			;;&
		--arch) arch=$2; shift 2 ;;
		--closure) mode=closure; shift ;;
		--resolve | --match) mode=${1#--}; pattern=$2; shift 2 ;;
		-h | --help) usage; exit 0 ;;
		-*) die "unknown option '$1'; try --help" ;;
		*) break ;;
		esac
	done
	(($# >= 1)) || die "no suite given; try --help"
	suite=$1
	shift
	[[ $suite =~ ^[a-z-]+$ ]] || die "'$suite' is no name of a suite; try --help"
	[[ -n $pattern || $# -gt 0 ]] || die "no package given; try --help"
	[[ $arch =~ ^[a-z0-9]*$ ]] || die "'$arch' is no architecture; try --help"
	: "${arch:=$(dpkg --print-architecture)}"

	cache=$(cache_dir)
	apt=$cache/apt/$suite-$arch
	store=$cache/$suite-$arch
	mkdir -p "$apt" "$store"
	lock "$apt/lock"
	rm -rf "$store"/.fetch.*
	write_apt_config # each time: the cache may have been moved
	need_lists || progress "cannot read the package lists of $suite ($arch)"

	case $mode in
	fetch) for p in "$@"; do fetch "$p"; done ;;
	closure) closure "$@" ;;
	*) "$mode" "$pattern" ;;
	esac
}

main "$@"
