#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzz targets over the golden inputs, cut short and changed in many places.
set -u

golden=${MCELOG_TEST_SRCDIR:-.}/tests/golden
fuzz=${builddir:-.}/tests/fuzz
failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/mcelog-fuzz.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT

run() { # TARGET FILE...
	local target=$1 out
	shift

	if [ ! -x "$fuzz/$target" ]; then
		echo "$target was not built: cmocka is missing"
		exit 77
	fi
	if ! out=$("$fuzz/$target" "$@" 2>&1); then
		failed=1
		printf '%s: failed\n%s\n' "$target" "$(tail -n 40 <<<"$out")"
	fi
}

run fuzz-text "$golden"/text/input/*.txt
run fuzz-config "$golden"/config/*.conf
run fuzz-json "$golden"/replay/events.jsonl
run fuzz-ring "$golden"/replay/ring-6.1-*/cpu*.raw
run fuzz-pstore "$golden"/pstore/*
run fuzz-wire "$golden"/erst/mce-erst-* "$golden"/replay/records.bin
run fuzz-trigger "$golden"/trigger/*.bin
run fuzz-decode "$golden"/erst/mce-erst-* "$golden"/replay/records.bin

# The cases of test-cper are text: it writes what it builds from them.
mkdir "$work/cper"
MCELOG_CPER_SEEDS=$work/cper "${builddir:-.}/tests/unit/test-cper" >/dev/null 2>&1
run fuzz-cper "$golden"/cper/real/mce-*.cper "$work/cper"/*
gzip -dc "$golden"/vmcore/linux-6.1.elf.gz >"$work/vmcore" || failed=1
run fuzz-elf "$work/vmcore" "$golden"/vmcore/*-6.1
exit "$failed"
