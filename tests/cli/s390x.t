#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Byte order makes no difference: what is printed on s390x is what is expected everywhere, and run
# files written there are read here, and the other way round.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/s390x.sh
. tests/s390x.sh

export LC_ALL=C.UTF-8 TZ=UTC
s390x__build all

cat >"$tmp/vfioscope" <<END
#!/bin/sh
exec $(printf '%q ' "${run[@]}" "$(realpath "$out/bin-s390x/vfioscope")") "\$@"
END
chmod +x "$tmp/vfioscope"

# same_reports FILE: in every form, on both
same_reports()
{
	local form

	for form in text json csv; do
		"$out/bin/vfioscope" report --format $form "$1" >"$tmp/here" || return
		"$tmp/vfioscope" report --format $form "$1" >"$tmp/there" || return
		[ -s "$tmp/here" ] && diff -u "$tmp/here" "$tmp/there" >"$tmp/diff" && continue
		sed 's/^/# /' "$tmp/diff"
		return 1
	done
}

# measure FILE COMMAND...: barbench, through as many of its parts as memory has
measure()
{
	local file=$1
	shift
	"$@" memory --mode pread,pwrite,load,store --write --width 1,2,4,8,64 --pattern seq,rand \
		--count 200 --warmup 10 --reps 2 -o "$file" >/dev/null
}

fits()
{
	tests/unit/schema.t "$1" >"$tmp/out" && grep -q "^ok .* ${1##*/} fits" "$tmp/out"
}

# run_arch FILE ARCH: what the run says that it was made on
run_arch()
{
	python3 -c 'import json, sys; sys.exit(json.load(open(sys.argv[1]))["host"]["arch"] != sys.argv[2])' "$@"
}

for name in report hostile input list; do
	passes "$name.t" env VFIOSCOPE_BIN="$tmp/vfioscope" "tests/cli/$name.t"
done
for file in tests/cli/runs/*.json tests/fuzz/corpus/*.json; do
	ok "$file: the same reports" same_reports "$file"
done

ok 'barbench runs there' measure "$tmp/there.json" "${run[@]}" "$out/bin-s390x/barbench"
ok 'its run is of s390x' run_arch "$tmp/there.json" s390x
ok 'its run fits the schema' fits "$tmp/there.json"
ok 'its run: the same reports' same_reports "$tmp/there.json"
ok 'barbench runs here' measure "$tmp/here.json" "$out/bin/barbench"
ok 'its run: the same reports' same_reports "$tmp/here.json"
done_testing
