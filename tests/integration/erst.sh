#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Records that firmware kept: stored once, the live file erased only when they are, all else kept.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

erst=$tests/golden/erst
first=mce-erst-7710377589595963393
second=mce-erst-7710377804344328193
third=mce-erst-7710377731329884161
live=sys/fs/pstore
archive=var/lib/systemd/pstore

make_erst() {
	make_root
	mkdir -p "$root/$live" "$root/$archive/1795211905"
	cp "$erst/$first" "$erst/$second" "$root/$live/"
	cp "$erst/$third" "$root/$archive/1795211905/"
	echo "dmesg" >"$root/$live/dmesg-erst-7710377589595963394"
	chmod -R u+w "$root/$live" "$root/$archive"
}

live_files() {
	find "$root/$live" -name 'mce-erst-*' | wc -l
}

expect_live() {
	n=$(live_files)
	[ "$n" -eq "$1" ] || fail "$n live files, not $1"
	[ -f "$root/$live/dmesg-erst-7710377589595963394" ] || fail "a file of others is gone"
	[ -f "$root/$archive/1795211905/$third" ] || fail "the archived file is gone"
}

step "harvest"
make_erst
expect 0 run_mcelog --harvest
in_text "harvested: 3 new" "$log"
expect_events 3
expect_live 0
events >"$dir/first"

step "harvest again"
expect 0 run_mcelog --harvest
in_text "harvested: 0 new" "$log"
expect_live 0
events | cmp -s - "$dir/first" || fail "the events are others now"

step "the same record live again, and archived too"
cp "$erst/$first" "$root/$live/"
cp "$erst/$second" "$root/$archive/"
expect 0 run_mcelog --harvest
expect_events 3
expect_live 0
[ -f "$root/$archive/$second" ] || fail "the archived copy is gone"

step "--keep-erst"
make_erst
expect 0 run_mcelog --harvest --keep-erst
expect_events 3
expect_live 2
expect 0 run_mcelog --harvest
expect_events 3
expect_live 0

step "the state directory cannot be made"
make_erst
rm -rf "${root:?}/var/lib/mcelog"
: >"$root/var/lib/mcelog"
expect 1 run_mcelog --harvest
in_text "/var/lib/mcelog" "$log"
expect_live 2
rm "$root/var/lib/mcelog"

step "the database cannot be written"
make_erst
mkdir "$db"
expect 1 run_mcelog --harvest
in_text "events.db" "$log"
expect_live 2
rmdir "$db"
expect 0 run_mcelog --harvest
expect_events 3
expect_live 0

if command -v sqlite3 >/dev/null; then
	step "another process keeps the database locked"
	make_erst
	expect 0 run_mcelog --harvest --disable-source erst
	mkfifo "$dir/hold"
	sqlite3 "$db" <"$dir/hold" >"$dir/held" 2>&1 &
	holder=$!
	pids="$pids $holder"
	exec 8>"$dir/hold"
	printf '%s\n' "BEGIN IMMEDIATE;" "SELECT 'held';" >&8
	wait_for 5 grep -q held "$dir/held"
	expect 1 run_mcelog --harvest
	expect_live 2
	expect_events 0
	exec 8>&-
	wait $holder
	expect 0 run_mcelog --harvest
	expect_events 3
	expect_live 0
fi

step "files that are none"
make_erst
cp "$erst"/bad/mce-erst-* "$root/$live/"
head -c 40 "$erst/$first" >"$root/$live/mce-erst-40"
head -c 300 /dev/urandom | tr '\000' x >"$root/$archive/mce-erst-41"
bad=$(find "$root/$live" -name 'mce-erst-*' ! -name 'mce-erst-771*' | wc -l)
expect 0 run_mcelog --harvest
expect_events 3
expect_live "$bad"
lines 1 "erst: /$live/mce-erst-40: " "$log"
[ -f "$root/$archive/mce-erst-41" ] || fail "garbage in the archive is gone"
for n in 1 2 3 4 5 6 7 8 9 10; do
	lines 1 "erst: /$live/mce-erst-$n: " "$log"
done

step "the daemon takes them at its start"
make_erst
start_daemon
wait_events 3
stop_daemon 0
expect_events 3
expect_live 0

step "no pstore"
make_root
expect 0 run_mcelog --harvest
in_text "harvested: 0 new" "$log"

# A harvest that could not look has not been done.
if [ "$(id -u)" -ne 0 ]; then
	step "pstore that we may not read"
	make_erst
	chmod 000 "$root/$live" "$root/$archive"
	run_mcelog --harvest >"$log" 2>&1 && fail "exit status 0: $(cat "$log")"
	chmod 755 "$root/$live" "$root/$archive"
	in_text "Permission denied" "$log"
fi

finish
