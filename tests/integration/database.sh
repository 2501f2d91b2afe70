#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Databases that cannot be used are set aside with one line; one that is locked or full loses nothing.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

aside() {
	find "$root$state" -name 'events.db.broken-*' ! -name '*-wal' ! -name '*-shm' | wc -l
}

# set_aside N WHY: the ten records are in a new one, the old one is kept, and one line says so
set_aside() {
	start_daemon
	wait_events "$1"
	stop_daemon 0
	expect_events "$1"
	[ "$(aside)" -eq 1 ] || fail "$(aside) databases set aside, not 1: $(ls "$root$state")"
	lines 1 "events.db: " "$log"
	in_text "$2" "$log"
}

step "garbage"
make_root
make_tracing 6.12-intel
head -c 20000 /dev/urandom >"$db"
cp "$db" "$dir/garbage"
set_aside 10 "kept as $db.broken-"
cmp -s "$dir/garbage" "$db".broken-* || fail "it was changed"

step "text"
make_root
make_tracing 6.12-intel
echo "this is no database at all" >"$db"
set_aside 10 "kept as $db.broken-"

step "an empty file is a new database"
make_root
make_tracing 6.12-intel
: >"$db"
start_daemon
wait_events 10
stop_daemon 0
[ "$(aside)" -eq 0 ] || fail "it was set aside"

step "cut in the middle, with delivery keys that can still be read or not"
make_root
make_tracing 6.12-intel
start_daemon
wait_events 10
stop_daemon 0
rm -f "$db-wal" "$db-shm"
size=$(wc -c <"$db")
head -c $((size / 2)) "$db" >"$dir/half"
cp "$dir/half" "$db"
start_daemon
sleep 1
stop_daemon 0
[ "$(aside)" -eq 1 ] || fail "$(aside) databases set aside, not 1"
lines 1 "events.db: " "$log"

if command -v sqlite3 >/dev/null; then
	step "a newer schema"
	make_root
	make_tracing 6.12-intel
	start_daemon
	wait_events 10
	stop_daemon 0
	sqlite3 "$db" "PRAGMA user_version = 1000"
	# the delivery keys are carried over: the ten are known, though the events are in the other file
	start_daemon
	wait_for 5 grep -q "kept as" "$log"
	sleep 0.3
	stop_daemon 0
	[ "$(aside)" -eq 1 ] || fail "$(aside) databases set aside, not 1: $(ls "$root$state")"
	in_text "10 of its delivery keys" "$log"
	expect_events 0
	old=$(find "$root$state" -name 'events.db.broken-*' ! -name '*-wal' ! -name '*-shm')
	[ "$(sqlite3 "$old" "SELECT count(*) FROM event")" -eq 10 ] || fail "the old one has not its events"

	step "a reader of a database that an earlier version wrote"
	sqlite3 "$db" "PRAGMA user_version = 3"
	expect 3 "$report" --db "$db"
	in_text "schema version 3" "$log"
	in_text "mcelog --harvest" "$log"

	step "another process keeps it locked while records arrive"
	make_root
	make_tracing 6.12-intel
	make_rings
	make_trace_pipe
	start_daemon
	wait_for 5 test -s "$db"
	put_page 0 "$golden/6.12-intel/cpu0.raw"
	wake
	wait_events 3
	mkfifo "$dir/hold"
	sqlite3 "$db" <"$dir/hold" >"$dir/held" 2>&1 &
	holder=$!
	pids="$pids $holder"
	exec 8>"$dir/hold"
	printf '%s\n' "BEGIN IMMEDIATE;" "SELECT 'held';" >&8
	wait_for 5 grep -q held "$dir/held" || fail "cannot lock it: $(cat "$dir/held")"
	put_page 1 "$golden/6.12-intel/cpu1.raw"
	wake
	sleep 2
	expect_events 3
	kill -0 "$daemon" || fail "the daemon is gone: $(cat "$log")"
	echo "COMMIT;" >&8
	exec 8>&-
	wait $holder
	wait_events 10
	stop_daemon 0
	expect_injected 6.12-intel

	step "the daemon is killed and started while it is locked"
	make_root
	make_tracing 6.12-intel
	make_rings
	make_trace_pipe
	start_daemon
	wait_for 5 test -s "$db-wal"
	sleep 0.5
	rm -f "$dir/hold"
	mkfifo "$dir/hold"
	sqlite3 "$db" <"$dir/hold" >"$dir/held" 2>&1 &
	holder=$!
	pids="$pids $holder"
	exec 8>"$dir/hold"
	printf '%s\n' "BEGIN IMMEDIATE;" "SELECT 'held';" >&8
	wait_for 5 grep -q held "$dir/held" || fail "cannot lock it: $(cat "$dir/held")"
	put_page 0 "$golden/6.12-intel/cpu0.raw"
	put_page 1 "$golden/6.12-intel/cpu1.raw"
	wake
	sleep 0.5
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
	exec 8>&-
	wait $holder
	expect_events 0
	start_daemon
	wait_events 10
	stop_daemon 0
	expect_injected 6.12-intel
fi

# A file size limit stands for a full disk: it can be lifted again from outside.
if command -v prlimit >/dev/null && (ulimit -f 100) 2>/dev/null; then
	step "the disk is full for a while"
	make_root
	make_tracing 6.12-intel
	make_rings
	make_trace_pipe
	# the recorded page at another time: other events
	{
		printf '\000\000\000\007\002\000\000\000'
		tail -c +9 "$golden/6.12-intel/cpu0.raw"
	} >"$dir/other"
	# ignored by the daemon too then: a write fails instead of ending it
	trap '' XFSZ
	start_daemon
	trap - XFSZ
	put_page 0 "$golden/6.12-intel/cpu0.raw"
	wake
	wait_events 3
	if prlimit --pid "$daemon" --fsize=4096:unlimited 2>/dev/null; then
		put_page 1 "$golden/6.12-intel/cpu1.raw"
		wake
		wait_for 5 grep -q "cannot write" "$log"
		expect_events 3
		lines 1 "events.db: cannot write, 7 events wait: " "$log"
		prlimit --pid "$daemon" --fsize=unlimited:unlimited
		wait_events 10
		lines 1 "events.db: writes again" "$log"

		step "full, killed, and there is room again"
		prlimit --pid "$daemon" --fsize=4096:unlimited
		put_page 0 "$dir/other"
		wake
		sleep 1
		kill -KILL "$daemon"
		wait "$daemon" 2>/dev/null
		start_daemon
		wait_events 13
	fi
	stop_daemon 0
	expect_events 13
fi

finish
