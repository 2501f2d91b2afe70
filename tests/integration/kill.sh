#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The daemon is killed again and again while records arrive: none is lost, none is there twice.
# shellcheck disable=SC2119,SC2317 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

pages=${MCELOG_TEST_PAGES:-100}
per_page=$(($(grep -c '^at ' "$golden/6.12-intel/expected") - 3))

# page NUMBER: the recorded page of CPU 1 at another time: other events, by their keys
page() {
	octal=$(printf '\\%03o\\%03o' $(($1 % 256)) $(($1 / 256)))
	# shellcheck disable=SC2059
	{
		printf '\000\000\000'
		printf "$octal"
		printf '\001\000\000'
		tail -c +9 "$golden/6.12-intel/cpu1.raw"
	} >"$dir/page"
}

make_root
make_tracing 6.12-intel
make_rings
make_trace_pipe

step "$pages pages of $per_page records, and a kill for every few of them"
(
	number=1
	while [ $number -le "$pages" ]; do
		page $number
		put_page $((number % 2)) "$dir/page"
		wake
		sleep 0.0$((number % 7))
		number=$((number + 1))
	done
) &
writer=$!
pids="$pids $writer"
kills=0
while kill -0 $writer 2>/dev/null; do
	start_daemon
	sleep 0.$((kills % 3))$((kills * 3 % 10))
	kill -KILL "$daemon" || fail "the daemon is gone: $(head -c 2000 "$log")"
	wait "$daemon" 2>/dev/null
	kills=$((kills + 1))
done
wait $writer

# As systemd does it: a start that fails is tried again.
all_there() {
	if ! kill -0 "$daemon" 2>/dev/null; then
		wait "$daemon"
		start_daemon
		sleep 0.5
	fi
	has_events $((pages * per_page))
}
start_daemon
sleep 0.5
wait_for 20 all_there || fail "not all records are there: $(head -c 1000 "$log")"
sleep 0.5
stop_daemon 0
echo "$kills kills"
expect_events $((pages * per_page))

# each record of the page as often as there were pages
events | registers | sort | uniq -c | while read -r n row; do
	[ "$n" -eq "$pages" ] || echo "$n times, not $pages: $row"
done >"$dir/odd"
[ ! -s "$dir/odd" ] || fail "$(cat "$dir/odd")"

finish
