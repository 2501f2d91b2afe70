#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mce-report boots and --boot, on the boots of a journal file and on a database that is filled by
# mcelog --replay.
# shellcheck source=lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

command -v sqlite3 >/dev/null || skip "no sqlite3(1)"
TZ=UTC
export TZ

b=bb111111111111111111111111111111 # nothing says how it ended
c=cc111111111111111111111111111111

# event NUMBER BOOT TIME STATUS: one line of JSON
event() {
	printf '{"schema":"mce-event/1","time_us":%s000000,"boot_id":"%s","cpu":0,"bank":4,' "$3" "$2"
	printf '"vendor":"Intel","cpuid":"0x606a6","mcgstatus":"0x5","addr":"0x%x000",' "$1"
	printf '"status":"%s"}\n' "$4"
}

# boots [OPTION...]: the database's
boots() {
	"$report" boots --db "$db" "$@"
}

step "a journal's boots are there after a harvest"
make_root
echo "99999999-9999-9999-9999-999999999999" >"$root/proc/sys/kernel/random/boot_id"
mkdir -p "$root/var/log/journal/0123456789abcdef0123456789abcdef"
gzip -dc "$tests/golden/journal/boots.journal.gz" \
	>"$root/var/log/journal/0123456789abcdef0123456789abcdef/system.journal"
expect 0 "$mcelog" --root "$root" --state-dir "$state" --harvest
expect 0 boots
lines 9 "" "$log"
in_text "  -7 aa111111 2023-11-14 22:13:20 +0000 2023-11-14 22:23:20 +0000 clean" "$log"
in_text "  -6 bb111111 2023-11-14 22:30:00 +0000 2023-11-14 22:35:00 +0000 power loss or hang" "$log"
lines 3 " clean" "$log"

step "again changes nothing"
boots >"$dir/before"
expect 0 "$mcelog" --root "$root" --state-dir "$state" --harvest
boots | cmp -s - "$dir/before" || fail "not the same: $(boots)"

step "the errors of each boot, and how it ended"
{
	event 1 $b 1700001100 0x8c00004000010090
	event 2 $b 1700001200 0x8c00004000010090
	event 3 $b 1700001310 0xbe00000000800400
	event 4 $c 1700002100 0x8c00004000010090
} >"$dir/events.jsonl"
expect 0 "$mcelog" --root "$root" --state-dir "$state" --replay "$dir/events.jsonl"
sqlite3 "$db" "INSERT INTO crash (key, source, boot, time_us, by_hardware, slim, reason,
	place) VALUES
	('x:1', 'vmcore', '${b}', 1700001312000000, 1, 1, 'Fatal machine check', '/var/crash/1'),
	('x:2', 'pstore', 'ff111111111111111111111111111111', 1700005105000000, 0, 0,
		'Attempted to kill init! exitcode=0x00000009', '/var/lib/systemd/pstore/2'),
	('x:4', 'vmcore', NULL, 1690000000000000, 0, 0, 'Oops', '/var/crash/4'),
	('x:3', 'pstore', 'ee111111111111111111111111111111', 1700004380000000, 0, 0,
		'sysrq', '')"
expect 0 boots
in_text "2023-11-14 22:35:12 +0000 machine check" "$log"
in_text "     Fatal internal error: internal timer error; Unknown model-specific error (CPU 0, " "$log"
in_text "     crashed by a hardware error, no memory dump kept: Fatal machine check" "$log"
in_text "     errors before it: 2 corrected, 0 uncorrected" "$log"
in_text "     errors: 1 corrected, 0 uncorrected" "$log"
in_text " panic: sysrq" "$log"
in_text "A crash in a boot that is not known" "$log"
in_text "    panic: Oops" "$log"
in_text "    told by vmcore: /var/crash/4, 2023-07-22 04:26:40 +0000" "$log"
in_text "     panic: Attempted to kill init! exitcode=0x00000009" "$log"
[ "$(awk '{ if (length($0) > 100) n++ } END { print n + 0 }' "$log")" -eq 0 ] ||
	fail "wider than 100 columns: $(cat "$log")"
expect 0 boots -n 1
lines 2 "" "$log"

