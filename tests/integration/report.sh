#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mce-report on real files: exit status, output, and every state a database can
# be found in, also with nothing but a group's read permission.
# Environment: MCE_REPORT and TEST_QUERY, the programs (default: in the current
# directory, as make check runs it).
set -u

report=${MCE_REPORT:-./mce-report}
fill=${TEST_QUERY:-./tests/unit/test-query}
dir=$(mktemp -d /tmp/mce-report.XXXXXX) || exit 99
db=$dir/lib/events.db
holder=
failures=0
group=65534

cleanup() {
	[ -n "$holder" ] && kill "$holder" 2>/dev/null
	chmod -R u+w "$dir"
	rm -rf "$dir"
}
trap cleanup EXIT

fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}

# expect STATUS WORDS COMMAND...: exit status, and WORDS somewhere in the output
expect() {
	status=$1 words=$2
	shift 2
	output=$("$@" 2>&1)
	got=$?
	[ $got -eq "$status" ] || fail "$*: exit status $got, not $status: $output"
	case $output in
	*"$words"*) ;;
	*) fail "$*: \"$words\" is not in: $output" ;;
	esac
}

# The command as somebody who is only in the group.
as_member() {
	setpriv --reuid "$group" --regid "$group" --clear-groups "$@"
}

# reads CONDITION DB: the six events are seen, by root and by the group
reads() {
	lines=$("$report" -o json --db "$2" | wc -l)
	[ "$lines" -eq 6 ] || fail "$1: $lines events, not 6"
	[ "$member" = yes ] || return 0
	lines=$(as_member "$report" -o json --db "$2" | wc -l)
	[ "$lines" -eq 6 ] || fail "$1, as a member of the group: $lines events, not 6"
}

fresh() {
	rm -rf "${dir:?}/lib" "$dir/copy"
	mkdir -m 0750 "$dir/lib"
	[ "$member" = yes ] && chgrp "$group" "$dir/lib"
	return 0
}

chmod 0755 "$dir"
member=no
if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
	echo "not root, or no setpriv(1): what a member of the group sees is not tested"
else
	# The build tree may be closed to others.
	cp "$report" "$dir/mce-report" 2>/dev/null && [ ! -d "$(dirname "$report")/.libs" ] &&
		report=$dir/mce-report
	if as_member "$report" --version >/dev/null 2>&1; then
		member=yes
	else
		echo "others cannot run $report: what a member of the group sees is not tested"
	fi
fi

# usage
expect 0 "Exit status" "$report" --help
expect 0 "mce-report" "$report" --version
expect 2 "no such verb" "$report" nonsense
expect 2 "no such output" "$report" -o xml
expect 2 "not a number" "$report" -n 0
expect 2 "not a number" "$report" -n -3
expect 2 "unexpected" "$report" list all
expect 2 "wants" "$report" info
expect 2 "" "$report" --nonsense

# nothing there yet
expect 3 "no event database yet" "$report" --db "$dir/none.db"
expect 3 "no event database yet" "$report" --db "$dir/no/such/directory/events.db"

# stopped
fresh
id=$("$fill" --fill "$db" stop) || fail "could not fill"
before=$(stat -c "%n %a %u %g %s" "$dir/lib"/*)
reads "stopped" "$db"
[ "$before" = "$(stat -c "%n %a %u %g %s" "$dir/lib"/*)" ] || fail "reading changed the files"
expect 0 "FATAL: 2 errors" "$report" --db "$db"
expect 0 "6 from trace (cpu3 ring overrun)" "$report" summary --db "$db"
expect 0 "2 events happened before a reboot" "$report" --db "$db"
expect 0 "and 2 more" "$report" -n 1 --db "$db"
expect 0 "$id corrected" "$report" list --db "$db"
expect 0 "0x8c00004000010090" "$report" --db "$db" info "$id"
expect 0 "stored" "$report" info 1 --db "$db"
expect 0 "with 1 other records of the same stop" "$report" info 6 --db "$db"
expect 0 '"status":"0x8c00004000010090"' "$report" info 1 --db "$db" -o json
expect 0 '"hostname":null' "$report" list --output=json --db "$db"
expect 1 "no such event" "$report" info 99 --db "$db"
expect 2 "not an event ID" "$report" info xyzzy --db "$db"
[ "$("$report" list -n 2 --db "$db" | wc -l)" -eq 3 ] || fail "list -n 2 is not 3 lines"
case $(TZ=XXX-5:30 "$report" list --db "$db" -n 1) in
*"2023-11-15 03:43:23 +0530"*) ;;
*) fail "not in the local time zone" ;;
esac

# output that nobody reads is no failure, output that cannot be written is one
sh -c "trap '' PIPE; exec \"\$0\" --db \"\$1\" list" "$report" "$db" 2>"$dir/stderr" | :
[ -s "$dir/stderr" ] && fail "broken pipe: $(cat "$dir/stderr")"
"$report" --db "$db" list >/dev/full 2>"$dir/stderr"
[ $? -eq 3 ] || fail "/dev/full: exit status is not 3"
grep -q "writing the output failed" "$dir/stderr" || fail "/dev/full went unnoticed"

# others see nothing, and are told why
if [ "$member" = yes ]; then
	expect 3 "group mce" setpriv --reuid 65533 --regid 65533 --clear-groups \
		"$report" --db "$db"
fi

# a read-only copy: whole, of the file alone, of file and log
"$fill" --fill "$dir/lib/killed.db" kill >/dev/null
copy() {
	rm -rf "$dir/copy"
	mkdir "$dir/copy"
	for ending in $2; do
		cp "$1${ending#.}" "$dir/copy/events.db${ending#.}"
	done
	[ "$member" = yes ] && chgrp -R "$group" "$dir/copy"
	chmod 0440 "$dir/copy"/*
	chmod 0550 "$dir/copy"
}
copy "$db" ". .-wal .-shm"
reads "read-only copy" "$dir/copy/events.db"
copy "$db" "."
reads "read-only copy without log" "$dir/copy/events.db"
copy "$db" ". .-wal"
reads "read-only copy with an empty log" "$dir/copy/events.db"
copy "$dir/lib/killed.db" ". .-wal .-shm"
reads "read-only copy after a kill" "$dir/copy/events.db"
copy "$dir/lib/killed.db" ". .-wal"
reads "read-only copy after a kill, without -shm" "$dir/copy/events.db"

# killed: first the group alone, as root would repair the log
fresh
"$fill" --fill "$db" kill >/dev/null
if [ "$member" = yes ]; then
	lines=$(as_member "$report" -o json --db "$db" | wc -l)
	[ "$lines" -eq 6 ] || fail "killed, group first: $lines events, not 6"
fi
reads "killed" "$db"

# running: before and after the first commit
fresh
mkfifo "$dir/hold"
"$fill" --fill "$db" hold <"$dir/hold" >"$dir/ready" &
holder=$!
exec 3>"$dir/hold"
tries=0
while [ ! -s "$dir/ready" ] && [ $tries -lt 100 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
reads "running" "$db"
exec 3>&-
wait "$holder"
holder=
reads "stopped after running" "$db"

# not ours, or broken
echo "this is certainly not a database, and longer than a header of one would be: 100 bytes" \
	>"$dir/garbage.db"
expect 3 "not an SQLite database" "$report" --db "$dir/garbage.db"
expect 3 "$dir: " "$report" --db "$dir"

[ $failures -eq 0 ] && echo "PASS"
[ $failures -eq 0 ]
