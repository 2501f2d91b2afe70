#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What mce-report prints as JSON, replayed into another database, is the same again.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

# What a replay must bring back: all of an object but who stored it, where and when.
essence() {
	sed -e 's/"event_id":[^,]*,"incident_id":[^,]*,"seq":[^,]*,"machine_id":[^,]*,"hostname":[^,]*,"sources":\[[^]]*\],//' \
		-e 's/"ring_time_us":[^,]*,//' -e 's/"replayed":[a-z]*,//' | sort
}

# round_trip N: $db, as JSON, into a second one
round_trip() {
	events >"$dir/a.jsonl"
	[ "$(wc -l <"$dir/a.jsonl")" -eq "$1" ] || fail "$(wc -l <"$dir/a.jsonl") objects, not $1"
	rm -rf "$dir/second"
	mkdir "$dir/second"
	expect 0 "$mcelog" --root "$dir/second" --state-dir /s --replay "$dir/a.jsonl"
	in_text "$1 new" "$log"
	events "$dir/second/s/events.db" >"$dir/b.jsonl"
	essence <"$dir/a.jsonl" >"$dir/a"
	essence <"$dir/b.jsonl" >"$dir/b"
	cmp -s "$dir/a" "$dir/b" || fail "not the same: $(diff "$dir/a" "$dir/b" | head -c 2000)"
	# again: all are known
	expect 0 "$mcelog" --root "$dir/second" --state-dir /s --replay "$dir/a.jsonl"
	in_text "0 new" "$log"
	[ "$(count_events "$dir/second/s/events.db")" -eq "$1" ] || fail "a replay added something"
}

step "from the trace"
for sample in 6.1-amd 6.12-intel; do
	make_root
	make_tracing $sample
	n=$(grep -vc '^#' "$golden/$sample/injected")
	start_daemon
	wait_events "$n"
	stop_daemon 0
	round_trip "$n"
done

step "from a directory of ring pages"
make_root
expect 0 run_mcelog --replay "$golden/6.12-intel"
expect_injected 6.12-intel
expect 0 run_mcelog --replay "$golden/6.12-intel"
expect_injected 6.12-intel
round_trip 10

step "from firmware's records"
make_root
mkdir -p "$root/var/lib/systemd/pstore"
cp "$tests"/golden/erst/mce-erst-* "$root/var/lib/systemd/pstore/"
expect 0 run_mcelog --harvest
round_trip 3

step "more than one batch, twice the same line is two errors"
make_root
expect 0 run_mcelog --replay "$golden/6.12-intel"
events | sed -e 's/"event_id":"[^"]*",//' -e 's/"seq":[0-9]*,//' >"$dir/ten"
i=0
while [ $i -lt 150 ]; do
	cat "$dir/ten"
	i=$((i + 1))
done >"$dir/many.jsonl"
make_root
expect 0 run_mcelog --replay "$dir/many.jsonl"
in_text "1500 new" "$log"
expect_events 1500
expect 0 run_mcelog --replay "$dir/many.jsonl"
expect_events 1500

if command -v sqlite3 >/dev/null; then
	step "another process writes for two seconds meanwhile"
	make_root
	expect 0 run_mcelog --replay "$golden/6.12-intel"
	mkfifo "$dir/hold"
	sqlite3 "$db" <"$dir/hold" >"$dir/held" 2>&1 &
	holder=$!
	pids="$pids $holder"
	exec 8>"$dir/hold"
	printf '%s\n' "BEGIN IMMEDIATE;" "SELECT 'held';" >&8
	wait_for 5 grep -q held "$dir/held"
	(
		sleep 2
		echo "COMMIT;" >&8
	) &
	run_mcelog --replay "$dir/many.jsonl" >"$log" 2>&1
	got=$?
	exec 8>&-
	wait $holder
	# all of it, or a status that says that it was not all
	n=$(count_events)
	[ "$got" -ne 0 ] || [ "$n" -eq 1510 ] || fail "exit status 0, but $n events, not 1510"
	[ "$got" -eq 0 ] || grep -q "^mcelog: .*events.db" "$log" || fail "no word about it: $(cat "$log")"
fi

step "bad lines are named, the others taken"
make_root
{
	head -3 "$dir/a.jsonl"
	echo "garbage"
	echo '{"schema":"mce-event/1","cpu":1}'
	tail -n +4 "$dir/a.jsonl"
} >"$dir/bad.jsonl"
run_mcelog --replay "$dir/bad.jsonl" >"$log" 2>&1
lines 1 "bad.jsonl: line 4: " "$log"
lines 1 "bad.jsonl: line 5: " "$log"
expect_events 3

step "what cannot be replayed"
make_root
expect 1 run_mcelog --replay /no/such/file
in_text "/no/such/file" "$log"
expect 1 run_mcelog --replay "$golden/6.12-intel" /no/such/file
expect_events 10

finish