step "JSON: one object a boot"
expect 0 boots -o json
lines 9 '{"schema":"mce-boot/1","index":' "$log"
in_text '"index":null,"boot_id":null,"began_us":null,"began":null,"ended_us":null,"ended":null,"end":null' "$log"
in_text '"end":null,"reason":"Oops","corrected":null,"uncorrected":null,"unknown":null,"fatal":null,"crashes":[{"source":"vmcore"' "$log"
in_text '"index":-6,"boot_id":"'$b'","began_us":1700001000000000,"began":"2023-11-14T22:30:00.000000Z"' "$log"
in_text '"end":"machine check","reason":"Fatal machine check","corrected":2,"uncorrected":0' "$log"
in_text '"crashes":[{"source":"vmcore","time_us":1700001312000000' "$log"
in_text '"by_hardware":true,"slim":true' "$log"
in_text '"end":"clean","reason":null,"corrected":1' "$log"
in_text '"fatal":null,"crashes":[]}' "$log"

step "one boot: the summary as a story"
expect 0 "$report" --db "$db" -b -6
in_text "Boot -6, $b" "$log"
in_text "It ended in a machine check:" "$log"
in_text "    told by vmcore: /var/crash/1, 2023-11-14 22:35:12 +0000" "$log"
in_text "Errors before it: 2 corrected, 0 uncorrected, the last 110 s before" "$log"
in_text "FATAL: 1 error" "$log"
lines 0 "EARLIER ERRORS" "$log"
cp "$log" "$dir/story"
for name in --boot=-6 "--boot -6" -b-6 "-b bb11" "-b 2" "--boot=$b" "-b BB111111-1111-1111"; do
	# shellcheck disable=SC2086 # words
	expect 0 "$report" --db "$db" summary $name
	cmp -s "$log" "$dir/story" || fail "$name is another boot: $(head -n 1 "$log")"
done

step "where the errors before it are not on record, it says how they could be"
sqlite3 "$db" "DELETE FROM event WHERE boot = '$b' AND severity = 'corrected'"
expect 0 "$report" --db "$db" -b -6
in_text "Errors shortly before may be missing: see EARLIER ERRORS in mcelog(8)" "$log"
in_text "reserve_mem=4M:4096:trace trace_instance=mcelog@trace" "$log"

step "one boot: the list"
expect 0 "$report" --db "$db" list -b $c
lines 2 "" "$log"
expect 0 "$report" --db "$db" list -b $c -o json
lines 1 "" "$log"
expect 0 "$report" --db "$db" list
lines 3 "" "$log"

step "this boot, and a verb after it"
expect 1 "$report" --db "$db" -b list
in_text "no events recorded" "$log"
expect 0 "$report" --db "$db" --boot
in_text "Boot 0, 99999999999999999999999999999999" "$log"
in_text "How it ended is not known." "$log"
in_text "No hardware errors are on record in it." "$log"
expect 1 "$report" --db "$db" -b -5 list -b -3
expect 0 "$report" --db "$db" -b -2
in_text "It ended in a panic:" "$log"

step "a power loss, unless what has no boot was it"
expect 0 "$report" --db "$db" -b -5
lines 0 "power loss" "$log"
a=ab111111111111111111111111111111
sqlite3 "$db" "INSERT INTO boot (id, began_us, journal_last_us, in_order)
	VALUES ('$a', 1600000000000000, 1600000500000000, 0),
	('ac111111111111111111111111111111', 1600001000000000, 1600001500000000, 1)"
expect 0 "$report" --db "$db" -b ab11
in_text "It ended in a power loss or a hang, as far as evidence says: nothing tells of" "$log"
sqlite3 "$db" "INSERT INTO crash (key, source, boot, time_us, by_hardware, slim, reason, place) VALUES
	('x:10', 'pstore', NULL, 1600000400000000, 0, 0, 'its journal went on', '/p/10'),
	('x:11', 'pstore', NULL, 1600000501000000, 0, 0, 'Oops', '/p/11'),
	('x:12', 'vmcore', NULL, 1600000502000000, 0, 0, 'Oops', '/c/12'),
	('x:13', 'vmcore', NULL, 1600001400000000, 0, 0, 'of the next one', '/c/13')"
expect 0 "$report" --db "$db" -b ab11
in_text "It ended in a power loss, a hang or the crash below, whose boot is not known:" "$log"
lines 1 "    panic: Oops" "$log"
in_text "    told by pstore: /p/11, 2020-09-13 12:35:01 +0000" "$log"
in_text "    told by vmcore: /c/12" "$log"
lines 0 "nothing of a crash" "$log"
lines 0 "went on" "$log"
lines 0 "of the next one" "$log"
sqlite3 "$db" "INSERT INTO crash (key, source, boot, time_us, by_hardware, slim, reason, place) VALUES ('x:14', 'vmcore', NULL, 0, 0, 0, 'whenever', '/c/14')"
expect 0 "$report" --db "$db" -b ab11
in_text "It ended in a power loss, a hang or one of the crashes below, whose boots are not known:" "$log"
in_text "    panic: whenever" "$log"
sqlite3 "$db" "DELETE FROM crash WHERE key LIKE 'x:1_'"

step "a fatal error that firmware kept without a time, and a bank that a later boot found"
fatal="UPDATE event SET boot = NULL, replayed = 1, source = 'bert', sources = 'bert'"
event 9 $a 1600000503 0xbe00000000800400 >"$dir/fatal.jsonl"
expect 0 "$mcelog" --root "$root" --state-dir "$state" --replay "$dir/fatal.jsonl"
sqlite3 "$db" "$fatal, time_us = 0 WHERE time_us = 1600000503000000; UPDATE boot SET stopped = NULL,
	stopped_us = NULL WHERE id = '$a'; UPDATE delivery SET seen_us = 1600001002000000 WHERE event =
	(SELECT max(seq) FROM event)"
expect 0 "$report" --db "$db" -b ab11
in_text "It ended in a power loss, a hang or the crash below, whose boot is not known:" "$log"
tr -s '\n ' ' ' <"$log" >"$dir/one-line"
in_text ", time unknown, found 2020-09-13 12:43:22 +0000 told by bert" "$dir/one-line"
expect 0 "$report" --db "$db" list -n 99
in_text "unknown, found 2020-09-13 12:43:22 +0000" "$log"
expect 0 "$report" --db "$db" info "$(sqlite3 "$db" "SELECT max(seq) FROM event")"
in_text "Time: unknown, found 2020-09-13 12:43:22 +0000" "$log"
sqlite3 "$db" "UPDATE delivery SET seen_us = 1600000100000000 WHERE event =
	(SELECT max(seq) FROM event)"
expect 0 "$report" --db "$db" -b ab11
in_text "nothing of a crash" "$log"
sqlite3 "$db" "UPDATE event SET boot = '$a', boot_time = 1, tsc = NULL, source = 'kmsg',
	time_us = 1600001003000000 WHERE time_us = 0"
expect 0 "$report" --db "$db" -b ab11
in_text "It ended in a machine check:" "$log"
in_text "    ended  2020-09-13 12:35:00 +0000" "$log"
lines 0 "in an earlier boot" "$log"
tr -s '\n ' ' ' <"$log" >"$dir/one-line"
in_text "1 error), before 2020-09-13 12:43:23 +0000 No errors before it" "$dir/one-line"
in_text "the last before 2020-09-13 12:43:23 +0000 on CPU 0" "$log"
lines 1 "before a reboot" "$log"
lines 0 "found after a reboot" "$log"
# as it is when the event is gone
sqlite3 "$db" "DELETE FROM event WHERE time_us = 1600001003000000;
	UPDATE boot SET stopped = 'Fatal error, in an earlier boot' WHERE id = '$a'"
expect 0 "$report" --db "$db" -b ab11
in_text "    ended  2020-09-13 12:35:00 +0000" "$log"
lines 1 "    Fatal error" "$log"
lines 0 "in an earlier boot" "$log"
expect 0 "$report" --db "$db" boots -o json
in_text '"fatal":{"event_id":null,"incident_id":null,"time_us":' "$log"
in_text '"message":"Fatal error, in an earlier boot"}' "$log"
sqlite3 "$db" "DELETE FROM boot WHERE id LIKE 'a_11%' AND began_us < 1700000000000000"

step "a crash by hardware that no event tells of is no OK"
expect 0 "$report" --db "$db"
lines 1 "FATAL: " "$log"
sqlite3 "$db" "DELETE FROM event; UPDATE boot SET stopped = NULL"
expect 0 "$report" --db "$db"
in_text "FATAL: crashed by a hardware error, no record of it: Fatal machine check" "$log"
in_text "    when   2023-11-14 22:35:12 +0000" "$log"
in_text "    boot   $b" "$log"
in_text "    from   vmcore: /var/crash/1" "$log"
in_text "    fatal            Take the machine out of service" "$log"
lines 0 "OK" "$log"
expect 0 "$report" --db "$db" -b $b
lines 1 "FATAL: crashed by a hardware error, no record of it: Fatal machine check" "$log"
expect 0 "$report" --db "$db" -b -2
lines 0 "FATAL" "$log"
in_text "No hardware errors are on record in it." "$log"
sqlite3 "$db" "INSERT INTO crash (key, source, boot, time_us, by_hardware, slim, reason, place) VALUES
	('x:15', 'pstore', NULL, 1700001313000000, 1, 0, 'the same', ''),
	('x:17', 'pstore', NULL, 1700001314000000, 1, 0, '', '')"
expect 0 "$report" --db "$db"
lines 1 "FATAL: " "$log"
in_text "Fatal machine check" "$log"
event 4 $c 1700002100 0x8c00004000010090 >"$dir/events.jsonl"
event 10 $c 1700002110 0xbe00000000800400 >>"$dir/events.jsonl"
event 11 $c 1700002110 0xbe00000001000135 >>"$dir/events.jsonl"
expect 0 "$mcelog" --root "$root" --state-dir "$state" --replay "$dir/events.jsonl"
expect 0 "$report" --db "$db"
lines 2 "FATAL: " "$log"
sqlite3 "$db" "INSERT INTO crash (key, source, boot, time_us, by_hardware, slim, reason, place) VALUES
	('x:16', 'pstore', NULL, 1600000000000000, 1, 0, 'another', '')"
expect 0 "$report" --db "$db" -n 1
lines 2 "FATAL: " "$log"
in_text "Fatal machine check" "$log"
in_text "and 2 more; leave out -n to see them" "$log"
sqlite3 "$db" "DELETE FROM crash WHERE key = 'x:16'"
expect 0 "$report" --db "$db"

step "what to suspect: for each class of the worst"
in_text "    Suspect          the processor, its firmware or its power supply" "$log"
lines 2 "    Suspect " "$log"
expect 0 "$report" --db "$db" -b $c
lines 1 "FATAL: " "$log"
sqlite3 "$db" "DELETE FROM crash WHERE by_hardware"

step "what is no boot"
expect 1 "$report" --db "$db" -b -99
in_text "mce-report: -99: no such boot on record; see mce-report boots, which also has crashes" "$log"
sqlite3 "$db" "DELETE FROM crash"
expect 1 "$report" --db "$db" -b -99
in_text "no such boot on record; see mce-report boots" "$log"
lines 0 "crashes" "$log"
expect 1 "$report" --db "$db" -b 1234abcd
expect 2 "$report" --db "$db" --boot=xyz
in_text "xyz: not a boot" "$log"
expect 2 "$report" --db "$db" -b xyz
in_text "xyz: no such verb" "$log"
expect 2 "$report" --db "$db" info 1 -b
in_text "info: not with --boot" "$log"
expect 2 boots -b -1
expect 2 boots 1
sqlite3 "$db" "INSERT INTO boot (id, began_us) VALUES ('bb111111111111111111111111111112', 1)"
expect 2 "$report" --db "$db" -b bb11
in_text "more than one boot" "$log"

step "no boots at all"
sqlite3 "$db" "DELETE FROM boot; DELETE FROM crash"
expect 1 boots
in_text "no boots recorded" "$log"

step "crashes without a boot: by their time, with what tells most before"
sqlite3 "$db" "INSERT INTO crash (key, source, boot, time_us, by_hardware, slim, reason, place,
	uptime_us) VALUES
	('y:1', 'pstore', NULL, 1700000040000000, 0, 0, '', '/a', NULL),
	('y:2', 'pstore', NULL, 1700000000000000, 0, 0, 'sysrq', '/b', NULL),
	('y:3', 'vmcore', NULL, 1700000030000000, 1, 1, 'it was the memory', '/c', 9000000),
	('y:4', 'vmcore', NULL, 1700000035000000, 0, 0, 'Oops', '/d', 2000000),
	('y:5', 'vmcore', NULL, 0, 0, 0, 'Oops', '/e', 2000000),
	('y:6', 'vmcore', NULL, 1600000000000000, 0, 0, 'old', '/f', 2000000)"
expect 0 boots
lines 3 "A crash in a boot that is not known" "$log"
grep '^    ' "$log" | sed 's/,.*//' >"$dir/told"
cat >"$dir/expected" <<END
    panic: old
    told by vmcore: /f
    crashed by a hardware error
    told by pstore: /b
    told by vmcore: /c
    panic: Oops
    told by vmcore: /e
    told by vmcore: /d
    told by pstore: /a
END
cmp -s "$dir/told" "$dir/expected" || fail "not the same: $(cat "$log")"

finish
